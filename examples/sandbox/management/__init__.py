"""Django's commands for the sandbox."""
