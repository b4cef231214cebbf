"""Truncates texts to the length that a line of the report can hold, with a note that they are truncated."""

from __future__ import annotations

from archiver.report_language import say

CUT = "(以下略)"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of a text, with a note if it is longer."""
    return text if len(text) <= limit else text[:limit] + say(CUT)


def shorten_line(text: str, limit: int) -> str:
    """The shortened text on one line, with runs of spaces made one."""
    return shorten(" ".join(text.split()), limit)
