"""What was seen, below an example's block."""
