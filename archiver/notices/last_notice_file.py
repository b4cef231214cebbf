"""A file that tells when a notice was last given, for times when the database cannot: a full disk, damage."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from archiver.rounds.run_log import FOLDER

NAME = "last-notice"
DAY = 24 * 60 * 60
"""Seconds."""


def is_first_today(home: Path, *, state: Path) -> bool | None:
    """Whether this was not asked within a day; asking counts. None: no file can tell.

    To touch a file that is there needs no space. Where nothing can be written in the home the file lies in `state`, the
    user's folder for the state of programs.
    """
    other = hashlib.sha256(str(home).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    for mark in (home / FOLDER / NAME, state / f"{NAME}-{other}"):
        try:
            return _touch(mark)
        except OSError:
            continue
    return None


def _touch(mark: Path) -> bool:
    if mark.exists() and abs(time.time() - mark.stat().st_mtime) < DAY:
        return False
    of_home = mark.parent.name == FOLDER  # a home that is not there, as of a disk that was taken out, is not made
    mark.parent.mkdir(mode=0o700, exist_ok=True, parents=not of_home)
    mark.touch(mode=0o600)
    return True
