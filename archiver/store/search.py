"""Finds messages by their texts, earlier ones included, newest first; by the index, or else by looking through all.

Newest first is by the message's id, and the index gives versions by the order in which they were kept. So it is
walked from its end until no version that is left can belong to a newer message than those found.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

from archiver.records import State
from archiver.store import search_index
from archiver.store.archive import Reading
from archiver.store.facts import DELETED
from archiver.store.search_others import Other, others
from archiver.store.search_scope import Scope, conditions, room_names, scope_of
from archiver.store.search_signs import fold
from archiver.store.search_words import Query

COMMON = 2_000
"""Versions that are looked through before the index is asked for a single sign: it is slow for signs that stand
everywhere, and those are found at once this way."""


class Hit(NamedTuple):
    """A message one of whose texts was found."""

    room_id: int
    message_id: str
    send_time: int
    """Unix seconds."""
    account_id: int
    name: str
    state: State
    text: str
    """The newest of its texts that was found; empty if it was found by filters and no text was ever seen."""
    earlier: bool
    """Whether the message has another text now."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    total: int
    """Distinct messages."""
    hits: tuple[Hit, ...]
    """The newest of them."""
    others: tuple[Other, ...]
    rooms: Mapping[int, str]
    """The names of all rooms."""


def search(
    reading: Reading,
    query: Query,
    *,
    contracts: Collection[str] = (),
    rooms: Collection[int] = (),
    limit: int = 50,
) -> Found:
    """Search the archive, in these contracts and rooms if any are named. Raises UnknownContract, UnknownRoom."""
    scope = scope_of(reading, query, contracts=contracts, rooms=rooms)
    source = search_index.driver(reading.sql)
    if not query.words and not query.without:
        found, total = _filtered(source, scope, limit), _count_filtered(source, scope)
    elif query.words and search_index.is_current(reading.sql):
        found, total = newest(source, query, scope, limit), count(source, query, scope)
    else:
        found, total = _scan(source, query, scope, limit)
    hits = tuple(_hit(source, one) for one in found)
    return Found(total, hits, tuple(others(reading, query, scope)), room_names(reading))


class _Version(NamedTuple):
    """A version that was found; the greater one is the newer message."""

    position: int
    room_id: int
    seq: int
    """0: the message was found, not one of its texts."""


@dataclass(slots=True)
class _Newest:
    """The newest messages of those that were seen, each with its newest version."""

    limit: int
    _held: dict[tuple[int, int], int] = field(default_factory=dict)
    _heap: list[tuple[int, int]] = field(default_factory=list)

    def put(self, position: int, room: int, seq: int) -> None:
        place = (position, room)
        if place in self._held:
            self._held[place] = max(seq, self._held[place])
        elif len(self._heap) < self.limit:
            heapq.heappush(self._heap, place)
            self._held[place] = seq
        elif self._heap and place > self._heap[0]:
            del self._held[heapq.heapreplace(self._heap, place)]
            self._held[place] = seq

    def is_settled(self, bound: int) -> bool:
        """Whether no message up to this position can come among them any more."""
        return len(self._heap) == self.limit and (not self._heap or self._heap[0][0] > bound)

    def listed(self) -> list[_Version]:
        return sorted((_Version(*place, seq) for place, seq in self._held.items()), reverse=True)


# --- by the index --------------------------------------------------------------------------------

_MESSAGE = " JOIN message m ON m.room_id = v.room_id AND m.position = v.position"
_INDEX = "search s CROSS JOIN search_version v ON v.seq = s.rowid"


def newest(source: sqlite3.Connection, query: Query, scope: Scope, limit: int) -> list[_Version]:
    """The newest messages that the index has for a query with words."""
    if all(len(word) == 1 for word in query.words):
        found = _recent(source, query, scope, limit)
        if found is not None:
            return found
    where, values = conditions(scope)
    rows = source.execute(
        f"SELECT v.position, v.room_id, v.seq, coalesce(v.newest, v.position) FROM {_INDEX}"
        f"{_MESSAGE if where else ''} WHERE s.search MATCH ? {where} ORDER BY s.rowid DESC",
        (query.expression(), *values),
    )
    best = _Newest(limit)
    with closing(rows):
        for position, room, seq, bound in rows:
            best.put(position, room, seq)
            if best.is_settled(bound):
                break
    return best.listed()


def _recent(source: sqlite3.Connection, query: Query, scope: Scope, limit: int) -> list[_Version] | None:
    """The same, if the texts that were kept last are enough to tell."""
    where, values = conditions(scope)
    rows = source.execute(
        f"SELECT v.position, v.room_id, v.seq, coalesce(v.newest, v.position), t.body FROM search_version v{_TEXT}"
        f"{_MESSAGE if where else ''} WHERE true {where} ORDER BY v.seq DESC LIMIT {COMMON}",
        values,
    )
    best = _Newest(limit)
    with closing(rows):
        for position, room, seq, bound, body in rows:
            if query.matches(fold(body)):
                best.put(position, room, seq)
            if best.is_settled(bound):
                return best.listed()
    return None


_TEXT = " JOIN message_version t ON t.room_id = v.room_id AND t.position = v.position AND t.seq = v.seq"


def count(source: sqlite3.Connection, query: Query, scope: Scope) -> int:
    """How many messages the index has for a query with words."""
    where, values = conditions(scope)
    found: int = source.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT v.position, v.room_id FROM {_INDEX}"
        f"{_MESSAGE if where else ''} WHERE s.search MATCH ? {where})",
        (query.expression(), *values),
    ).fetchone()[0]
    return found


# --- without it ----------------------------------------------------------------------------------


def _scan(source: sqlite3.Connection, query: Query, scope: Scope, limit: int) -> tuple[list[_Version], int]:
    """The newest messages and their number, by every text."""
    where, values = conditions(scope)
    rows = source.execute(
        "SELECT v.position, v.room_id, v.seq, v.body FROM message_version v"
        f"{_MESSAGE if where else ''} WHERE v.body <> ? {where}",
        (DELETED, *values),
    )
    best, seen = _Newest(limit), set()
    for position, room, seq, body in rows:
        if query.matches(fold(body)):
            best.put(position, room, seq)
            seen.add((position, room))
    return best.listed(), len(seen)


def _filtered(source: sqlite3.Connection, scope: Scope, limit: int) -> list[_Version]:
    where, values = conditions(scope)
    query = f"SELECT m.position, m.room_id, 0 FROM message m WHERE true {where} ORDER BY 1 DESC, 2 DESC LIMIT ?"
    return [_Version(*row) for row in source.execute(query, (*values, limit))]


def _count_filtered(source: sqlite3.Connection, scope: Scope) -> int:
    where, values = conditions(scope)
    found: int = source.execute(f"SELECT count(*) FROM message m WHERE true {where}", values).fetchone()[0]
    return found


# --- what is shown of it -------------------------------------------------------------------------


_HIT = """
    SELECT m.room_id, m.message_id, m.send_time, m.account_id, m.name, m.state, t.body, t.number < m.versions
    FROM message m
    LEFT JOIN message_version t ON t.room_id = m.room_id AND t.position = m.position AND t.seq = ?
    WHERE m.room_id = ? AND m.position = ?
"""
_LAST_TEXT = "SELECT max(seq) FROM message_version WHERE room_id = ? AND position = ? AND body <> ?"


def _hit(source: sqlite3.Connection, found: _Version) -> Hit:
    place = (found.room_id, found.position)
    seq = found.seq or source.execute(_LAST_TEXT, (*place, DELETED)).fetchone()[0]
    room, message, sent, account, name, state, body, earlier = source.execute(_HIT, (seq, *place)).fetchone()
    return Hit(room, message, sent, account, name, State(state), body or "", bool(earlier))
