"""Terminals that run `archive`, plain or on a pseudo-terminal."""
