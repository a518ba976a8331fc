"""One command: `sandbox`."""
