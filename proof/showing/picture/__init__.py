"""What was seen of an example as a picture: what came first, no durations."""
