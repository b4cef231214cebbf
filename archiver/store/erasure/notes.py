"""Notes of erasures in the home (`erasures/0001.json`): numbers and digests of what was erased, not what it said.

They outlive the database, so that an older one that is put back is known to hold again what was erased.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.durable_files import storage_error, write_durably
from archiver.store.queries.entries import IS_WHOLE

FOLDER = "erasures"
FORMAT = "chatwork-archive-erasure-1"
_NAME = re.compile(r"(\d{4,9})\.json")


class ErasureNote(NamedTuple):
    """What a note says."""

    number: int
    digests: dict[int, str]
    """Number of each erased entry → the digest under which it was sealed."""
    blobs: frozenset[str]
    """SHA-256 of the bytes that were removed."""
    reason: str


def write_note(
    reading: Reading, number: int, ranges: Sequence[tuple[int, int]], blobs: Collection[str], *, reason: str
) -> None:
    """Write the note of an erasure, before its entries become tombstones. Raises StorageError."""
    table = schema.entry.c
    digests: dict[str, str] = {}
    for first, last in ranges:
        rows = reading.sql.execute(select(table.seq, table.digest).where(table.seq.between(first, last), IS_WHOLE))
        digests |= {str(seq): digest for seq, digest in rows}
    document = {"format": FORMAT, "number": number, "entries": digests, "files": sorted(blobs), "reason": reason}
    folder = reading.home / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        write_durably(folder / name_of(number), json.dumps(document, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise storage_error(error, folder) from error


def name_of(number: int) -> str:
    """The name of a note's file."""
    return f"{number:04}.json"


def numbers(home: Path) -> list[int]:
    """The numbers of the notes in a home."""
    return sorted(int(match[1]) for path in _files(home) if (match := _NAME.fullmatch(path.name)))


def read_notes(home: Path, *, leave_out: Collection[int] = ()) -> list[ErasureNote]:
    """The notes in a home that can be understood, but those of these numbers."""
    paths = (path for path in _files(home) if int(path.stem) not in leave_out)
    return [note for path in paths if (note := read_note(path)) is not None]


def note_bytes(home: Path, number: int) -> bytes | None:
    """The bytes of a note in a home, to be handed on; None if it is not there. Raises OSError."""
    path = home / FOLDER / name_of(number)
    return path.read_bytes() if path.is_file() else None


def take_over(home: Path, folders: Iterable[Path]) -> None:
    """Copy notes from folders that get copies of the archive into the home, where they are not."""
    for folder in folders:
        for path in _files(folder):
            target = home / FOLDER / path.name
            if not target.exists():
                target.parent.mkdir(mode=0o700, exist_ok=True)
                write_durably(target, path.read_bytes())


def _files(home: Path) -> list[Path]:
    try:
        return sorted(path for path in (home / FOLDER).iterdir() if _NAME.fullmatch(path.name))
    except OSError:
        return []


def read_note(path: Path) -> ErasureNote | None:
    """The note in a file; None if it is none, or cannot be read."""
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            return None
        digests = {int(seq): str(digest) for seq, digest in document["entries"].items()}
        return ErasureNote(int(document["number"]), digests, frozenset(document["files"]), str(document["reason"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
