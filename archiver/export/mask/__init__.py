"""What a reader of a package may not see: found, covered, and listed."""
