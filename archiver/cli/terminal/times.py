"""Times and intervals as the screen shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from gettext import ngettext

from archiver.records import JST


def interval_words(interval: timedelta) -> str:
    """An interval in words, in minutes if it is whole minutes, else in seconds."""
    seconds = round(interval.total_seconds())
    if seconds % 60:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    return ngettext("{n} minute", "{n} minutes", seconds // 60).format(n=seconds // 60)


RULE = "-" * 80
"""The line between the parts of a screen."""


def jst_time(at: datetime, *, year: bool = False) -> str:
    """A time in Japan to the minute, with or without its year."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M" if year else "%m-%d %H:%M")
