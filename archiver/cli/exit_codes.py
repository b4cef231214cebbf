"""Codes at the end of a command that did run; errors carry their own (`docs/reference/exit-codes.md`)."""

FINDINGS = 3
"""Something was found by a verification."""

INCOMPLETE = 4
"""All that could be done was done, and it was not all that was asked for."""
