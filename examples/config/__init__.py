"""The example project: its settings, URLs and entry points."""
