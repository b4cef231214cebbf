"""Notes outside the home of the last records that this computer saw in an archive, by number and digest.

An archive that is put back as a whole, or that another computer saves into as well, shows nothing of it by itself.
A note lies in the user's state folder, and in each folder that gets copies. If it is lost, only a hint is missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

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
