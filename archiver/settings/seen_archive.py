"""Remembers, outside the home, that there was an archive in it: a home that vanished is no first start.

The note lies in the user's state folder; it holds the path, when the archive was last opened, and where its last copy
was put. If it is lost, only a hint is missing. A note of a round (`other_archives`) tells of the archive as well.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.records import JST
from archiver.settings.other_archives import saved_at


class SeenArchive(NamedTuple):
    """An archive that was in a home."""

    at: datetime
    """When it was last opened, or last saved."""
    copy: str
    """The folder of its last copy; empty if none is known."""


def note_seen(home: Path, *, at: datetime, state: Path, copy: str = "") -> None:
    """Remember that an archive is in a home; a copy that is known already stays known. Raises OSError."""
    before = _read(home, state)
    path = _note(home, state)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.new")
    partial.touch(mode=0o600)
    document = {"home": str(home), "at": at.isoformat(), "copy": copy or (before.copy if before else "")}
    partial.write_text(json.dumps(document) + "\n", encoding="utf-8")
    partial.replace(path)


def last_seen(home: Path, *, state: Path) -> SeenArchive | None:
    """What is remembered of the archive of a home; None if none was ever seen there."""
    note = _read(home, state)
    if note is not None:
        return note
    at = saved_at(home, state=state)
    return None if at is None else SeenArchive(at, "")


def told_as_vanished(error: errors.NoArchive, *, state: Path) -> errors.NoArchive:
    """The error of a home without an archive, or ArchiveVanished where the notes outside it tell that one was there."""
    seen = last_seen(Path(str(error.data["path"])), state=state) if type(error) is errors.NoArchive else None
    if seen is None:
        return error
    return errors.ArchiveVanished(path=error.data["path"], day=f"{seen.at.astimezone(JST):%Y-%m-%d}")


def _note(home: Path, state: Path) -> Path:
    return state / f"home-{hashlib.sha256(str(home).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.json"


def _read(home: Path, state: Path) -> SeenArchive | None:
    """The note; None if there is none, or it is no note."""
    try:
        document = json.loads(_note(home, state).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(document["at"])
        return SeenArchive(at, str(document["copy"])) if at.tzinfo else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
