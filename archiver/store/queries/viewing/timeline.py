"""The timeline of some rooms and contracts, the newest first, page by page.

Only entries that can be events are read; they are listed in the table `change`. So a million messages between two
events cost nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.queries.entries import entries_at, previous_entry
from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent, entry_events
from archiver.store.time_text import from_text

_BOUNDS = (
    "SELECT (SELECT coalesce(max(seq), 0) FROM window WHERE room_id = ?1 AND seq < ?2),"
    " (SELECT coalesce(min(seq), 9223372036854775807) FROM window WHERE room_id = ?1 AND seq > ?2)"
)
_HIDDEN = (
    "SELECT c.seq FROM change c JOIN entry e ON e.seq = c.seq WHERE c.room_id = ? AND c.seq > ? AND c.seq < ?"
    " AND e.kind = 'message' AND json_extract(e.line, '$.payload.state') = 'hidden'"
    " AND coalesce((SELECT json_extract(p.line, '$.payload.state') FROM entry p WHERE p.key = e.key"
    " AND p.room_id IS e.room_id AND p.kind = e.kind AND p.seq < e.seq ORDER BY p.seq DESC LIMIT 1), '') <> 'hidden'"
    " ORDER BY c.seq"
)
"""Entries of messages that were not hidden before."""


class HiddenRuns:
    """Runs of messages hidden between one list of a room and the next; the newest entry stands for all."""

    def __init__(self, source: sqlite3.Connection) -> None:
        """Nothing is read yet."""
        self._source = source
        self._joined: set[int] = set()

    def has_joined(self, seq: int) -> bool:
        """Whether an entry belongs to a run that was joined already."""
        return seq in self._joined

    def join(self, event: TimelineEvent) -> TimelineEvent | None:
        """The event, or the event of its whole run; None if a newer entry stands for the run."""
        if event.kind is not EventKind.HIDDEN or event.room_id is None:
            return event
        bounds = self._source.execute(_BOUNDS, (event.room_id, event.seq)).fetchone()
        run = [seq for (seq,) in self._source.execute(_HIDDEN, (event.room_id, *bounds))]
        self._joined.update(run)
        if event.seq != run[-1]:
            return None
        return (
            event if len(run) == 1 else TimelineEvent(event.seq, event.at, event.kind, event.room_id, number=len(run))
        )


LOOKED_AT = 500
"""Entries that are read for one page; most of them are events."""

_ALONE = frozenset({"gap", "gap.narrowed", "gap.closed", "room.inaccessible", "room.accessible", "blob", "export"})
"""Kinds of entries that are events without comparison with a previous entry."""

_END = 2**63 - 1


class Timeline(NamedTuple):
    """A page of events, the newest first."""

    events: list[TimelineEvent]
    next: int | None
    """`before` of the next page, even if this one is empty; None if there are no more events."""


def timeline(
    reading: Reading,
    rooms: Collection[int],
    *,
    contracts: Collection[str] = (),
    before: int | None = None,
    limit: int = 50,
    seals: bool = False,
    hidden_singly: bool = False,
) -> Timeline:
    """The events of these rooms and contracts before an entry, at most `limit` and a few.

    An entry with several events is never split. `seals` adds the archive's seals, each at its last entry.
    `hidden_singly` lists each message that the plan hid; else those of one reading are one event.
    """
    source, end = driver_connection(reading.sql), _END if before is None else before
    runs = HiddenRuns(source)
    found: list[TimelineEvent] = []
    first_lists = {room: _first_list(source, room) for room in set(rooms)}
    sealed = source.execute(_SEALS, (end,)) if seals else ()
    candidates = merge(_candidates(source, rooms, contracts, end), sealed, reverse=True)
    groups = ((seq, list(group)) for seq, group in groupby(candidates, key=itemgetter(0)))
    for looked_at, (seq, group) in enumerate(one for one in groups if not runs.has_joined(one[0])):
        if len(found) >= limit or looked_at == LOOKED_AT:
            return Timeline(found, seq + 1)
        for _, seal in group:
            events = [_seal_event(source, seal)] if seal else _events_of_entry(source, seq, first_lists)
            events = [one for one in events if one.contract is None or one.contract in contracts]
            found += events if hidden_singly else filter(None, map(runs.join, events))
    return Timeline(found, None)


def _events_of_entry(source: sqlite3.Connection, seq: int, first_lists: Mapping[int, str]) -> list[TimelineEvent]:
    """The events of one entry."""
    entry = entries_at(source, (seq,)).get(seq)
    if entry is None:
        return []
    before = None if entry["kind"] in _ALONE else previous_entry(source, entry)
    return entry_events(entry, before, is_new_member=entry["observed_at"] > first_lists.get(entry["room_id"], ""))


# --- which entries -------------------------------------------------------------------------------

_Candidate = tuple[int, int]
"""The number of an entry, and 0; or the last entry of a seal, and the seal's number."""

_CHANGES = "SELECT seq, 0 FROM change WHERE room_id = ? AND seq < ? ORDER BY seq DESC"
_KEY = "SELECT seq, 0 FROM entry WHERE key = ? AND seq < ?"
_UNDER = "SELECT seq, 0 FROM entry WHERE key > ? AND key < ? AND seq < ?"


def _candidates(
    source: sqlite3.Connection, rooms: Collection[int], contracts: Collection[str], end: int
) -> Iterator[_Candidate]:
    """The entries that may be events, the newest first."""
    sources: list[Iterable[_Candidate]] = [sorted(_roomless_candidates(source, rooms, contracts, end), reverse=True)]
    sources += [source.execute(_CHANGES, (room, end)) for room in set(rooms)]
    return merge(*sources, reverse=True)


def _roomless_candidates(
    source: sqlite3.Connection, rooms: Collection[int], contracts: Collection[str], end: int
) -> Iterator[_Candidate]:
    """Candidates that belong to no room: statements about contracts, packages, contacts. They are few."""
    for account in {account for room in set(rooms) for account in _people(source, room)}:
        yield from source.execute(_KEY, (f"contact/{account}", end))
    for contract in set(contracts):
        for key in (f"contract/{contract}", f"note/{contract}"):
            yield from source.execute(_KEY, (key, end))
        for kind in ("delivery", "attachment", "mapping"):
            yield from source.execute(_UNDER, (f"{kind}/{contract}/", f"{kind}/{contract}0", end))
    if contracts:
        yield from source.execute(_UNDER, ("export/", "export0", end))


def _people(source: sqlite3.Connection, room: int) -> Iterator[int]:
    query = "SELECT account_id FROM person WHERE room_id = ? UNION SELECT account_id FROM member WHERE room_id = ?"
    return (account for (account,) in source.execute(query, (room, room)))


def _first_list(source: sqlite3.Connection, room: int) -> str:
    """When the members of a room were first listed; who is in that list did not join then."""
    query = "SELECT min(seq) FROM entry WHERE key > ? AND key < ?"
    (seq,) = source.execute(query, (f"member/{room}/", f"member/{room}0")).fetchone()
    row = source.execute("SELECT observed_at FROM entry WHERE seq = ?", (seq,)).fetchone()
    return "" if row is None else str(row[0])


# --- seals ---------------------------------------------------------------------------------------


_SEALS = "SELECT last, number FROM seal WHERE last < ? ORDER BY number DESC"


def _seal_event(source: sqlite3.Connection, number: int) -> TimelineEvent:
    query = "SELECT last, closed_at, day, sha256 FROM seal WHERE number = ?"
    last, closed_at, day, sha256 = source.execute(query, (number,)).fetchone()
    return TimelineEvent(last, from_text(closed_at), EventKind.SEALED, None, number=number, after=sha256, about=day)
