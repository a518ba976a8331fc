"""What can be claimed: its kinds, how a comment says it, and in which editions."""
