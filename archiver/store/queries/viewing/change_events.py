"""What changed in some rooms, the newest first: each event is made of an entry beside the previous one.

Only entries that can be events are read; they are listed in the table `change`. So a million messages between two
events cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from typing import NamedTuple

from archiver.evidence.history import EntryObject, account_of, number, text
from archiver.evidence.tables.events import ALONE, EntryChange, EventKind, entry_changes
from archiver.records import MessageId
from archiver.store.archive import Reading
from archiver.store.queries.entries import entries_at, previous_entry
from archiver.store.time_text import from_text


class TimelineEvent(NamedTuple):
    """An event of a timeline; texts are unescaped and of any length."""

    seq: int
    at: datetime
    """When the event was noticed."""
    kind: EventKind
    room_id: int | None
    message_id: MessageId | None = None
    account_id: int | None = None
    number: int | None = None
    """The number of the file or gap."""
    before: str = ""
    after: str = ""
    about: str = ""
    """A name, as it was given; of a gap how many messages are missing, or were erased."""
    person: str = ""
    """The name of the account where the entry tells none; empty if it was not looked up, or is not known."""


def _timeline_event(entry: EntryObject, change: EntryChange) -> TimelineEvent:
    """The event with the message, account, file or gap that it is about."""
    kind, payload, ident = entry["kind"], entry["payload"], entry["key"].rpartition("/")[2]
    received, after = payload.get("object", {}), "" if change.kind is EventKind.DELETED else change.after
    event = TimelineEvent(
        entry["seq"], from_text(entry["observed_at"]), change.kind, entry["room_id"], before=change.before, after=after
    )
    if kind == "message":
        author = account_of(received)
        event = event._replace(account_id=number(author.get("account_id")), about=text(author.get("name")))
        return event._replace(message_id=MessageId(ident))
    if kind in ("account", "member", "contact"):  # the last holds no name
        return event._replace(account_id=int(ident), about=text(received.get("name")))
    if kind in ("file", "blob"):
        return event._replace(number=int(ident), about=text(received.get("filename")))
    if kind.startswith("gap"):
        return event._replace(number=int(ident), about="" if payload["missing"] is None else str(payload["missing"]))
    return event


LOOKED_AT = 1500
"""Entries that are read; most of them are events."""


def newest_events(
    reading: Reading, rooms: Collection[int], groups: Sequence[Collection[EventKind]], limit: int = 50
) -> list[TimelineEvent]:
    """The newest events of each of these groups of kinds, at most `limit` of each, the newest first."""
    found = Counter[int]()
    first_lists = {room: _first_list(reading, room) for room in set(rooms)}
    group_of = {kind: number for number, kinds in enumerate(groups) for kind in kinds}
    told = []
    for seq, _same in islice(groupby(_candidates(reading, rooms)), LOOKED_AT):
        for event in _events_of_entry(reading, seq, first_lists):
            group = group_of.get(event.kind)
            if group is not None and found[group] < limit:
                found[group] += 1
                told.append(event)
        if found.total() == limit * len(groups):
            break
    return told


def _events_of_entry(reading: Reading, seq: int, first_lists: Mapping[int, str]) -> list[TimelineEvent]:
    """The events of one entry."""
    entry = entries_at(reading, (seq,))[seq]
    before = None if entry["kind"] in ALONE else previous_entry(reading, entry)
    changes = entry_changes(before, entry, first_lists.get(entry["room_id"], ""))
    return [_timeline_event(entry, change) for change in changes]


# --- which entries -------------------------------------------------------------------------------

_CHANGES = "SELECT seq FROM change WHERE room_id = ? ORDER BY seq DESC"
_CONTACTS = "SELECT seq FROM entry WHERE key = ?"


def _candidates(reading: Reading, rooms: Collection[int]) -> Iterator[int]:
    """The entries that may be events, the newest first; those of contacts, which are few, belong to no room."""
    people = {account for room in set(rooms) for account in _people(reading, room)}
    contacts = [seq for one in people for (seq,) in reading.driver.execute(_CONTACTS, (f"contact/{one}",))]
    listed = ((seq for (seq,) in reading.driver.execute(_CHANGES, (room,))) for room in set(rooms))
    return merge(sorted(contacts, reverse=True), *listed, reverse=True)


def _people(reading: Reading, room: int) -> Iterator[int]:
    query = "SELECT account_id FROM person WHERE room_id = ? UNION SELECT account_id FROM member WHERE room_id = ?"
    return (account for (account,) in reading.driver.execute(query, (room, room)))


def _first_list(reading: Reading, room: int) -> str:
    """When the members of a room were first listed; who is in that list did not join then."""
    query = "SELECT min(seq) FROM entry WHERE key > ? AND key < ?"
    (seq,) = reading.driver.execute(query, (f"member/{room}/", f"member/{room}0")).fetchone()
    row = reading.driver.execute("SELECT observed_at FROM entry WHERE seq = ?", (seq,)).fetchone()
    return "" if row is None else str(row[0])
