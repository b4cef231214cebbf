"""What changed in some rooms, the newest first: each event is made of an entry beside the previous one.

Only entries that can be events are read; they are listed in the table `change`. So a million messages between two
events cost nothing.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import groupby, islice
from typing import NamedTuple

from archiver.evidence.history import GONE_STATES, EntryObject, account_of, is_file_removal, number, text, text_of
from archiver.records import MessageId
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.queries.entries import entries_at, previous_entry
from archiver.store.time_text import from_text


class EventKind(StrEnum):
    """The kinds of events; `before`, `after` and `about` of an event are empty where nothing is said of them here."""

    EDITED = "edited"
    """The text of a message changed: `before` and `after` are both texts."""
    TOUCHED = "touched"
    """Only the update time of a message changed."""
    DELETED = "deleted"
    """Chatwork shows its mark of a deletion: `before` is the text."""
    MISSING = "missing"
    SHOWN_AGAIN = "shown_again"
    FILE_REMOVED = "file_removed"
    """Chatwork shows the file of a message as removed: `before` and `after` are the message's texts."""
    FIRST_EDITED = "first_edited"
    """It was edited before it was first seen."""
    FIRST_DELETED = "first_deleted"
    GAP_OPENED = "gap_opened"
    """`before` and `after` are the ids on both sides (empty: the room's beginning), `about` how many are missing."""
    GAP_NARROWED = "gap_narrowed"
    GAP_CLOSED = "gap_closed"
    ERASED = "erased"
    """The owner erased messages between the ids `before` and `after`; `about` is how many."""
    INACCESSIBLE = "inaccessible"
    ACCESSIBLE = "accessible"
    ROOM_RENAMED = "room_renamed"
    ROOM_DESCRIBED = "room_described"
    ROOM_TYPE = "room_type"
    """A direct chat became a group chat: `before` and `after` are Chatwork's words."""
    JOINED = "joined"
    """`about` is the name, here and below."""
    LEFT = "left"
    RENAMED = "renamed"
    ROLE = "role"
    ORGANIZATION = "organization"
    DEPARTMENT = "department"
    CONTACT = "contact"
    NO_CONTACT = "no_contact"
    """Not in the list of contacts any more."""
    FILE_GONE = "file_gone"
    """`about` is the name, here and below; as the sender gave it."""
    FILE_BACK = "file_back"
    FILE_REPLACED = "file_replaced"
    """Another size or time is listed under the same id: `before` and `after` are the sizes."""
    FILE_RENAMED = "file_renamed"
    FILE_LOST = "file_lost"
    """The bytes were given up: `after` is the recorded reason."""


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
    person: str = ""
    """The name of the account where the entry tells none; empty if it was not looked up, or is not known."""


def make_event(
    entry: EntryObject, kind: EventKind, before: str = "", after: str = "", about: str = ""
) -> TimelineEvent:
    """An event of an entry, without the message, account or number that it is about."""
    at = from_text(entry["observed_at"])
    return TimelineEvent(entry["seq"], at, kind, entry["room_id"], before=before, after=after, about=about)


def entry_ident(entry: EntryObject) -> str:
    """The last part of an entry's key."""
    return str(entry["key"].rpartition("/")[2])


def entry_events(entry: EntryObject, before: EntryObject | None, *, is_new_member: bool) -> list[TimelineEvent]:
    """The events of an entry, given the previous entry about the same thing; empty if nothing happened.

    `is_new_member`: whether a member's first entry is from a later list than the room's first list.
    """
    if entry["kind"] == "member" and before is None and not is_new_member and not _is_gone(entry):
        return []
    maker = _MAKERS.get(entry["kind"])
    return [] if maker is None else list(maker(entry, before))


# --- messages ------------------------------------------------------------------------------------


def _message_events(entry: EntryObject, before: EntryObject | None) -> Iterator[TimelineEvent]:
    kind = _FIRST.get(entry["payload"]["state"]) if before is None else _changed_kind(before, entry)
    if kind is None:
        return
    was = "" if before is None else text_of(before)[0]
    now = "" if kind in (EventKind.MISSING, EventKind.DELETED) else text_of(entry)[0]
    author = number(account_of(entry["payload"]["object"]).get("account_id"))
    event = make_event(entry, kind, was, now, text(account_of(entry["payload"]["object"]).get("name")))
    yield event._replace(message_id=MessageId(entry_ident(entry)), account_id=author)


_FIRST = {
    "edited": EventKind.FIRST_EDITED,
    "deleted": EventKind.FIRST_DELETED,
    "missing": EventKind.MISSING,
}
_VANISHED = {"missing": EventKind.MISSING, "hidden": None, "deleted": EventKind.DELETED}
"""What a message became; what the plan hides is no event, as it hides many at once."""


def _changed_kind(before: EntryObject, entry: EntryObject) -> EventKind | None:
    was, now = before["payload"]["state"], entry["payload"]["state"]
    if now in _VANISHED:
        return None if was == now else _VANISHED[now]
    if text_of(before) != text_of(entry):
        if is_file_removal(text_of(before)[0], text_of(entry)[0]):
            return EventKind.FILE_REMOVED
        return EventKind.EDITED if text_of(before)[0] != text_of(entry)[0] else EventKind.TOUCHED
    return EventKind.SHOWN_AGAIN if was in GONE_STATES else None


# --- rooms and people ----------------------------------------------------------------------------


def _gap_events(entry: EntryObject, _: EntryObject | None) -> Iterator[TimelineEvent]:
    kinds = {"gap": EventKind.GAP_OPENED, "gap.narrowed": EventKind.GAP_NARROWED, "gap.closed": EventKind.GAP_CLOSED}
    payload = entry["payload"]
    missing = "" if payload["missing"] is None else str(payload["missing"])
    kind = EventKind.ERASED if payload["reason"] == "erased" else kinds[entry["kind"]]
    event = make_event(entry, kind, str(payload["after"] or ""), str(payload["before"]), missing)
    yield event._replace(number=int(entry_ident(entry)))


def _access_events(entry: EntryObject, _: EntryObject | None) -> Iterator[TimelineEvent]:
    yield make_event(entry, EventKind.INACCESSIBLE if entry["kind"] == "room.inaccessible" else EventKind.ACCESSIBLE)


def _room_events(entry: EntryObject, before: EntryObject | None) -> Iterator[TimelineEvent]:
    kinds = {"name": EventKind.ROOM_RENAMED, "description": EventKind.ROOM_DESCRIBED, "type": EventKind.ROOM_TYPE}
    yield from _field_changes(entry, before, kinds)


def _account_events(entry: EntryObject, before: EntryObject | None) -> Iterator[TimelineEvent]:
    for event in _field_changes(entry, before, {"name": EventKind.RENAMED}):
        yield event._replace(account_id=int(entry_ident(entry)))


_OF_MEMBER = {
    "role": EventKind.ROLE,
    "organization_name": EventKind.ORGANIZATION,
    "department": EventKind.DEPARTMENT,
}


def _member_events(entry: EntryObject, before: EntryObject | None) -> Iterator[TimelineEvent]:
    is_gone = _is_gone(entry)
    if before is None or is_gone != _is_gone(before):
        events = [make_event(entry, EventKind.LEFT if is_gone else EventKind.JOINED)]
    else:
        events = list(_field_changes(entry, before, _OF_MEMBER))
    for event in events:
        yield event._replace(account_id=int(entry_ident(entry)), about=_field_text(entry, "name"))


def _contact_events(entry: EntryObject, before: EntryObject | None) -> Iterator[TimelineEvent]:
    """No event where only the direct chat changed, or somebody was a contact from the first list on."""
    if _is_gone(entry) != (before is not None and _is_gone(before)):
        kind = EventKind.NO_CONTACT if _is_gone(entry) else EventKind.CONTACT
        yield make_event(entry, kind)._replace(account_id=int(entry_ident(entry)))  # the entry holds no name


# --- files ------------------------------------------------------------------------------------


def _file_events(entry: EntryObject, before: EntryObject | None) -> Iterator[TimelineEvent]:
    """A file that is seen for the first time is no event, as its message shows it."""
    if _is_gone(entry) != (before is not None and _is_gone(before)):
        yield _file_event(entry, EventKind.FILE_GONE if _is_gone(entry) else EventKind.FILE_BACK)
    if before is None:
        return
    if any(_field_number(entry, field) != _field_number(before, field) for field in ("filesize", "upload_time")):
        sizes = str(_field_number(before, "filesize")), str(_field_number(entry, "filesize"))
        yield _file_event(entry, EventKind.FILE_REPLACED, *sizes)
    for event in _field_changes(entry, before, {"filename": EventKind.FILE_RENAMED}):
        yield event._replace(number=int(entry_ident(entry)), about=_field_text(entry, "filename"))


def _file_event(entry: EntryObject, kind: EventKind, before: str = "", after: str = "") -> TimelineEvent:
    return make_event(entry, kind, before, after, _field_text(entry, "filename"))._replace(
        number=int(entry_ident(entry))
    )


def _blob_events(entry: EntryObject, _: EntryObject | None) -> Iterator[TimelineEvent]:
    if entry["payload"]["state"] == "lost":
        reason = text(entry["payload"].get("reason"))
        yield make_event(entry, EventKind.FILE_LOST, "", reason)._replace(number=int(entry_ident(entry)))


# --- shared ---------------------------------------------------------------------------------------


def _field_changes(
    entry: EntryObject, before: EntryObject | None, kinds: Mapping[str, EventKind]
) -> Iterator[TimelineEvent]:
    """An event for each field that differs from the entry before; none for a first entry."""
    if before is not None:
        for field, kind in kinds.items():
            if _field_text(before, field) != _field_text(entry, field):
                yield make_event(entry, kind, _field_text(before, field), _field_text(entry, field))


def _field_text(entry: EntryObject, field: str) -> str:
    return text(entry["payload"]["object"].get(field))


def _field_number(entry: EntryObject, field: str) -> int:
    return number(entry["payload"]["object"].get(field))


def _is_gone(entry: EntryObject) -> bool:
    return bool(entry["payload"]["state"] == "gone")


_MAKERS: Mapping[str, Callable[[EntryObject, EntryObject | None], Iterator[TimelineEvent]]] = {
    "message": _message_events,
    "gap": _gap_events,
    "gap.narrowed": _gap_events,
    "gap.closed": _gap_events,
    "room.inaccessible": _access_events,
    "room.accessible": _access_events,
    "room": _room_events,
    "account": _account_events,
    "member": _member_events,
    "contact": _contact_events,
    "file": _file_events,
    "blob": _blob_events,
}


LOOKED_AT = 1500
"""Entries that are read; most of them are events."""

_ALONE = frozenset({"gap", "gap.narrowed", "gap.closed", "room.inaccessible", "room.accessible", "blob"})
"""Kinds of entries that are events without comparison with a previous entry."""


def newest_events(
    reading: Reading, rooms: Collection[int], groups: Sequence[Collection[EventKind]], limit: int = 50
) -> list[TimelineEvent]:
    """The newest events of each of these groups of kinds, at most `limit` of each, the newest first."""
    source, found = driver_connection(reading.sql), Counter[int]()
    first_lists = {room: _first_list(source, room) for room in set(rooms)}
    group_of = {kind: number for number, kinds in enumerate(groups) for kind in kinds}
    told = []
    for seq, _same in islice(groupby(_candidates(source, rooms)), LOOKED_AT):
        for event in _events_of_entry(source, seq, first_lists):
            group = group_of.get(event.kind)
            if group is not None and found[group] < limit:
                found[group] += 1
                told.append(event)
        if found.total() == limit * len(groups):
            break
    return told


def _events_of_entry(source: sqlite3.Connection, seq: int, first_lists: Mapping[int, str]) -> list[TimelineEvent]:
    """The events of one entry."""
    entry = entries_at(source, (seq,))[seq]
    before = None if entry["kind"] in _ALONE else previous_entry(source, entry)
    return entry_events(entry, before, is_new_member=entry["observed_at"] > first_lists.get(entry["room_id"], ""))


# --- which entries -------------------------------------------------------------------------------

_CHANGES = "SELECT seq FROM change WHERE room_id = ? ORDER BY seq DESC"
_CONTACTS = "SELECT seq FROM entry WHERE key = ?"


def _candidates(source: sqlite3.Connection, rooms: Collection[int]) -> Iterator[int]:
    """The entries that may be events, the newest first; those of contacts, which are few, belong to no room."""
    people = {account for room in set(rooms) for account in _people(source, room)}
    contacts = [seq for one in people for (seq,) in source.execute(_CONTACTS, (f"contact/{one}",))]
    listed = ((seq for (seq,) in source.execute(_CHANGES, (room,))) for room in set(rooms))
    return merge(sorted(contacts, reverse=True), *listed, reverse=True)


def _people(source: sqlite3.Connection, room: int) -> Iterator[int]:
    query = "SELECT account_id FROM person WHERE room_id = ? UNION SELECT account_id FROM member WHERE room_id = ?"
    return (account for (account,) in source.execute(query, (room, room)))


def _first_list(source: sqlite3.Connection, room: int) -> str:
    """When the members of a room were first listed; who is in that list did not join then."""
    query = "SELECT min(seq) FROM entry WHERE key > ? AND key < ?"
    (seq,) = source.execute(query, (f"member/{room}/", f"member/{room}0")).fetchone()
    row = source.execute("SELECT observed_at FROM entry WHERE seq = ?", (seq,)).fetchone()
    return "" if row is None else str(row[0])
