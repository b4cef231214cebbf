"""Times as the narrow lists of the screen show them, and the line between its parts."""

from __future__ import annotations

from datetime import datetime

from archiver.render.times import minute_text

RULE = "-" * 80
"""The line between the parts of a screen."""


def jst_time(at: datetime) -> str:
    """A time in Japan to the minute, without its year: `11-05 10:14`."""
    return minute_text(at)[len("2026-") :]
