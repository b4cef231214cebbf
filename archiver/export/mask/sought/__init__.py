"""Patterns that are looked for only in texts that have the characters which each of their hits needs."""
