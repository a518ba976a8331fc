"""What switches the watch on."""

VARIABLE = "DJANGO_ASYNC_WATCH"
"""In the environment: `1` prints to standard error, all else names a file."""
