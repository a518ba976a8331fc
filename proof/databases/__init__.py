"""The databases of the lanes: how each is found or started, copied and swept."""
