"""Finds Django code that mixes async and sync in a way that was seen to fail."""

__version__ = "0.1.0"
