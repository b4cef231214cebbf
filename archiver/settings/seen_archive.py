"""Notes outside the home of what this computer saw there: that there was an archive, and its last records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
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


MOST = 20
"""So many records are kept: between the last one that is still there and the next one an archive was put back."""


class SeenRecords(NamedTuple):
    """What was seen of one archive."""

    archive: str
    """The digest of its first record, which no other archive has."""
    heads: Sequence[tuple[int, str]]
    """Number and digest of the last record each time, oldest first, at least one."""


def note_of_home(home: Path, *, state: Path) -> Path:
    """The note about the archive in a home."""
    return state / f"records-{hashlib.sha256(str(home).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.json"


def note_in_copies(folder: Path, archive: str) -> Path:
    """The note about an archive in a folder that gets copies."""
    return folder / f"last-record-{archive[:16]}.json"


def read_seen(path: Path) -> SeenRecords | None:
    """What a note says; None if there is none, or it is no note."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        heads = [(int(number), str(digest)) for number, digest in document["heads"]]
        return SeenRecords(str(document["archive"]), heads) if heads else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_seen(path: Path, seen: SeenRecords) -> None:
    """Write a note. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.new")
    partial.touch(mode=0o600)
    document = {"archive": seen.archive, "heads": list(seen.heads[-MOST:])}
    partial.write_text(json.dumps(document) + "\n", encoding="utf-8")
    partial.replace(path)
