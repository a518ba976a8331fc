"""The management package of the case studies."""
