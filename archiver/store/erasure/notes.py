"""Notes of erasures in the home (`erasures/0001.json`): numbers and digests of what was erased, not what it said.

They outlive the database, so that an older one that is put back is known to hold again what was erased. A number can
be given twice: a team's ledger was put back to before an erasure, and another machine erased something else. The note
of the later one is then `erasures/0001-1.json`; no note is renamed or overwritten by another one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from archiver.evidence.tombstones import Tombstone, tombstone_line
from archiver.store import schema
from archiver.store.durable_files import make_durable_folder, storage_error, write_durably
from archiver.store.queries.entries import IS_WHOLE
from archiver.store.transactions import Reading

FOLDER = "erasures"
FORMAT = "chatwork-archive-erasure-1"
NAME = re.compile(r"(\d{4,9})(-\d{1,4})?\.json")


class ErasureNote(NamedTuple):
    """What a note says."""

    number: int
    digests: dict[int, str]
    """Number of each erased entry → the digest under which it was sealed."""
    blobs: frozenset[str]
    """SHA-256 of the bytes that were removed."""
    reason: str

    def covers(self, other: ErasureNote) -> bool:
        """Whether it names all that another note names."""
        return other.digests.items() <= self.digests.items() and other.blobs <= self.blobs


def write_note(
    reading: Reading, number: int, ranges: Sequence[tuple[int, int]], blobs: Collection[str], *, reason: str
) -> None:
    """Write the note of an erasure, before its entries become tombstones. Raises StorageError.

    A note of the same number that names all of it stays, as after a kill.
    """
    note = ErasureNote(number, _digests(reading, number, ranges), frozenset(blobs), reason)
    folder = reading.home / FOLDER
    if any(_number(path) == number and _covers(path, note) for path in _files(reading.home)):
        return
    try:
        make_durable_folder(folder)
        write_durably(_free_path(folder / name_of(number)), _note_bytes(note))
    except OSError as error:
        raise storage_error(error, folder) from error


def _covers(path: Path, note: ErasureNote) -> bool:
    held = read_note(path)
    return held is not None and held.covers(note)


def _digests(reading: Reading, number: int, ranges: Sequence[tuple[int, int]]) -> dict[int, str]:
    """The entries of these numbers that are whole, or that this very erasure took."""
    table = schema.entry.c
    digests: dict[int, str] = {}
    for first, last in ranges:
        columns = select(table.seq, table.digest, table.line, IS_WHOLE.label("is_whole"))
        for row in reading.sql.execute(columns.where(table.seq.between(first, last))):
            if row.is_whole or row.line == tombstone_line(Tombstone(row.digest, number)):
                digests[row.seq] = row.digest
    return digests


def _note_bytes(note: ErasureNote) -> bytes:
    entries = {str(seq): digest for seq, digest in note.digests.items()}
    document = {"format": FORMAT, "number": note.number, "entries": entries, "files": sorted(note.blobs)}
    return json.dumps(document | {"reason": note.reason}, sort_keys=True).encode() + b"\n"


def _free_path(path: Path) -> Path:
    """The name of a note, or one beside it for another erasure of the same number, which nothing has."""
    others = (path.with_name(f"{path.stem}-{number}.json") for number in count(1))
    return next(one for one in chain([path], others) if not one.exists())


def name_of(number: int) -> str:
    """The name of a note's file."""
    return f"{number:04}.json"


def numbers(home: Path) -> list[int]:
    """The numbers of the notes in a home."""
    return sorted({_number(path) for path in _files(home)})


def read_notes(home: Path, *, leave_out: Collection[int] = ()) -> list[ErasureNote]:
    """The notes in a home that can be understood, but those of these numbers, unless one has several notes."""
    paths = _files(home)
    notes_of = Counter(map(_number, paths))
    read = (path for path in paths if _number(path) not in leave_out or notes_of[_number(path)] > 1)
    return [note for path in read if (note := read_note(path)) is not None]


def note_bytes(home: Path, number: int) -> bytes | None:
    """The bytes of a note in a home, to be handed on; None if it is not there. Raises OSError."""
    path = home / FOLDER / name_of(number)
    return path.read_bytes() if path.is_file() else None


def take_over(home: Path, folders: Iterable[Path]) -> None:
    """Copy notes from folders that get copies of the archive into the home, where they are not."""
    for folder in folders:
        for path in _files(folder):
            target = home / FOLDER / path.name
            if target.exists():
                if _is_held(home, path):
                    continue
                target = _free_path(target.with_name(name_of(_number(path))))
            make_durable_folder(target.parent)
            write_durably(target, path.read_bytes())


def _is_held(home: Path, path: Path) -> bool:
    """Whether a note in a home names all that a note elsewhere names, or that one is none."""
    body, own = path.read_bytes(), [one for one in _files(home) if _number(one) == _number(path)]
    if any(body == one.read_bytes() for one in own):
        return True
    note = read_note(path)
    return note is None or any(_covers(one, note) for one in own)


def _number(path: Path) -> int:
    return int(path.stem.partition("-")[0])


def _files(home: Path) -> list[Path]:
    try:
        return sorted(path for path in (home / FOLDER).iterdir() if NAME.fullmatch(path.name))
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
