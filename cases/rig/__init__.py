"""Runs of the case studies, with a real worker and a real code host."""
