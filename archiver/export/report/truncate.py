"""Texts cut to the length that a line of the report has room for; that they are cut is said."""

from __future__ import annotations

CUT = "(以下略)"


def shorten(text: str, limit: int) -> str:
    """At most `limit` signs of a text, and the note that it goes on."""
    return text if len(text) <= limit else text[:limit] + CUT


def shorten_line(text: str, limit: int) -> str:
    """The same on one line, without spaces in a row."""
    return shorten(" ".join(text.split()), limit)
