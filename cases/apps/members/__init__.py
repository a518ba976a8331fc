"""The members of a team, read from the code host by a sync that a page starts."""
