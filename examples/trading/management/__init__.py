"""The management package of the desk's app."""
