"""Evidence: what was seen, in files that people read."""
