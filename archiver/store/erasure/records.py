"""The erasures on record, each with its seal and its note in the home (`erasures/0001.json`), and what was erased."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from archiver.evidence.masked_and_erased import Tombstone, tombstone_line
from archiver.folder_sync import disk_errors, free_name
from archiver.records import Observation
from archiver.records.evidence import Erasure, ErasurePlan, ErasureReason
from archiver.store import schema, writer
from archiver.store.durable_files import make_durable_folder, write_durably
from archiver.store.engine import Reading, SmallStatement, Writing
from archiver.store.queries.entries import IS_WHOLE
from archiver.store.received_facts_and_record_forms import read_formed
from archiver.store.rows import among, by_room
from archiver.store.time_text import from_text

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
    with disk_errors(folder):
        make_durable_folder(folder)
        write_durably(_free_path(reading.home, number), _note_bytes(note))


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


def _free_path(home: Path, number: int) -> Path:
    """Where the note of an erasure goes, beside those of others with its number."""
    return home / FOLDER / f"{free_name(home / FOLDER, f'{number:04}', ('.json',))}.json"


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
                target = _free_path(home, _number(path))
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


_ENTRY, _SEAL = schema.entry.c, schema.seal.c
_KEY = re.compile("erasure/(?P<number>[1-9][0-9]{0,8})")
_ERASURES = SmallStatement(
    select(_ENTRY.seq, _ENTRY.observed_at, _ENTRY.key, _ENTRY.line, _ENTRY.digest)
    .where(_ENTRY.key >= "erasure/", _ENTRY.key < "erasure0", _ENTRY.kind == "erasure")
    .order_by(_ENTRY.seq)
)
_SEALED_BY = SmallStatement(
    select(_SEAL.number, _SEAL.sha256).where(_SEAL.first <= bindparam("seq"), _SEAL.last >= bindparam("seq"))
)


def erasures(reading: Reading) -> list[Erasure]:
    """Every erasure whose entry is as this program writes it, oldest first."""
    found = []
    for seq, observed_at, key, line, digest in _ERASURES.rows(reading.sql):
        number, entry = _number_in(key), read_formed(line, "erasure")
        if number is None or entry is None:
            continue
        sealed = _SEALED_BY.rows(reading.sql, seq=seq)
        closed = sealed[0] if sealed else (None, None)
        found.append(Erasure(number, seq, from_text(observed_at), digest, entry["payload"], *closed))
    return found


def _number_in(key: str) -> int | None:
    """The number of an erasure, by the key of its entry."""
    match = _KEY.fullmatch(key)
    return None if match is None else int(match["number"])


def used_numbers(reading: Reading) -> Iterator[int]:
    """The numbers that were given, also those of entries by which nothing else can go."""
    for _seq, _at, key, _line, _digest in _ERASURES.rows(reading.sql):
        number = _number_in(key)
        if number is not None:
            yield number


def find_erasure(reading: Reading, number: int) -> Erasure | None:
    """The erasure with this number; the last one, if an older database was put back."""
    return next((one for one in reversed(erasures(reading)) if one.number == number), None)


def number_of(reading: Reading, note: ErasureNote) -> int | None:
    """The number under which what a note names was erased; None: another erasure has its number on record."""
    erasure = find_erasure(reading, note.number)
    if erasure is None:
        return note.number
    ranges = erasure.payload["numbers"]
    is_named = all(any(first <= seq <= last for first, last in ranges) for seq in note.digests)
    return note.number if is_named else None


def append_erasure(
    writing: Writing, plan: ErasurePlan, reason: ErasureReason, *, packages: list[int], again: int | None, at: datetime
) -> int:
    """Append the entry of an erasure and those of the gaps that it leaves; its number.

    It says what kinds, how many, which numbers and why: never the content, never a name. `packages`: numbers of the
    packages made before, which may hold some of it. `again`: the erasure that is repeated in an older database.
    """
    number = 1 + max([0, *used_numbers(writing), *numbers(writing.home)])
    observations = [Observation("erasure", f"erasure/{number}", _payload(plan, reason, packages, again))]
    for gap in plan.gaps:
        payload = {name: value for name, value in gap.items() if name != "room"}
        observations.append(Observation("gap", f"gap/{gap['room']}/{gap['number']}", payload, gap["room"]))
    writer.append_stated(writing, observations, at=at)
    return number


def digests_of(reading: Reading, ranges: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The digests under which the records with these numbers were sealed, erased or not."""
    for first, last in ranges:
        yield from reading.sql.execute(select(_ENTRY.digest).where(_ENTRY.seq.between(first, last))).scalars()


def _payload(plan: ErasurePlan, reason: ErasureReason, packages: list[int], again: int | None) -> dict[str, Any]:
    return {
        "what": "contract" if plan.contracts else "room" if plan.whole_rooms else "messages",
        "kinds": dict(plan.kinds),
        "numbers": [list(pair) for pair in plan.numbers],
        "replies": list(plan.replies),
        "messages": plan.message_count,
        "files": plan.file_count,
        "blobs": len(plan.blobs),
        "packages": packages,
        "reason": reason.value,
        "again": again,
    }


_WITH_ID = frozenset({"message", "file", "task"})
"""Kinds whose ids must be known, as Chatwork goes on showing them."""

_ANY = SmallStatement(select(_ENTRY.seq).where(_ENTRY.key >= "erasure/", _ENTRY.key < "erasure0").limit(1))


def erased_key(kind: str, key: str) -> str:
    """The key of a tombstone: with the id of what Chatwork may show again, without any number of a person."""
    return f"erased/{key}" if kind in _WITH_ID else f"erased/{kind}"


def erased_ids(reading: Reading, kind: str, room: int, ids: Iterable[int]) -> frozenset[int]:
    """Those of the ids of messages, files or tasks of a room that the owner erased."""
    if _ANY.value(reading.sql) is None:
        return frozenset()
    keys = among(_ENTRY.key, (f"erased/{kind}/{one}" for one in ids))
    rows = reading.sql.execute(select(_ENTRY.key).where(_ENTRY.room_id == room, keys))
    return frozenset(int(key.rpartition("/")[2]) for (key,) in rows)


def without_erased(reading: Reading, places: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """The places (room and id) of messages that were not erased."""
    return {
        (room, message)
        for room, messages in by_room(places).items()
        for message in messages - erased_ids(reading, "message", room, messages)
    }


def left_of(reading: Reading, kind: str, room: int, received: Mapping[int, dict[str, object]]) -> frozenset[int]:
    """The ids of a list of files or tasks that may not be kept: their own, or their message's, was erased."""
    own = erased_ids(reading, kind, room, received)
    messages = {ident: _message_of(element) for ident, element in received.items()}
    erased = erased_ids(reading, "message", room, {message for message in messages.values() if message})
    return own | {ident for ident, message in messages.items() if message in erased}


def _message_of(element: Mapping[str, object]) -> int:
    value = str(element.get("message_id") or "")
    return int(value) if value.isdecimal() else 0
