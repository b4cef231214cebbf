"""Whether anything was written to a database since, as its files tell, so that a page need not ask everything again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

WrittenState = tuple[tuple[int, int, int, int], ...]
"""Number, size, and the times of the last change of bytes and of the file itself, of the database and of its log."""

SETTLED_SECONDS = 3
"""Two writes within one step of a disk's clock (2 s on FAT) cannot be told apart, so a state must be older."""


def written_state(database: Path) -> WrittenState | None:
    """The state of a database's files; None if it cannot tell two writes apart.

    That is so just after a write, under a clock that was set back, and on Windows, which writes the times down late.
    Taken before a transaction begins, it is that of the transaction or of an earlier moment, never of a later one.
    """
    if os.name == "nt":
        return None
    try:
        files = [database.stat(), *_filled_log(database.with_name(database.name + "-wal"))]
    except OSError:
        return None
    if time.time() - max(file.st_mtime for file in files) < SETTLED_SECONDS:
        return None
    return tuple((file.st_ino, file.st_size, file.st_mtime_ns, file.st_ctime_ns) for file in files)


def _filled_log(log: Path) -> Iterator[os.stat_result]:
    """A log with anything in it; an empty one comes and goes with each connection."""
    if log.exists() and (found := log.stat()).st_size:
        yield found
