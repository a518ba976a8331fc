"""All modules together: what a name means, who calls whom, what that does."""
