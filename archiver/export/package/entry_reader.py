"""Reads the entries of a package from the snapshot, and checks on the way that database rows and entries agree.

Entries are read once in order, then messages in the order of their ids, one in memory at a time.
"""

from __future__ import annotations

import heapq
import json
import marshal
import operator
import tempfile
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.evidence.history import READINGS, EntryObject, MessageHistory, Sightings, Span, number
from archiver.evidence.masked_and_erased import read_tombstone
from archiver.evidence.tables import build
from archiver.evidence.tables.events import ChangeRow, message_events
from archiver.export.mask.names import PeriodIds
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import Covers
from archiver.export.mask.records import is_plain, mask_record, masked_entry, shown_history
from archiver.export.package_scope import (
    BASE_LINE_KINDS,
    NEVER_EXPORTED,
    NOTHING,
    MessageChoice,
    PackageScope,
    base_line,
    observed_seconds,
)
from archiver.records import Entry
from archiver.store.archive import Reading
from archiver.store.queries.entries import (
    count_kinds,
    message_entries,
    message_groups,
    message_places,
    package_entries,
    unlisted_message,
    whole_entries,
)
from archiver.store.rebuild import MessageRows, check_other_rows, check_records

PutLine = Callable[[str], None]


@dataclass
class SourceEntries:
    """The entries of a package; if `only_messages` (room, id) is given, no other messages are read."""

    reading: Reading
    scope: PackageScope
    upto: int
    only_messages: list[tuple[int, int]] | None = None
    mask: PackageMask | None = None
    """Masks texts and names; None: everything is shown as it is."""
    covers: Covers | None = None
    """Covers the texts that nobody read; None: none is covered."""
    other: list[EntryObject] = field(default_factory=list)
    """Entries in the package that are neither messages nor readings."""
    everything: list[EntryObject] = field(default_factory=list)
    """Entries of the same kinds of the contract's rooms, in the package or not."""
    readings: dict[int, Sightings] = field(default_factory=dict)
    """Room → its readings in the package."""
    all_readings: dict[int, Sightings] = field(default_factory=dict)
    """Room → all its readings, if the package holds only a period of it."""
    replies: set[str] = field(default_factory=set)
    """Digests of the replies that gave the entries in the package."""
    refused: dict[tuple[int, int], tuple[int, str, str]] = field(default_factory=dict)
    """(room, id) of messages asked for by their ids that Chatwork did not give, then or later → entry, how, when."""
    erased: Counter[int] = field(default_factory=Counter)
    """Number of an erasure → how many of its records had their place in the package."""
    kinds: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """How many sealed entries of each kind are in the package, apart those of its rooms."""
    sealed: int = 0
    """The number of the last sealed entry."""
    entries: int = 0
    """The number of entries in the package."""
    ids: PeriodIds | None = None
    """The messages of a package of a period, as records must name no others; None: the rooms are in it as a whole."""
    _message_entries: int = 0
    _has_lines: bool = False
    """Whether lines were made of the entries, so that those in which anything is masked are known."""
    _masked: set[int] = field(default_factory=set)

    def gather(
        self,
        contract: str,
        put: PutLine | None = None,
        put_shown: PutLine | None = None,
    ) -> None:
        """Read the entries once; `put` gets each line that belongs in the package, exactly as hashed.

        For a masked line `put` gets its replacement, and `put_shown` the line with the masked content. Without `put`
        no lines are made, as for a package that holds no records; what is masked in a message shows when it is read,
        and those of whole rooms are read then only.
        """
        self._prepare_period(contract)
        self._has_lines = put is not None
        has_messages = self._has_lines or not self.scope.all_messages
        if not has_messages:
            self._message_entries = count_kinds(self.reading, self.scope.rooms, upto=self.upto)["message", True]
        listed = package_entries(self.reading, self.scope.rooms, contract, upto=self.upto, has_messages=has_messages)
        for entry in listed:
            tombstone = read_tombstone(entry.line.encode())
            if tombstone is not None:
                self._message_entries -= not has_messages and entry.kind == "message"
                if self.scope.includes_erased(entry.room_id, entry.seq):
                    self._count(entry)
                    self.erased[tombstone.erasure] += 1
                    if put is not None:
                        put(entry.line + "\n")
                continue
            if entry.kind == "message":
                self._message_entries += 1
                is_taken = self.scope.all_messages or (
                    not self.scope.can_skip(entry.room_id, entry.key)
                    and self.scope.includes_message(json.loads(entry.line))
                )
            else:
                is_taken = self._keep_entry(json.loads(entry.line))
            if is_taken:
                self._count(entry)
            if is_taken and put is not None:
                self._put_record(entry, put, put_shown)

    def _count(self, entry: Entry) -> None:
        self.entries += 1
        self.kinds[entry.kind, entry.room_id in self.scope.rooms] += entry.seq <= self.sealed

    def left_out(self) -> Counter[str]:
        """How many sealed entries are not in the package, by what they are."""
        left: Counter[str] = Counter()
        every = count_kinds(self.reading, self.scope.rooms, upto=self.sealed)
        for (kind, is_of_rooms), count in (every - self.kinds).items():
            left[NEVER_EXPORTED.get(kind) or ("outside" if is_of_rooms else "others")] += count
        return left

    def _put_record(self, entry: Entry, put: PutLine, put_shown: PutLine | None) -> None:
        record = mask_record(json.loads(entry.line), entry.digest, self.mask, self.ids)
        put((entry.line if record is None else record.line) + "\n")
        if record is not None and put_shown is not None:
            put_shown(record.shown_line + "\n")
            self._masked.add(entry.seq)

    def _prepare_period(self, contract: str) -> None:
        """Find what a package of a period begins with, and the messages that its records may name."""
        if self.scope.whole:
            return
        entries = whole_entries(self.reading, self.scope.rooms, contract, upto=self.upto, kinds=BASE_LINE_KINDS)
        self.scope.base_line = base_line(entries, self.scope.starts)
        places = {room: message_places(self.reading, room) for room in self.scope.rooms}
        is_inside = self.scope.is_message_inside
        self.ids = PeriodIds(
            {
                room: array(
                    "Q", (position for position, sent, first_seen in listed if is_inside(room, sent, first_seen))
                )
                for room, listed in places.items()
            }
        )

    def groups(self) -> Iterator[Sequence[EntryObject]]:
        """The entries of each message in the package, by numeric id over all rooms; rows are not checked."""
        if self.only_messages is None:
            found = message_entries(self.reading, set(self.scope.rooms), upto=self.upto)
        else:
            places = (place for place in self.only_messages if place[0] in self.scope.rooms)
            found = message_groups(self.reading, places, upto=self.upto)
        for entries in found:
            if self.scope.holds_message(entries[0]["room_id"], _position(entries)):
                yield self.as_shown(entries)

    def as_shown(self, entries: Sequence[EntryObject]) -> Sequence[EntryObject]:
        """Entries as the package shows them; to be called after `gather`, which found those to be masked."""
        if self.mask is None and self.covers is None:
            return entries
        return [self._shown(one) if not self._has_lines or one["seq"] in self._masked else one for one in entries]

    def shown(self, mask: PackageMask, covers: Covers) -> SourceEntries:
        """What a package shows of these entries, which were read as they are."""
        found = replace(self, mask=mask, covers=covers)
        found.other, found.everything = [*found.as_shown(self.other)], [*found.as_shown(self.everything)]
        return found

    def _shown(self, entry: EntryObject, ids: PeriodIds | None = None) -> EntryObject:
        """An entry as tables and pages are made from it: its text covered, and what is left masked."""
        return masked_entry(entry if self.covers is None else self.covers.cover(entry), self.mask, ids)

    def _keep_entry(self, entry: EntryObject) -> bool:
        """Keep an entry where it is needed; return whether it is in the package."""
        room, reading = entry["room_id"], entry["kind"] in READINGS
        for message, how in entry["payload"].get("refused", {}).items() if entry["kind"] == "reading" else ():
            self.refused[room, int(message)] = (entry["seq"], how, entry["observed_at"])
        if not reading:
            self.everything.append(entry)
        elif not self.scope.whole:
            self.all_readings.setdefault(room, Sightings()).add(entry)
        is_later = reading and self.ids is not None and self.scope.is_news(entry) and self.ids.is_shown_in(entry)
        if not self.scope.includes(entry) and not is_later:
            return False
        if reading:
            self.readings.setdefault(room, Sightings()).add(masked_entry(entry, None, self.ids))
            self.note_reply(entry)
        else:
            self.other.append(self._shown(entry, self.ids))
            self.note_reply(entry)  # a reply in which anything is masked stays out (`copied_parts`)
        return True

    def note_message(self, entries: Sequence[EntryObject]) -> None:
        """Forget that a message was refused, if it was received later."""
        place = entries[-1]["room_id"], _position(entries)
        if place in self.refused and self.refused[place][0] < entries[-1]["seq"]:
            del self.refused[place]

    def note_reply(self, entry: EntryObject) -> None:
        """Keep the digest of the reply that gave an entry of the package."""
        if entry["reply"] is not None:
            self.replies.add(entry["reply"])

    def finish_others(self, *, compares_rows: bool = True) -> None:
        """Check each record and the rows of all but messages, and mask what is shown. Raises RowsDisagree."""
        if compares_rows:
            check_records(self.reading, self.scope.rooms)
            check_other_rows(self.reading, self.scope.rooms)
        if self.mask is not None or self.covers is not None:
            self.everything = list(map(self._shown, self.everything))

    def check_count(self, count: int) -> None:
        """Check that the rows of messages gave all `message` entries. Raises RowsDisagree."""
        if count != self._message_entries:
            key = unlisted_message(self.reading, self.scope.rooms, upto=self.upto)
            raise errors.RowsDisagree(subject=key or "message")


class PackageStatistics:
    """Reads the messages for the tables, and collects on the way what the pages need beforehand."""

    def __init__(
        self,
        source: SourceEntries,
        step: Callable[[], None],
        *,
        kept: KeptHistories,
        checked: bool,
        choice: MessageChoice = NOTHING,
    ) -> None:
        """Call `step` for each message, put its history into `kept`, check rows if `checked`, and note `choice`."""
        self.kept = kept
        self.numbers: defaultdict[int, array[int]] = defaultdict(lambda: array("Q"))
        """The No. of each message in the package, by room."""
        self.authors: defaultdict[int, dict[int, str]] = defaultdict(dict)
        """The last name of each author, by room."""
        self.count = 0
        self.events: list[ChangeRow] = []
        """The changes of the messages."""
        self.chosen: dict[str, int] = {}
        """The chosen messages found so far: id → No."""
        self.left_out = 0
        """The number of the contract's messages outside the period that the user asked for."""
        self._choice = choice
        self.source = source
        self._step = step
        self._rows = MessageRows(source.reading, source.scope.rooms) if checked else None
        self._original: Sequence[EntryObject] = ()

    def read_all(self, write: Callable[[int, MessageHistory], object] = lambda _no, _history: None) -> None:
        """Read every message, for a package that has no tables of its entries. Raises RowsDisagree."""
        for entries in self.groups():
            history = self.build_history(entries)
            write(self.count, history)

    def groups(self) -> Iterator[Sequence[EntryObject]]:
        """The entries of each message, for `evidence.tables.build.table_lines`. Raises RowsDisagree."""
        if self._rows is None:
            yield from self.source.groups()
            return
        count = 0
        rooms = set(self.source.scope.rooms)
        for entries in message_entries(self.source.reading, rooms, upto=self.source.upto):
            count += len(entries)
            if self.source.scope.holds_message(entries[0]["room_id"], _position(entries)):
                self._original = entries
                yield self.source.as_shown(entries)
            else:
                self._rows.check(entries, None)
                self.source.note_message(entries)
                sent = number(entries[0]["payload"]["object"].get("send_time")) or observed_seconds(entries[0])
                self.left_out += self.source.scope.is_of_contract(entries[0]["room_id"], sent)
        self._rows.check_end()
        self.source.check_count(count)

    def build_history(self, entries: Sequence[EntryObject]) -> MessageHistory:
        """The history of one of these groups; to be called in their order. Raises RowsDisagree."""
        history = build.message(entries, self.source.readings)
        if self._rows is not None:
            self._rows.check(self._original, self._full_history(history, entries))
        if self.source.refused:
            self.source.note_message(entries)
        for entry in entries:
            self.source.note_reply(entry)
        self.count += 1
        if is_plain(history, entries):
            self.kept.add(history)
        else:
            self.kept.add(history, [*entries])
            self._note_events(self.count, entries)
        self.numbers[history.room_id].append(self.count)
        self.authors[history.room_id][history.account_id] = history.name
        if history.message_id in self._choice.ids or self.count in self._choice.numbers:
            self.chosen[history.message_id] = self.count
        self._step()
        return history

    def _note_events(self, no: int, entries: Sequence[EntryObject]) -> None:
        self.events += message_events(no, entries, self.source.readings.get(entries[0]["room_id"]) or Sightings())

    def _full_history(self, history: MessageHistory, entries: Sequence[EntryObject]) -> MessageHistory:
        """The history as the rows must have it: unmasked, with all readings, also those outside the package."""
        has_all_readings = self.source.scope.whole or len(entries) == 1
        if has_all_readings and all(map(operator.is_, entries, self._original)):
            return history
        return build.message(self._original, self.source.readings if has_all_readings else self.source.all_readings)


class ShownStatistics(PackageStatistics):
    """The same of messages that were read as they are, as a package shows them."""

    def __init__(
        self,
        read: PackageStatistics,
        mask: PackageMask,
        covers: Covers,
        step: Callable[[], None],
        *,
        kept: KeptHistories,
    ) -> None:
        """Take what was read, and what hides a part of it."""
        super().__init__(read.source.shown(mask, covers), step, kept=kept, checked=False)
        self._read, self._hiding = read, (mask, covers)
        self.numbers, self.count = read.numbers, read.count
        self.chosen, self.left_out = read.chosen, read.left_out

    def read_all(self, write: Callable[[int, MessageHistory], object] = lambda _no, _history: None) -> None:
        """Make what is shown of every message; only what was more than sent is read from its entries again."""
        rooms = [zip(listed, self._read.kept.of_room(room), strict=True) for room, listed in self.numbers.items()]
        for no, (original, entries) in heapq.merge(*rooms, key=operator.itemgetter(0)):
            if entries:
                shown = self.source.as_shown(entries)
                history = build.message(shown, self.source.readings)
                self._note_events(no, shown)
            else:
                history = shown_history(original, *self._hiding)
            self.kept.add(history)
            self.authors[history.room_id][history.account_id] = history.name
            self._step()
            write(no, history)


def _position(entries: Sequence[EntryObject]) -> int:
    return int(entries[0]["key"].partition("/")[2])


_VERSIONS = MessageHistory._fields.index("versions")

_AT_ONCE = 200
"""Histories of a room that are written, and read, in one piece."""

_BYTES_IN_MEMORY = 16_000_000
"""Bytes of all histories up to which no file is made."""


class KeptHistories(AbstractContextManager["KeptHistories"]):
    """The histories of the messages of some rooms, in a file without a name that goes when it is closed."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder for the file; None: the system's."""
        where = None if folder is None else str(folder)
        self._file = tempfile.SpooledTemporaryFile(_BYTES_IN_MEMORY, dir=where)  # noqa: SIM115 - closed with this
        self._waiting: dict[int, list[tuple[Any, ...]]] = {}
        self._pieces: dict[int, list[tuple[int, int]]] = {}
        """Room → position and size of each piece."""
        self._end = 0

    def __exit__(self, *_error: object) -> None:
        """Give them up."""
        self._file.close()

    def add(self, history: MessageHistory, entries: Sequence[EntryObject] = ()) -> None:
        """Keep one more history, later in its room than those before, and these entries of it. Raises OSError."""
        waiting = self._waiting.setdefault(history.room_id, [])
        row: list[Any] = [*history]
        row[_VERSIONS] = [tuple(one) for one in history.versions]
        waiting.append((row, entries))
        if len(waiting) == _AT_ONCE:
            self._write(history.room_id)

    def of_room(self, room: int, start: int = 0) -> Iterator[tuple[MessageHistory, Sequence[EntryObject]]]:
        """The histories of a room with their entries, in the order in which they were added, from a place on.

        All of them must have been added. Raises OSError.
        """
        if self._waiting.get(room):
            self._write(room)
        piece, begin = divmod(start, _AT_ONCE)
        for position, size in self._pieces.get(room, [])[piece:]:
            self._file.seek(position)
            rows = marshal.loads(self._file.read(size))  # noqa: S302 - nobody else can write there
            for row, entries in rows[begin:]:
                row[_VERSIONS] = tuple([Span(*one) for one in row[_VERSIONS]])
                yield MessageHistory(*row), entries
            begin = 0

    def _write(self, room: int) -> None:
        piece = marshal.dumps(self._waiting.pop(room))
        self._file.seek(self._end)
        self._file.write(piece)
        self._pieces.setdefault(room, []).append((self._end, len(piece)))
        self._end += len(piece)
