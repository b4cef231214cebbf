"""The newest messages that a search finds, and how many there are: by the index, or else by looking at every text.

Newest is by the message's id, and the index gives versions in the order in which they were kept. So it is walked
from its end until no version that is left can belong to a newer message than those found.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import islice
from typing import NamedTuple

from archiver.store.bigrams import fold
from archiver.store.fingerprints import DELETED
from archiver.store.search.query import SearchQuery
from archiver.store.search.scope import SearchScope, conditions

RECENT = 2_000
"""Versions that are looked through before the index is asked for a single sign: it is slow for signs that stand
everywhere, and those are found at once this way."""

_END = 2**63 - 1


class HitPosition(NamedTuple):
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
_LATE = "v.newest IS NOT NULL AND v.seq > ? AND v.position <= ?"


def newest_hits(
    source: sqlite3.Connection,
    query: SearchQuery,
    scope: SearchScope,
    limit: int,
    *,
    older_than: HitPosition | None = None,
) -> list[HitPosition]:
    """The newest messages that the index has for a query with words; older ones than one of them, if it is given."""
    best = _Newest(limit, older_than)
    reach = _END if older_than is None else _reach(source, older_than)
    if older_than is not None:
        _put_late(source, query, scope, best, reach, older_than)
    if _has_only_single_characters(query) and _put_recent(source, query, scope, best, reach):
        return best.listed()
    message, where, values = _narrowing(scope)
    statement = f"SELECT {_FOUND} FROM {_INDEX}{message} WHERE s.search MATCH ?{where}"  # noqa: S608 - our own names
    reached: tuple[int, ...] = ()
    if older_than is not None:
        statement, reached = f"{statement} AND s.rowid <= ?", (reach,)
    with closing(source.execute(f"{statement} ORDER BY s.rowid DESC", (query.expression(), *values, *reached))) as rows:
        for position, room, seq, bound in rows:
            best.put(position, room, seq)
            if best.is_settled(bound):
                break
    return best.listed()


def count_hits(source: sqlite3.Connection, query: SearchQuery, scope: SearchScope, *, most: int | None = None) -> int:
    """How many messages the index has for a query with words; not more than one above `most` are counted."""
    message, where, values = _narrowing(scope)
    distinct = f"SELECT DISTINCT v.position, v.room_id FROM {_INDEX}{message} WHERE s.search MATCH ?{where} LIMIT ?"  # noqa: S608 - likewise
    end = -1 if most is None else most + 1
    rows = source.execute(f"SELECT count(*) FROM ({distinct})", (query.expression(), *values, end))  # noqa: S608 - likewise
    return int(rows.fetchone()[0])


def count_recent(source: sqlite3.Connection, query: SearchQuery, scope: SearchScope) -> int:
    """How many messages have it among the texts that were kept last: enough to say of a sign that stands everywhere."""
    if not _has_only_single_characters(query):
        return 0
    rows = _recent_texts(source, scope, _END)
    return len({(position, room) for position, room, _, body in rows if query.matches(fold(body))})


def _has_only_single_characters(query: SearchQuery) -> bool:
    """Whether the index would be slow: it has no single signs."""
    return all(len(word) == 1 for word in query.words)


def _put_recent(source: sqlite3.Connection, query: SearchQuery, scope: SearchScope, best: _Newest, reach: int) -> bool:
    """Look at the texts that were kept last, up to an entry; whether they are enough to tell the newest.

    Those that came in order go down with their messages, so that the first ones are enough; of those that came late
    (edited or recovered) only such as belong to a message above these can be among them.
    """
    with closing(_recent_texts(source, scope, reach)) as rows:
        for position, room, seq, body in rows:
            if query.matches(fold(body)):
                best.put(position, room, seq)
            if best.is_settled(position):
                break
        else:
            return False
    message, where, values = _narrowing(scope)
    late = f"v.newest IS NOT NULL AND v.position >= ? AND v.seq <= ?{where}"
    statement = f"SELECT v.position, v.room_id, v.seq, t.body FROM search_version v{_TEXT}{message} WHERE {late}"  # noqa: S608 - likewise
    for position, room, seq, body in source.execute(statement, (best.oldest, reach, *values)).fetchall():
        if query.matches(fold(body)):
            best.put(position, room, seq)
    return True


def _recent_texts(source: sqlite3.Connection, scope: SearchScope, reach: int) -> sqlite3.Cursor:
    """Of the texts that came in order those that were kept last."""
    message, where, values = _narrowing(scope)
    in_order = f"v.seq <= ? AND v.newest IS NULL{where}"
    statement = f"SELECT v.position, v.room_id, v.seq, t.body FROM search_version v{_TEXT}{message} WHERE {in_order}"  # noqa: S608 - likewise
    return source.execute(f"{statement} ORDER BY v.seq DESC LIMIT {RECENT}", (reach, *values))


# Below a message lie all versions up to an entry, and of the later ones those that came late: edited or recovered.


def _reach(source: sqlite3.Connection, older_than: HitPosition) -> int:
    """The last entry of a version before any message was known that is newer than this one."""
    low, high = 0, source.execute("SELECT coalesce(max(seq), 0) FROM search_version").fetchone()[0]
    query = "SELECT seq, coalesce(newest, position) FROM search_version WHERE seq <= ? ORDER BY seq DESC LIMIT 1"
    while low < high:
        middle = (low + high + 1) // 2
        row = source.execute(query, (middle,)).fetchone()
        if row is None or row[1] <= older_than.position:
            low = middle
        else:
            high = row[0] - 1
    return max(low, 0)


def _put_late(
    source: sqlite3.Connection,
    query: SearchQuery,
    scope: SearchScope,
    best: _Newest,
    reach: int,
    older_than: HitPosition,
) -> None:
    """Take in what came late; where that is much, the index is asked for it."""
    message, where, values = _narrowing(scope)
    bounds = (reach, older_than.position)
    late = f"SELECT 1 FROM search_version v WHERE {_LATE} LIMIT {RECENT + 1}"  # noqa: S608 - likewise
    if len(source.execute(late, bounds).fetchall()) <= RECENT:
        statement = f"SELECT {_FOUND}, t.body FROM search_version v{_TEXT}{message} WHERE {_LATE}{where}"  # noqa: S608 - likewise
        for position, room, seq, _, body in source.execute(statement, (*bounds, *values)):
            if query.matches(fold(body)):
                best.put(position, room, seq)
        return
    statement = f"SELECT {_FOUND} FROM {_INDEX}{message} WHERE s.search MATCH ? AND s.rowid > ? AND {_LATE}{where}"  # noqa: S608 - likewise
    for position, room, seq, _ in source.execute(statement, (query.expression(), reach, *bounds, *values)):
        best.put(position, room, seq)


def _narrowing(scope: SearchScope) -> tuple[str, str, tuple[int, ...]]:
    """The join that the conditions of a scope need, the conditions, and their values."""
    where, values = conditions(scope)
    return _MESSAGE if where else "", where, values


# --- without it ----------------------------------------------------------------------------------


def scan_texts(
    source: sqlite3.Connection,
    query: SearchQuery,
    scope: SearchScope,
    limit: int,
    *,
    older_than: HitPosition | None = None,
) -> tuple[list[HitPosition], int]:
    """The newest messages, older than one of them if it is given, and the number of all, by every text."""
    message, where, values = _narrowing(scope)
    statement = f"SELECT v.position, v.room_id, v.seq, v.body FROM message_version v{message} WHERE v.body <> ?{where}"  # noqa: S608 - likewise
    best = _Newest(limit, older_than)
    matched: set[tuple[int, int]] = set()
    for position, room, seq, body in source.execute(statement, (DELETED, *values)):
        if query.matches(fold(body)):
            best.put(position, room, seq)
            matched.add((position, room))
    return best.listed(), len(matched)


# --- by filters, and by words that must not be there ---------------------------------------------


def hits_by_filters(
    source: sqlite3.Connection,
    scope: SearchScope,
    limit: int,
    *,
    older_than: HitPosition | None = None,
    most: int | None = None,
) -> tuple[list[HitPosition], int]:
    """The newest messages, whatever they say, and their number, of which not more than one above `most` are counted.

    With `older_than` those that are older than one of them, and 0.
    """
    hits = [HitPosition(*one, 0) for one in islice(_backwards(source, scope, older_than), limit)]
    where, values = conditions(scope)
    messages = f"SELECT 1 FROM message m WHERE true{where} LIMIT ?"  # noqa: S608 - likewise
    count = f"SELECT count(*) FROM ({messages})"  # noqa: S608 - likewise
    end = -1 if most is None else most + 1
    return hits, 0 if older_than else int(source.execute(count, (*values, end)).fetchone()[0])


def hits_without_words(
    source: sqlite3.Connection,
    query: SearchQuery,
    scope: SearchScope,
    limit: int,
    *,
    older_than: HitPosition | None = None,
    most: int,
) -> tuple[list[HitPosition], int]:
    """The same for a query that has nothing but words that must not be there: nearly every message is a hit."""
    candidates = (_hit_of_message(source, query, *one) for one in _backwards(source, scope, older_than))
    found = list(islice(filter(None, candidates), limit if older_than else max(limit, most + 1)))
    return found[:limit], 0 if older_than else len(found)


_TEXTS = "SELECT seq, body FROM message_version WHERE room_id = ? AND position = ? AND body <> ? ORDER BY seq DESC"


def _hit_of_message(source: sqlite3.Connection, query: SearchQuery, position: int, room: int) -> HitPosition | None:
    """A message with the newest of its texts that is a hit; None if none is."""
    texts = source.execute(_TEXTS, (room, position, DELETED))
    return next((HitPosition(position, room, seq) for seq, body in texts if query.matches(fold(body))), None)


_ROOMS = """
    WITH RECURSIVE r(id) AS (
        SELECT min(room_id) FROM message
        UNION ALL SELECT (SELECT min(room_id) FROM message WHERE room_id > id) FROM r WHERE id IS NOT NULL
    ) SELECT id FROM r WHERE id IS NOT NULL
"""
"""Each room once, without a look at its messages."""


_FEW = {"edit": "message_edited", "delete": "message_vanished"}
"""Indexes of messages of which there are few; SQLite would rather go through all of a room."""


def _backwards(
    source: sqlite3.Connection, scope: SearchScope, older_than: HitPosition | None
) -> Iterator[tuple[int, int]]:
    """The messages of a scope from the newest on, or from one of them: each room in its order, and then merged."""
    rooms = [room for (room,) in source.execute(_ROOMS)]
    where, values = conditions(replace(scope, rooms=None))
    index = next((f" INDEXED BY {name}" for has, name in _FEW.items() if has in scope.has), "")
    statement = f"SELECT m.position, m.room_id FROM message m{index} WHERE m.room_id = ? AND m.position < ?{where}"  # noqa: S608 - likewise
    room_walks = []
    for room in (one for one in rooms if scope.rooms is None or one in scope.rooms):
        end = _END if older_than is None else older_than.position + (room < older_than.room_id)
        room_walks.append(source.execute(f"{statement} ORDER BY m.position DESC", (room, end, *values)))
    return merge(*room_walks, reverse=True)


@dataclass(slots=True)
class _Newest:
    """The newest messages of those that were seen, each with its newest version."""

    limit: int
    older_than: HitPosition | None = None
    _held: dict[tuple[int, int], int] = field(default_factory=dict)
    _heap: list[tuple[int, int]] = field(default_factory=list)

    def put(self, position: int, room: int, seq: int) -> None:
        message = (position, room)
        if self.older_than is not None and message >= self.older_than[:2]:
            return
        if message in self._held:
            self._held[message] = max(seq, self._held[message])
        elif len(self._heap) < self.limit:
            heapq.heappush(self._heap, message)
            self._held[message] = seq
        elif message > self._heap[0]:
            del self._held[heapq.heapreplace(self._heap, message)]
            self._held[message] = seq

    @property
    def oldest(self) -> int:
        """The position of the oldest message among them."""
        return self._heap[0][0]

    def is_settled(self, bound: int) -> bool:
        """Whether no message up to this position can come among them any more."""
        return len(self._heap) == self.limit and self._heap[0][0] > bound

    def listed(self) -> list[HitPosition]:
        return sorted((HitPosition(*place, seq) for place, seq in self._held.items()), reverse=True)
