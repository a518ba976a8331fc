"""Claim held against outcome."""
