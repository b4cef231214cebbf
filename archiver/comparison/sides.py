"""The two things that are compared: the home of an archive, or a package with its records (folder or zip).

Each is verified before anything is read of it. A package is read from its own files alone, so that nobody has to hand
over an archive; what its owner masked stays masked.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from archiver import errors
from archiver.comparison.message_comparison import HeldMessage, RoomReach
from archiver.custody.verify import verify_path
from archiver.evidence.chain import PRACTICE_TAG, period_starts
from archiver.evidence.history import (
    DELETED_BODY,
    READINGS,
    EntryObject,
    MessageHistory,
    Span,
    field_text,
    list_reading,
    number,
    text,
)
from archiver.evidence.looks import read_services
from archiver.evidence.masked_and_erased import MASKED_FILE
from archiver.evidence.stamps.reply_claims import claimed_time, earliest_covering
from archiver.evidence.tables import build
from archiver.evidence.tables.files_and_tasks import files
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_reader import READ_ERRORS, PackageFiles, PackageFolder, ZippedPackage
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.engine import DATABASE
from archiver.store.queries import contracts
from archiver.store.queries.entries import last_seq, message_id_ranges, message_lines, other_lines
from archiver.store.working.remembered_values import PRACTICE
from archiver.store.working.stamp_queue import stamp_files

ENTRIES_FILE = "data/entries.jsonl"
BAG_INFO = "bag-info.txt"
_BAG_INFO_LIMIT = 100_000
MESSAGES_FILE = f"data/{build.MESSAGES}"
FoldMessage = Callable[[tuple[str, ...]], MessageHistory]
FoldOf = Callable[[tuple[str, ...]], FoldMessage]
_SEAL = re.compile(r"data/seals/(?P<number>[0-9]{6,18})-[0-9-]{10}\.json")


class Side(NamedTuple):
    """One of the two, ready to be compared."""

    path: Path
    kind: str
    """`archive` or `package`."""
    verification: Verification
    account_ids: frozenset[int]
    """Whose token saw it; one account for an archive."""
    room_names: Mapping[int, str]
    messages: Callable[[], Iterator[HeldMessage]]
    """All messages in the order of their ids."""
    reach: Mapping[int, RoomReach]
    """How far it reaches in each room of `room_names`."""
    files: Mapping[tuple[int, int], frozenset[str]]
    """(room, file id) → SHA-256 of the bytes that are saved of it."""
    addresses: frozenset[str]
    """Where its data came from, as its records say."""
    seals: Mapping[int, str]
    """Number of a seal → SHA-256 of its file."""
    is_practice: bool = False
    """Whether it is of the demo's invented people and messages."""


def message_fold(readings_of_rooms: tuple[str, ...]) -> FoldMessage:
    """A function that makes a message of its records; it remembers two of them, as a copy may hold them as well."""
    readings = build.sightings(map(json.loads, readings_of_rooms))

    @lru_cache(maxsize=2)
    def fold(lines: tuple[str, ...]) -> MessageHistory:
        return build.message([json.loads(line) for line in lines], readings)

    return fold


@contextmanager
def open_side(path: Path, fold_of: FoldOf = message_fold) -> Iterator[Side]:
    """Verify and open one side; its `messages` may raise RecordsUnreadable too.

    Raises NothingThere, NotComparable, RecordsUnreadable, and what a verification raises.
    """
    verification = verify_path(path)
    with ExitStack() as opened:
        with _refused(path):
            if (path / DATABASE).is_file():
                side = _archive_side(path, verification, opened.enter_context(Archive(path).reading()), fold_of)
            else:
                side = _package_side(path, verification, _open_package(path, opened))
        yield side


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """Turn what reading records raises into an error that names the side; a line of another form is told apart."""
    try:
        yield
    except READ_ERRORS as error:
        raise errors.NotComparable(path=path) from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise errors.RecordsUnreadable(path=path) from error


class _OtherEntries:
    """What is collected of the entries that are no messages."""

    def __init__(self) -> None:
        self.reach: dict[int, RoomReach] = {}
        self.room_names: dict[int, str] = {}
        self.accounts: set[int] = set()
        self.services: list[EntryObject] = []
        self._files: list[EntryObject] = []

    def add(self, entry: EntryObject) -> None:
        """Take one entry; kinds that say nothing here are ignored."""
        kind, room = entry["kind"], entry["room_id"]
        if entry["account_id"] is not None:
            self.accounts.add(entry["account_id"])
        if kind == "window" and (reading := list_reading(entry)) is not None:
            self.reach.setdefault(room, RoomReach()).add_list(reading.oldest, reading.newest)
        elif kind == "gap" and entry["payload"]["reason"] == "erased" and "after" in entry["payload"]:
            ends = int(entry["payload"]["after"]), int(entry["payload"].get("before") or 0)
            self.reach.setdefault(room, RoomReach()).erased.append(ends)
        elif kind == "room" and room is not None:
            self.room_names[room] = field_text(entry)
        elif kind == "service":
            self.services.append(entry)
        elif kind in ("file", "blob"):
            self._files.append(entry)

    def add_messages(self, room: int, oldest: int, newest: int) -> None:
        """Take the oldest and newest message held of a room, or one message as both."""
        reach = self.reach.setdefault(room, RoomReach())
        reach.add_message(oldest)
        reach.add_message(newest)

    def side(
        self,
        path: Path,
        kind: str,
        verification: Verification,
        rooms: Iterable[int],
        messages: Callable[[], Iterator[HeldMessage]],
        seals_held: Mapping[int, str],
    ) -> Side:
        """The side with these rooms and messages, once everything else of it is collected."""

        def readable() -> Iterator[HeldMessage]:
            with _refused(path):
                yield from messages()

        names = {room: self.room_names.get(room, "") for room in rooms}
        accounts, saved = frozenset(self.accounts), self.saved_files()
        addresses = frozenset(one.address for one in read_services(self.services))
        return Side(path, kind, verification, accounts, names, readable, self.reach, saved, addresses, seals_held)

    def saved_files(self) -> dict[tuple[int, int], frozenset[str]]:
        """The digests of the bytes of each file."""
        saved: dict[tuple[int, int], frozenset[str]] = {}
        for row in files(self._files):
            digests = frozenset() if row.sha256 is None else frozenset([row.sha256])
            saved[row.room_id, row.file_id] = saved.get((row.room_id, row.file_id), frozenset()) | digests
        return saved


# --- an archive ------------------------------------------------------------------------------


def _archive_side(path: Path, verification: Verification, reading: Reading, fold_of: FoldOf) -> Side:
    """The rooms of all contracts, at this moment."""
    rooms: set[int] = {one.room_id for contract in contracts.contracts(reading) for one in contract.rooms}
    upto, other, readings = last_seq(reading), _OtherEntries(), []
    for kind, line in other_lines(reading, rooms, upto=upto):
        other.add(json.loads(line))
        if kind in READINGS:
            readings.append(line)
    for room, oldest, newest in message_id_ranges(reading, rooms):
        other.add_messages(room, oldest, newest)
    fold = fold_of(tuple(readings))
    closed = seals.seals(reading)
    seal_of = build.seal_numbers((one.number, one.first, one.last) for one in closed)
    stamp_of = earliest_covering(_stamp_times(path))

    def messages() -> Iterator[HeldMessage]:
        for no, lines in enumerate(message_lines(reading, rooms, upto=upto), 1):
            history = fold(tuple(lines))
            seal = seal_of(history.entry_seq)
            yield _of_history(no, history, seal, stamp_of(seal))

    side = other.side(path, "archive", verification, rooms, messages, {one.number: one.sha256 for one in closed})
    return side._replace(is_practice=PRACTICE.recall(reading) is not None)


def _of_history(no: int, history: MessageHistory, seal: int | None, stamped_at: str | None) -> HeldMessage:
    return HeldMessage(
        history.room_id,
        int(history.message_id),
        no,
        history.account_id,
        history.name,
        history.send_time,
        history.state,
        _texts(history.versions),
        history.first_seen,
        seal,
        stamped_at,
        versions=history.versions,
    )


def _stamp_times(home: Path) -> dict[int, str]:
    """Number of a seal → the earliest time that a stamp beside its file states."""
    times: dict[int, str] = {}
    for seal, authorities in stamp_files(home).items():
        body = (home / seals.FOLDER / seal).read_bytes()
        stamps = ((home / seals.FOLDER / f"{seal}.{authority}.tsr").read_bytes() for authority in authorities)
        stated = [at for at in (claimed_time(stamp, body) for stamp in stamps) if at is not None]
        if stated:
            times[int(seal.partition("-")[0])] = min(stated)
    return times


def _texts(versions: Iterable[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.body for one in versions if one.body != DELETED_BODY))


# --- a package -------------------------------------------------------------------------------


def _open_package(path: Path, opened: ExitStack) -> PackageFiles:
    """The files of a package that has records. Raises NotComparable, READ_ERRORS."""
    ignored = Verification()
    tree: PackageFiles = PackageFolder(path, ignored) if path.is_dir() else ZippedPackage(path, ignored)
    opened.callback(tree.close)
    if MESSAGES_FILE not in tree.names() or ENTRIES_FILE not in tree.names():
        raise errors.NotComparable(path=path)
    return tree


def _package_side(path: Path, verification: Verification, tree: PackageFiles) -> Side:
    other, masked, rooms = _OtherEntries(), set[str](), set[int]()
    for entry in chain(_objects(tree, ENTRIES_FILE), _shown_records(tree, masked)):
        if entry.get("kind") not in (None, "message"):  # a masked line has no kind
            other.add(entry)
    for one in _objects(tree, MESSAGES_FILE):
        rooms.add(one["room_id"])
        other.add_messages(one["room_id"], int(one["message_id"]), int(one["message_id"]))

    bag_info = _bag_info(tree)
    for room in period_starts(bag_info).keys() & rooms:
        other.reach[room].is_of_period = True

    def messages() -> Iterator[HeldMessage]:
        for one in _objects(tree, MESSAGES_FILE):
            yield _of_object(one, is_masked=f"message/{one['message_id']}" in masked)

    side = other.side(path, "package", verification, rooms, messages, _seal_digests(tree))
    return side._replace(is_practice=f"\n{PRACTICE_TAG}:" in bag_info)


def _seal_digests(tree: PackageFiles) -> dict[int, str]:
    """Number of a seal → SHA-256 of its file in the package. Raises READ_ERRORS."""
    digests = {}
    for name in tree.names():
        if match := _SEAL.fullmatch(name):
            with tree.open(name) as file:
                digests[int(match["number"])] = hashlib.sha256(file.read()).hexdigest()
    return digests


def _bag_info(tree: PackageFiles) -> str:
    """What the package says of itself, such as the rooms of which it holds a period. Raises READ_ERRORS."""
    if BAG_INFO not in tree.names():
        return ""
    with tree.open(BAG_INFO) as file:
        return file.read(_BAG_INFO_LIMIT).decode("utf-8", "replace")


def _shown_records(tree: PackageFiles, keys: set[str]) -> Iterator[EntryObject]:
    """What the package shows of its masked records; `keys` gets what they are about."""
    name = f"data/{MASKED_FILE}"
    for one in _objects(tree, name) if name in tree.names() else ():
        shown = one["shown"]
        keys.add(shown["key"])
        yield shown


def _of_object(one: Mapping[str, Any], *, is_masked: bool) -> HeldMessage:
    versions = tuple(
        Span(one["body"], one["update_time"], one["first_seen"], one["last_seen"], 0) for one in one["versions"]
    )
    return HeldMessage(
        number(one["room_id"]),
        int(one["message_id"]),
        number(one["no"]),
        number(one["account_id"]),
        text(one["name"]),
        number(one["send_time"]),
        text(one["state"]),
        _texts(versions),
        text(one["first_seen_at"]),
        one["seal"],
        one["stamped_at"],
        is_masked,
        versions,
    )


def _objects(tree: PackageFiles, name: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, one a line. Raises READ_ERRORS, and ValueError or TypeError for another line."""
    with tree.open(name) as file:
        for line in file:
            yield dict(json.loads(line))
