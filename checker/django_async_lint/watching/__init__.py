"""What code does while it runs: statements, threads, loops, and whose line it was."""
