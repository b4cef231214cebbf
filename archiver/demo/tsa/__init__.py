"""A simulated time-stamp authority on loopback."""
