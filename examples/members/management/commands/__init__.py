"""One command: `fill`."""
