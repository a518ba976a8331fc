"""What was seen of an example as a picture: order and place, no durations."""
