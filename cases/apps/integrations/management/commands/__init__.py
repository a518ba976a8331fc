"""The management commands of the integrations."""
