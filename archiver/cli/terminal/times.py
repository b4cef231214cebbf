"""Times and spans of time as the screen shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from gettext import ngettext

from archiver.records import JST


def span(every: timedelta) -> str:
    """How long a pace is, in words."""
    seconds = round(every.total_seconds())
    if seconds % 60:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    return ngettext("{n} minute", "{n} minutes", seconds // 60).format(n=seconds // 60)


RULE = "-" * 80
"""Between the parts of a screen."""


def jst(at: datetime, *, year: bool = False) -> str:
    """A time as people in Japan read it."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M" if year else "%m-%d %H:%M")
