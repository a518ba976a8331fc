"""What an example does, seen from inside its process and from outside."""
