"""A file that tells when a notice was last sent, for times when the database cannot: a full disk, damage."""

from __future__ import annotations

import time
from pathlib import Path

from archiver.schedule.log import FOLDER

NAME = "last-notice"
DAY = 24 * 60 * 60
"""Seconds."""


def is_first_today(home: Path) -> bool:
    """Whether this was not asked within a day; asking counts.

    To touch a file that is there needs no space. Where it cannot be touched the answer is no: once too rarely is
    better than after every round.
    """
    mark = home / FOLDER / NAME
    try:
        if mark.exists() and abs(time.time() - mark.stat().st_mtime) < DAY:
            return False
        mark.parent.mkdir(mode=0o700, exist_ok=True)
        mark.touch(mode=0o600)
    except OSError:
        return False
    return True
