"""The readers of bytes that others made, given bytes that are made to break them."""
