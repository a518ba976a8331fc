"""What running an example costs, and what the same costs elsewhere."""
