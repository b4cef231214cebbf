"""Masking: finds what a reader of a package may not see, replaces it, and lists the places."""
