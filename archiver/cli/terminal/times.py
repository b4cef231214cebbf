"""Times as the narrow lists of the screen show them, and the line between its parts."""

from __future__ import annotations

from datetime import datetime

from archiver.render.times import time_of_year

RULE = "-" * 80
"""The line between the parts of a screen."""


def jst_time(at: datetime) -> str:
    """A time in Japan to the minute, without its year: `11-05 10:14`; on an English page `5 November, 10:14 JST`."""
    return time_of_year(at)
