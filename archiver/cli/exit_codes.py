"""Codes at the end of a command that did run; errors carry their own (`docs/reference/exit-codes.md`)."""

FINDINGS = 3
"""Something was found that does not fit, or is damaged."""

INCOMPLETE = 4
"""Done, but not all that was asked for, or something has still to be done by the user."""
