"""One round of saving and what follows it, and the daemon that repeats it."""
