"""A file whose time is that of the last notice, for when the database cannot be used: a full disk, damage."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from archiver.rounds.run_log import FOLDER

NAME = "last-notice"
DAY = 24 * 60 * 60
"""A day in seconds."""


def is_first_today(home: Path, *, state: Path) -> bool | None:
    """Whether this is the first call within a day; None: no file can be written.

    Touching an existing file needs no space. If nothing can be written in the home, the file is in `state`, the user's
    folder for the state of programs.
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
