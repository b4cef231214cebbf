"""Texts cut to the length that a line of the report has room for; that they are cut is said."""

from __future__ import annotations

CUT = "(以下略)"


def short(text: str, most: int) -> str:
    """At most `most` signs of a text, and the note that it goes on."""
    return text if len(text) <= most else text[:most] + CUT


def flat(text: str, most: int) -> str:
    """The same on one line, without spaces in a row."""
    return short(" ".join(text.split()), most)
