"""Runs of the example project's pipeline, with a real worker and a real code host."""
