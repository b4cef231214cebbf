"""Reads from the snapshot what a package is made of, and checks on the way that rows and entries agree.

Entries are gone through once in order; messages then in the order of their ids, one in memory at a time.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from archiver import errors
from archiver.evidence.history import EntryObject, MessageHistory, Sightings, number
from archiver.evidence.tables import build
from archiver.evidence.tables.events import ChangeRow, message_events
from archiver.export.mask.cover import Cover
from archiver.export.mask.records import covered, masked
from archiver.export.message_choice import NOTHING, MessageChoice
from archiver.export.scope import READINGS, PackageScope, observed
from archiver.store.archive import Reading
from archiver.store.queries import package_entries
from archiver.store.queries.entries import message_entries
from archiver.store.row_check import MessageRows, check_others


@dataclass
class Material:
    """What a package is made of; `places` (id, room) are the only messages looked at, if given."""

    reading: Reading
    scope: PackageScope
    upto: int
    places: list[tuple[int, int]] | None = None
    cover: Cover | None = None
    """Covers what may not be shown; None: everything is shown as it is."""
    other: list[EntryObject] = field(default_factory=list)
    """Entries in the package that are neither messages nor readings."""
    everything: list[EntryObject] = field(default_factory=list)
    """The same kinds of the contract's rooms, in the package or not."""
    readings: dict[int, Sightings] = field(default_factory=dict)
    """Of each room, those in the package."""
    all_readings: dict[int, Sightings] = field(default_factory=dict)
    """Of each room, if the package holds only a part of it."""
    replies: set[str] = field(default_factory=set)
    """Digests of the replies from which entries in the package came."""
    entries: int = 0
    """Entries in the package."""
    _message_entries: int = 0
    _masked: set[int] = field(default_factory=set)

    def gather(self, contract: str, put: Callable[[str], None], put_shown: Callable[[str], None] | None = None) -> None:
        """Go through the entries once; `put` takes each line that belongs in the package, exactly as hashed.

        Of a line that is masked it takes what stands in its place, and `put_shown` what is shown instead.
        """
        for entry in package_entries.package_entries(self.reading, self.scope.rooms, contract, upto=self.upto):
            if entry.kind == "message":
                self._message_entries += 1
                taken = self.scope.all_messages or self._takes_message(entry.room_id, entry.key, entry.line)
            else:
                taken = self._takes(json.loads(entry.line))
            if taken:
                self.entries += 1
                found = None if self.cover is None else masked(json.loads(entry.line), entry.digest, self.cover)
                put((entry.line if found is None else found.line) + "\n")
                if found is not None and put_shown is not None:
                    self._masked.add(entry.seq)
                    put_shown(found.shown + "\n")

    def groups(self) -> Iterator[Sequence[EntryObject]]:
        """The entries of each message in the package, by numeric id over all rooms; not compared with rows."""
        return (self.shown(entries) for entries in self._all_groups(self.scope.rooms) if self._holds(entries))

    def histories(self, room: int) -> Iterator[MessageHistory]:
        """The messages of one room that are in the package."""
        groups = (self.shown(entries) for entries in self._all_groups((room,)) if self._holds(entries))
        return build.messages(groups, self.readings)

    def shown(self, entries: Sequence[EntryObject]) -> Sequence[EntryObject]:
        """Entries of the package as it shows them, after `gather`: looked into are only those that were masked."""
        if not self._masked:
            return entries
        return [covered(one, self.cover) if one["seq"] in self._masked else one for one in entries]

    def _takes_message(self, room: int | None, key: str, line: str) -> bool:
        return not self.scope.passes_over(room, "message", key) and self.scope.includes_message(json.loads(line))

    def _takes(self, entry: EntryObject) -> bool:
        """Keep an entry where it is needed; whether it is in the package."""
        room, reading = entry["room_id"], entry["kind"] in READINGS
        if not reading:
            self.everything.append(entry)
        elif not self.scope.whole:
            self.all_readings.setdefault(room, Sightings()).add(entry)
        if not self.scope.includes(entry):
            return False
        if reading:
            self.readings.setdefault(room, Sightings()).add(entry)
            self.note_reply(entry)
        else:
            shown = covered(entry, self.cover)
            self.other.append(shown)
            self.note_reply(shown)  # one that is covered names no reply
        return True

    def note_reply(self, entry: EntryObject) -> None:
        """Remember the reply from which an entry of the package came."""
        if entry["reply"] is not None:
            self.replies.add(entry["reply"])

    def _all_groups(self, rooms: Sequence[int]) -> Iterator[Sequence[EntryObject]]:
        if self.places is None:
            yield from message_entries(self.reading, set(rooms), upto=self.upto)
        else:
            places = (place for place in self.places if place[1] in rooms)
            yield from package_entries.message_groups(self.reading, places, upto=self.upto)

    def _holds(self, entries: Sequence[EntryObject]) -> bool:
        return self.scope.holds_message(entries[0]["room_id"], _position(entries))

    def check_others(self) -> None:
        """Compare the rows of rooms, people, files, gaps and tasks. Raises RowsDisagree."""
        check_others(self.reading, self.everything, self.scope.rooms)
        if self.cover is not None:
            self.everything = [covered(one, self.cover) for one in self.everything]

    def check_count(self, seen: int) -> None:
        """All `message` entries must have come by with the rows of their messages. Raises RowsDisagree."""
        if seen != self._message_entries:
            key = package_entries.unlisted_message(self.reading, self.scope.rooms, upto=self.upto)
            raise errors.RowsDisagree(subject=key or "message")


class PackageStatistics:
    """Goes through the messages for the tables and keeps in passing what the pages need to know before them."""

    def __init__(
        self, material: Material, seen: Callable[[], None], *, checked: bool, wanted: MessageChoice = NOTHING
    ) -> None:
        """`seen` is called for each message; `checked`: compare every row with its entries; `wanted`: look out for."""
        self.numbers: dict[int, array[int]] = {}
        """The No. of each message in the package, by room."""
        self.authors: dict[int, dict[int, str]] = {}
        """The last name of each author, by room."""
        self.count = 0
        self.events: list[ChangeRow] = []
        """What happened to the messages."""
        self.chosen: dict[str, int] = {}
        """The wanted messages that went by: id and No."""
        self.first_sent: int | None = None
        """When the earliest message of the contract was sent, in Unix seconds, in the package or not."""
        self.left_out = 0
        """Messages of the contract outside the part of the time that the user asked for."""
        self._wanted = wanted
        self._material = material
        self._seen = seen
        self._rows = MessageRows(material.reading, material.scope.rooms) if checked else None
        self._original: Sequence[EntryObject] = ()

    def groups(self) -> Iterator[Sequence[EntryObject]]:
        """The groups for `evidence.tables.table_lines`. Raises RowsDisagree."""
        if self._rows is None:
            yield from self._material.groups()
            return
        looked_at = 0
        rooms = set(self._material.scope.rooms)
        for entries in message_entries(self._material.reading, rooms, upto=self._material.upto):
            looked_at += len(entries)
            if self._material.scope.holds_message(entries[0]["room_id"], _position(entries)):
                self._original = entries
                yield self._material.shown(entries)
            else:
                self._rows.check(entries, None)
                self._pass_over(entries[0])
        self._rows.end()
        self._material.check_count(looked_at)

    def tell(self, entries: Sequence[EntryObject]) -> MessageHistory:
        """The history of one of these groups, asked for in their order. Raises RowsDisagree."""
        history = build.message(entries, self._material.readings)
        if self._rows is not None:
            self._rows.check(self._original, self._in_full(history))
        for entry in entries:
            self._material.note_reply(entry)
        self.count += 1
        if self._material.cover is not None:
            self._material.cover.number(history.room_id, history.message_id, self.count)
        self.numbers.setdefault(history.room_id, array("Q")).append(self.count)
        self.authors.setdefault(history.room_id, {})[history.account_id] = history.name
        self._look_out(entries, history)
        self._seen()
        return history

    def _look_out(self, entries: Sequence[EntryObject], history: MessageHistory) -> None:
        """What chapters of a report need to know beforehand."""
        sightings = self._material.readings.get(history.room_id) or Sightings()
        self.events += message_events(self.count, entries, sightings)
        self._sent(history.room_id, history.send_time)
        if history.message_id in self._wanted.ids or self.count in self._wanted.numbers:
            self.chosen[history.message_id] = self.count

    def _pass_over(self, first: EntryObject) -> None:
        """A part of the time never hides when the talk began, nor that there is more of it."""
        sent = number(first["payload"]["object"].get("send_time"))
        if self._material.scope.is_of_contract(first["room_id"], sent or observed(first)):
            self.left_out += 1
            self._sent(first["room_id"], sent)

    def _sent(self, room: int, at: int) -> None:
        is_first = at > 0 and (self.first_sent is None or at < self.first_sent)
        if is_first and self._material.scope.is_of_contract(room, at):
            self.first_sent = at

    def _in_full(self, history: MessageHistory) -> MessageHistory:
        """As the rows must have it: uncovered, in the light of all readings, also those outside the package."""
        whole = self._material.scope.whole or len(self._original) == 1
        if whole and self._material.cover is None:
            return history
        return build.message(self._original, self._material.readings if whole else self._material.all_readings)


def _position(entries: Sequence[EntryObject]) -> int:
    return int(entries[0]["key"].partition("/")[2])
