"""The newest messages that a search finds, and how many there are: by the index, or else by looking at every text.

Newest is by the message's id, and the index gives versions in the order in which they were kept. So it is walked
from its end until no version that is left can belong to a newer message than those found.
"""

from __future__ import annotations

import heapq
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

from archiver.store.facts import DELETED
from archiver.store.search_scope import Scope, conditions
from archiver.store.search_signs import fold
from archiver.store.search_words import Query

RECENT = 2_000
"""Versions that are looked through before the index is asked for a single sign: it is slow for signs that stand
everywhere, and those are found at once this way."""


class Place(NamedTuple):
    """A message that was found; the greater one is the newer one."""

    position: int
    room_id: int
    seq: int
    """Of the newest version that was found; 0: it was found by filters alone."""


# --- by the index --------------------------------------------------------------------------------

_MESSAGE = " JOIN message m ON m.room_id = v.room_id AND m.position = v.position"
_TEXT = " JOIN message_version t ON t.room_id = v.room_id AND t.position = v.position AND t.seq = v.seq"
_INDEX = "search s CROSS JOIN search_version v ON v.seq = s.rowid"
_FOUND = "v.position, v.room_id, v.seq, coalesce(v.newest, v.position)"


def newest(source: sqlite3.Connection, query: Query, scope: Scope, limit: int) -> list[Place]:
    """The newest messages that the index has for a query with words."""
    if all(len(word) == 1 for word in query.words):
        recent = _recent(source, query, scope, limit)
        if recent is not None:
            return recent
    message, where, values = _narrowing(scope)
    statement = f"SELECT {_FOUND} FROM {_INDEX}{message} WHERE s.search MATCH ?{where} ORDER BY s.rowid DESC"  # noqa: S608 - our own names
    best = _Newest(limit)
    with closing(source.execute(statement, (query.expression(), *values))) as rows:
        for position, room, seq, bound in rows:
            best.put(position, room, seq)
            if best.is_settled(bound):
                break
    return best.listed()


def count(source: sqlite3.Connection, query: Query, scope: Scope) -> int:
    """How many messages the index has for a query with words."""
    message, where, values = _narrowing(scope)
    distinct = f"SELECT DISTINCT v.position, v.room_id FROM {_INDEX}{message} WHERE s.search MATCH ?{where}"  # noqa: S608 - likewise
    rows = source.execute(f"SELECT count(*) FROM ({distinct})", (query.expression(), *values))  # noqa: S608 - likewise
    return int(rows.fetchone()[0])


def _recent(source: sqlite3.Connection, query: Query, scope: Scope, limit: int) -> list[Place] | None:
    """The newest, if the texts that were kept last are enough to tell."""
    message, where, values = _narrowing(scope)
    statement = f"SELECT {_FOUND}, t.body FROM search_version v{_TEXT}{message} WHERE true{where}"  # noqa: S608 - likewise
    best = _Newest(limit)
    with closing(source.execute(f"{statement} ORDER BY v.seq DESC LIMIT {RECENT}", values)) as rows:
        for position, room, seq, bound, body in rows:
            if query.matches(fold(body)):
                best.put(position, room, seq)
            if best.is_settled(bound):
                return best.listed()
    return None


def _narrowing(scope: Scope) -> tuple[str, str, tuple[int, ...]]:
    """The join that the conditions of a scope need, the conditions, and their values."""
    where, values = conditions(scope)
    return _MESSAGE if where else "", where, values


# --- without it ----------------------------------------------------------------------------------


def scan(source: sqlite3.Connection, query: Query, scope: Scope, limit: int) -> tuple[list[Place], int]:
    """The newest messages and their number, by every text."""
    message, where, values = _narrowing(scope)
    statement = f"SELECT v.position, v.room_id, v.seq, v.body FROM message_version v{message} WHERE v.body <> ?{where}"  # noqa: S608 - likewise
    best = _Newest(limit)
    seen: set[tuple[int, int]] = set()
    for position, room, seq, body in source.execute(statement, (DELETED, *values)):
        if query.matches(fold(body)):
            best.put(position, room, seq)
            seen.add((position, room))
    return best.listed(), len(seen)


def filtered(source: sqlite3.Connection, scope: Scope, limit: int) -> tuple[list[Place], int]:
    """The newest messages and their number, whatever they say."""
    where, values = conditions(scope)
    messages = f"FROM message m WHERE true{where}"
    statement = f"SELECT m.position, m.room_id, 0 {messages} ORDER BY m.position DESC, m.room_id DESC LIMIT ?"
    found = [Place(*row) for row in source.execute(statement, (*values, limit))]
    return found, int(source.execute(f"SELECT count(*) {messages}", values).fetchone()[0])


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
        elif place > self._heap[0]:
            del self._held[heapq.heapreplace(self._heap, place)]
            self._held[place] = seq

    def is_settled(self, bound: int) -> bool:
        """Whether no message up to this position can come among them any more."""
        return len(self._heap) == self.limit and self._heap[0][0] > bound

    def listed(self) -> list[Place]:
        return sorted((Place(*place, seq) for place, seq in self._held.items()), reverse=True)
