"""Examples in, outcomes out: the run and its processes."""
