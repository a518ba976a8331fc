"""Is async worth it: the same work behind four views, under three servers."""
