"""Markdown in, examples out."""
