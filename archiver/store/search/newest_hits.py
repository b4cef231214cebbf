"""The newest messages that a search finds, and their number: by the index, or else by looking at every text.

The newest is the one with the greatest id, but the index has versions in the order in which they were saved. So it
is read from its end until no version that is left can belong to a newer message than those found. A text that the
index has and of which it lost the message is noticed where it could be among them (`LostTexts`).
"""

from __future__ import annotations

import heapq
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

from archiver.letter_folding import fold_searched
from archiver.store.fingerprints import DELETED
from archiver.store.search.index import LostTexts
from archiver.store.search.scope import SearchQuery, SearchScope, conditions

RECENT = 500
"""Versions that are looked through before the index is asked for single characters: it is slow for characters that
are everywhere, and those are found at once this way."""

_END = 2**63 - 1


class HitPosition(NamedTuple):
    """A message that was found; a greater one is newer."""

    position: int
    room_id: int
    seq: int
    """The entry number of the newest version that was found; 0 if it was found by filters alone."""


# --- by the index --------------------------------------------------------------------------------

_MESSAGE = " JOIN message m ON m.room_id = v.room_id AND m.position = v.position"
_TEXT = " JOIN message_version t ON t.room_id = v.room_id AND t.position = v.position AND t.seq = v.seq"
_INDEX = "search s CROSS JOIN search_version v ON v.seq = s.rowid"
_WHOLE_INDEX = "search s LEFT JOIN search_version v ON v.seq = s.rowid"
_ALL_TEXTS = "search_docsize d LEFT JOIN search_version v ON v.seq = d.id"
"""The same with the texts whose message is lost, as rows of nulls: those found, and all from FTS5's own list."""

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
    """The newest messages by the index for a query with words, or those older than a hit.

    Raises LostTexts; with `older_than` not for each text that is lost, so the whole index must be known to be there.
    """
    best = _Newest(limit, older_than)
    reach = _END if older_than is None else _last_entry_before(source, older_than)
    if older_than is not None:
        _put_late(source, query, scope, best, reach, older_than)
    if has_only_single_characters(query) and _put_recent(source, query, scope, best, reach):
        return best.hits()
    message, where, values = _scope_conditions(scope)
    statement = _with_lost(f"SELECT {_FOUND} FROM {_WHOLE_INDEX}", message, "s.search MATCH ?", where)  # noqa: S608 - our own names
    reached: tuple[int, ...] = ()
    if older_than is not None:
        statement, reached = f"{statement} AND s.rowid <= ?", (reach,)
    with closing(source.execute(f"{statement} ORDER BY s.rowid DESC", (query.expression(), *values, *reached))) as rows:
        for position, room, seq, bound in rows:
            if seq is None:
                raise LostTexts
            best.put(position, room, seq)
            if best.is_settled(bound):
                break
    return best.hits()


def _with_lost(select: str, message: str, chosen: str, where: str) -> str:
    """A selection of chosen texts in a scope, together with all whose message is lost: nobody knows their scope."""
    return f"{select}{message.replace(' JOIN ', ' LEFT JOIN ')} WHERE {chosen} AND (v.seq IS NULL OR (true{where}))"


def count_hits(
    source: sqlite3.Connection, query: SearchQuery, scope: SearchScope, *, count_limit: int | None = None
) -> int:
    """The number of messages by the index for a query with words; at most one above `count_limit` are counted.

    Raises LostTexts.
    """
    message, where, values = _scope_conditions(scope)
    select = f"SELECT DISTINCT v.position, v.room_id FROM {_WHOLE_INDEX}"  # noqa: S608 - likewise
    distinct = _with_lost(select, message, "s.search MATCH ?", where)
    end = -1 if count_limit is None else count_limit + 1
    count = f"SELECT count(*), count(position) FROM ({distinct} LIMIT ?)"  # noqa: S608 - likewise
    found, known = source.execute(count, (query.expression(), *values, end)).fetchone()
    if found != known:
        raise LostTexts
    return int(found)


def has_only_single_characters(query: SearchQuery) -> bool:
    """Whether the index would be slow, as it has no single characters."""
    return all(len(word) == 1 for word in query.words)


def _put_recent(source: sqlite3.Connection, query: SearchQuery, scope: SearchScope, best: _Newest, reach: int) -> bool:
    """Look at the texts that were saved last, up to an entry; return whether they suffice to know the newest hits.

    Texts that came in the order of their messages are read from the newest on until there are enough; of those that
    came late (edited or recovered) only texts of newer messages than these can be among the hits.
    """
    with closing(_recent_texts(source, scope, reach)) as rows:
        for position, room, seq, body in rows:
            if seq is None:
                raise LostTexts
            if query.matches(fold_searched(body)):
                best.put(position, room, seq)
            if best.is_settled(position):
                break
        else:
            return False
    message, where, values = _scope_conditions(scope)
    late = f"v.newest IS NOT NULL AND v.position >= ? AND v.seq <= ?{where}"
    statement = f"SELECT v.position, v.room_id, v.seq, t.body FROM search_version v{_TEXT}{message} WHERE {late}"  # noqa: S608 - our own names
    for position, room, seq, body in source.execute(statement, (best.oldest, reach, *values)).fetchall():
        if query.matches(fold_searched(body)):
            best.put(position, room, seq)
    return True


def _recent_texts(source: sqlite3.Connection, scope: SearchScope, reach: int) -> sqlite3.Cursor:
    """The texts that were saved last, of those that came in the order of their messages; nulls for lost ones."""
    message, where, values = _scope_conditions(scope)
    select = f"SELECT v.position, v.room_id, v.seq, t.body FROM {_ALL_TEXTS}"  # noqa: S608 - likewise
    in_order = f" AND t.seq IS NOT NULL{where}"
    statement = _with_lost(select, f"{_TEXT} AND v.newest IS NULL{message}", "d.id <= ?", in_order)
    return source.execute(f"{statement} ORDER BY d.id DESC LIMIT {RECENT}", (reach, *values))


# Older than a message are all versions up to an entry, and later ones that came late (edited or recovered).


def _last_entry_before(source: sqlite3.Connection, older_than: HitPosition) -> int:
    """The last entry of a version from before any message newer than this one was known."""
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
    """Add the hits among texts that came late, of the newest messages first; if these do not suffice, by the index."""
    message, where, values = _scope_conditions(scope)
    bounds = (reach, older_than.position)
    late = (
        f"SELECT v.position, v.room_id, v.seq, true{where}, t.body FROM search_version v{_TEXT}{message} WHERE {_LATE}"  # noqa: S608 - likewise
    )
    rows = source.execute(f"{late} ORDER BY v.position DESC LIMIT {RECENT + 1}", (*values, *bounds)).fetchall()
    for position, room, seq, is_in_scope, body in rows:
        if best.is_settled(position):
            return
        if is_in_scope and query.matches(fold_searched(body)):
            best.put(position, room, seq)
    if len(rows) <= RECENT:
        return
    statement = f"SELECT {_FOUND} FROM {_INDEX}{message} WHERE s.search MATCH ? AND s.rowid > ? AND {_LATE}{where}"  # noqa: S608 - likewise
    for position, room, seq, _ in source.execute(statement, (query.expression(), reach, *bounds, *values)):
        best.put(position, room, seq)


def _scope_conditions(scope: SearchScope) -> tuple[str, str, tuple[int, ...]]:
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
    """The newest hits, or those older than a hit, and the number of all, by looking at every text."""
    message, where, values = _scope_conditions(scope)
    statement = f"SELECT v.position, v.room_id, v.seq, v.body FROM message_version v{message} WHERE v.body <> ?{where}"  # noqa: S608 - likewise
    best = _Newest(limit, older_than)
    matched: set[tuple[int, int]] = set()
    for position, room, seq, body in source.execute(statement, (DELETED, *values)):
        if query.matches(fold_searched(body)):
            best.put(position, room, seq)
            matched.add((position, room))
    return best.hits(), len(matched)


@dataclass(slots=True)
class _Newest:
    """Collects the newest hits of those that are put in, each with its newest version."""

    limit: int
    older_than: HitPosition | None = None
    _seq_by_message: dict[tuple[int, int], int] = field(default_factory=dict)
    _heap: list[tuple[int, int]] = field(default_factory=list)

    def put(self, position: int, room: int, seq: int) -> None:
        message = (position, room)
        if self.older_than is not None and message >= self.older_than[:2]:
            return
        if message in self._seq_by_message:
            self._seq_by_message[message] = max(seq, self._seq_by_message[message])
        elif len(self._heap) < self.limit:
            heapq.heappush(self._heap, message)
            self._seq_by_message[message] = seq
        elif message > self._heap[0]:
            del self._seq_by_message[heapq.heapreplace(self._heap, message)]
            self._seq_by_message[message] = seq

    @property
    def oldest(self) -> int:
        """The position of the oldest message among the hits."""
        return self._heap[0][0]

    def is_settled(self, bound: int) -> bool:
        """Whether no message up to this position can be among the newest hits any more."""
        return len(self._heap) == self.limit and self._heap[0][0] > bound

    def hits(self) -> list[HitPosition]:
        return sorted((HitPosition(*place, seq) for place, seq in self._seq_by_message.items()), reverse=True)
