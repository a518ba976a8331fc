"""A file in, facts out: nothing is imported, nothing is run."""
