"""The newest messages that a search finds, and their number: by the index, by filters, or by looking at every text.

The newest is the one with the greatest id, but the index has versions in the order in which they were saved. So it
is read from its end until no version that is left can belong to a newer message than those found. A text that the
index has and of which it lost the message is noticed where it could be among them (`LostTexts`).
With filters, and words that must not be there, a room is walked through from its newest message. Where a filter leaves
few messages of all, those are looked at one by one instead.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import NamedTuple

from archiver.letter_folding import fold_searched
from archiver.store.queries.entries import EVERY_ROOM
from archiver.store.received_facts_and_record_forms import DELETED
from archiver.store.search.index import LostTexts, match_expression
from archiver.store.search.query import SearchQuery, SearchScope, conditions

RECENT = 1_000
"""Versions that are looked through before the index is asked for single characters: it is slow for characters that
are everywhere, and those are found at once this way."""

_END = 2**63 - 1


class HitPosition(NamedTuple):
    """A message that was found; a greater one is newer."""

    position: int
    room_id: int
    seq: int
    """The entry number of the newest version that was found; 0 if it was found by filters alone."""


class HitRequest(NamedTuple):
    """A search as it is carried out: for so many of the newest messages of a scope, or of those older than a hit."""

    source: sqlite3.Connection
    query: SearchQuery
    scope: SearchScope
    limit: int
    older_than: HitPosition | None = None
    count_limit: int | None = None
    """At most one message above this is counted; None: all."""

    @property
    def end(self) -> int:
        """A position that no message beyond is asked for."""
        return _END if self.older_than is None else self.older_than.position


# --- by the index --------------------------------------------------------------------------------

_MESSAGE = " JOIN message m ON m.room_id = v.room_id AND m.position = v.position"
_TEXT = " JOIN message_version t ON t.room_id = v.room_id AND t.position = v.position AND t.seq = v.seq"
_WHOLE_INDEX = "search s LEFT JOIN search_version v ON v.seq = s.rowid"
_ALL_TEXTS = "search_docsize d LEFT JOIN search_version v ON v.seq = d.id"
"""The same with the texts whose message is lost, as rows of nulls: those found, and all from FTS5's own list."""

_FOUND = "v.position, v.room_id, v.seq, coalesce(v.newest, v.position)"


def newest_hits(asked: HitRequest) -> list[HitPosition]:
    """The newest messages by the index for a query with words, or those older than a hit. Raises LostTexts."""
    best = _Newest(asked.limit, asked.older_than)
    if has_only_single_characters(asked.query) and _put_recent(asked, best):
        return best.hits()
    message, where, values = _scope_conditions(asked.scope)
    statement = _with_lost(f"SELECT {_FOUND} FROM {_WHOLE_INDEX}", message, "s.search MATCH ?", where)  # noqa: S608 - our own names
    found = asked.source.execute(f"{statement} ORDER BY s.rowid DESC", (asked.query.expression(), *values))
    with closing(found) as rows:
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


def count_hits(asked: HitRequest) -> int:
    """The number of messages by the index for a query with words. Raises LostTexts."""
    message, where, values = _scope_conditions(asked.scope)
    select = f"SELECT DISTINCT v.position, v.room_id FROM {_WHOLE_INDEX}"  # noqa: S608 - likewise
    distinct = _with_lost(select, message, "s.search MATCH ?", where)
    end = -1 if asked.count_limit is None else asked.count_limit + 1
    count = f"SELECT count(*), count(position) FROM ({distinct} LIMIT ?)"  # noqa: S608 - likewise
    found, known = asked.source.execute(count, (asked.query.expression(), *values, end)).fetchone()
    if found != known:
        raise LostTexts
    return int(found)


def has_only_single_characters(query: SearchQuery) -> bool:
    """Whether the index would be slow, as it has no single characters."""
    return all(len(word) == 1 for word in query.words)


def _put_recent(asked: HitRequest, best: _Newest) -> bool:
    """Look at the texts of the newest messages; return whether they suffice to know the newest hits.

    Texts that came in the order of their messages are read from the last saved on, those that came late (edited or
    recovered) by their index.
    """
    message, where, values = _scope_conditions(asked.scope)
    select, not_newer = "SELECT v.position, v.room_id, v.seq, t.body FROM", "(v.seq IS NULL OR v.position <= ?)"
    joined = f"{_TEXT} AND v.newest IS NULL{message}"
    in_order = _with_lost(f"{select} {_ALL_TEXTS}", joined, not_newer, f" AND t.seq IS NOT NULL{where}")
    late = f"{select} search_version v{_TEXT}{message}".replace(" JOIN ", " CROSS JOIN ")
    late = f"{late} WHERE v.newest IS NOT NULL AND v.position <= ?{where}"
    bounds, source = (asked.end, *values), asked.source
    with (
        closing(source.execute(f"{in_order} ORDER BY d.id DESC", bounds)) as saved_in_order,
        closing(source.execute(f"{late} ORDER BY v.position DESC", bounds)) as saved_late,
    ):
        newest_first = merge(saved_in_order, saved_late, key=lambda row: row[0] or _END, reverse=True)
        for position, room, seq, body in islice(newest_first, RECENT):
            if seq is None:
                raise LostTexts
            if asked.query.matches(fold_searched(body)):
                best.put(position, room, seq)
            if best.is_settled(position):
                return True
    return False


def _scope_conditions(scope: SearchScope) -> tuple[str, str, tuple[int, ...]]:
    """The join that the conditions of a scope need, the conditions, and their values."""
    where, values = conditions(scope)
    return _MESSAGE if where else "", where, values


# --- without it ----------------------------------------------------------------------------------


def scan_texts(asked: HitRequest) -> tuple[list[HitPosition], int]:
    """The newest hits, or those older than a hit, and the number of all, by looking at every text."""
    message, where, values = _scope_conditions(asked.scope)
    statement = f"SELECT v.position, v.room_id, v.seq, v.body FROM message_version v{message} WHERE v.body <> ?{where}"  # noqa: S608 - likewise
    best = _Newest(asked.limit, asked.older_than)
    matched: set[tuple[int, int]] = set()
    for position, room, seq, body in asked.source.execute(statement, (DELETED, *values)):
        if asked.query.matches(fold_searched(body)):
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

    def is_settled(self, bound: int) -> bool:
        """Whether no message up to this position can be among the newest hits any more."""
        return len(self._heap) == self.limit and self._heap[0][0] > bound

    def hits(self) -> list[HitPosition]:
        return sorted((HitPosition(*place, seq) for place, seq in self._seq_by_message.items()), reverse=True)


FEW_LIMIT = 2_000
"""So many messages are looked at one by one; of more, the newest 50 are soon found by going through all."""


# --- few messages --------------------------------------------------------------------------------

_LINKED = (
    "SELECT v.position, v.room_id FROM search s LEFT JOIN search_version v ON v.seq = s.rowid WHERE s.search MATCH ?"
)
_LINKS = " OR ".join(f"({match_expression(start)})" for start in ("http://", "https://"))
_OF_AUTHOR = (
    f"SELECT position, room_id FROM message INDEXED BY message_author WHERE room_id IN ({EVERY_ROOM}) AND account_id"  # noqa: S608 - our own names
)
_SENT = f"SELECT position, room_id FROM message INDEXED BY message_sent WHERE room_id IN ({EVERY_ROOM}) AND send_time"  # noqa: S608 - likewise


def few_messages(source: sqlite3.Connection, scope: SearchScope, *, has_index: bool) -> list[tuple[int, int]] | None:
    """Position and room of every message of a scope, the newest first; None where no filter leaves few of all.

    `has_index`: links are found by the index of texts. Raises LostTexts.
    """
    for statement, values in _small_sets(scope, has_index=has_index):
        found = source.execute(f"{statement} LIMIT {FEW_LIMIT + 1}", values).fetchall()
        if (None, None) in found:
            raise LostTexts
        if len(found) <= FEW_LIMIT:
            statement = f"{statement} LIMIT {FEW_LIMIT}"
            where, limits = conditions(scope)
            message = "JOIN message m ON m.room_id = c.room_id AND m.position = c.position"
            select = f"SELECT DISTINCT m.position, m.room_id FROM ({statement}) c CROSS {message} WHERE true{where}"  # noqa: S608 - likewise
            return sorted(source.execute(select, (*values, *limits)), reverse=True)
    return None


def _small_sets(scope: SearchScope, *, has_index: bool) -> Iterator[tuple[str, tuple[object, ...]]]:
    """For each filter the messages that may pass it, as a statement and its values."""
    for kind in sorted(scope.has & {"file", "task"}):
        yield f"SELECT CAST(message_id AS INTEGER) AS position, room_id FROM {kind}", ()  # noqa: S608 - our own names
    if has_index and "link" in scope.has:
        yield _LINKED, (_LINKS,)
    if scope.authors is not None:
        yield f"{_OF_AUTHOR} IN ({', '.join('?' * len(scope.authors))})", tuple(sorted(scope.authors))
    if scope.since is not None or scope.until is not None:
        yield f"{_SENT} >= ? AND send_time < ?", (scope.since or -_END, _END if scope.until is None else scope.until)


def walked_hits(asked: HitRequest, few: Iterable[tuple[int, int]] | None) -> tuple[list[HitPosition], int]:
    """The newest hits by looking at messages one by one: at a few, or at all of a scope; and their number.

    With `older_than` those older than that hit, and 0. Only filters without words can ask for all to be counted.
    """
    source, older_than, limit = asked.source, asked.older_than, asked.limit
    if few is None:
        messages = _messages_backwards(asked)
    else:
        messages = (one for one in few if older_than is None or one < older_than[:2])
    has_words = bool(asked.query.words or asked.query.without)
    found = (hit_of_message(source, asked.query, *one) if has_words else HitPosition(*one, 0) for one in messages)
    hits = filter(None, found)
    if older_than is not None:
        return list(islice(hits, limit)), 0
    if few is None and asked.count_limit is None:
        where, values = conditions(asked.scope)
        count = f"SELECT count(*) FROM message m WHERE true{where}"  # noqa: S608 - likewise
        return list(islice(hits, limit)), int(source.execute(count, values).fetchone()[0])
    counted = list(hits if few is not None else islice(hits, max(limit, (asked.count_limit or 0) + 1)))
    return counted[:limit], len(counted)


_TEXTS = "SELECT seq, body FROM message_version WHERE room_id = ? AND position = ? AND body <> ? ORDER BY number DESC"


def hit_of_message(source: sqlite3.Connection, query: SearchQuery, position: int, room: int) -> HitPosition | None:
    """The position of a message with its newest text that is a hit; None if no text is.

    The newest is the last in time: what was taken in from another copy has a late entry.
    """
    texts = source.execute(_TEXTS, (room, position, DELETED))
    return next((HitPosition(position, room, seq) for seq, body in texts if query.matches(fold_searched(body))), None)


_INDEX_BY_FILTER = {"edit": "message_edited", "delete": "message_vanished"}
"""Indexes of the few messages with these filters; SQLite by itself would go through all messages of a room."""


def _messages_backwards(asked: HitRequest) -> Iterator[tuple[int, int]]:
    """The messages of a scope from the newest on, or older than a hit: the rooms' messages merged."""
    source, scope, older_than = asked.source, asked.scope, asked.older_than
    rooms = [room for (room,) in source.execute(EVERY_ROOM)]
    where, values = conditions(scope._replace(rooms=None))
    index = next((f" INDEXED BY {name}" for has, name in _INDEX_BY_FILTER.items() if has in scope.has), "")
    statement = f"SELECT m.position, m.room_id FROM message m{index} WHERE m.room_id = ? AND m.position < ?{where}"  # noqa: S608 - likewise
    room_walks = []
    for room in (one for one in rooms if scope.rooms is None or one in scope.rooms):
        end = _END if older_than is None else older_than.position + (room < older_than.room_id)
        end = min(end, _END if scope.until is None else _end_of_earlier(source, room, scope.until))
        room_walks.append(source.execute(f"{statement} ORDER BY m.position DESC", (room, end, *values)))
    return merge(*room_walks, reverse=True)


_LAST_EARLIER = """
    WITH RECURSIVE earlier(week) AS (
        SELECT :until / 604800
        UNION ALL SELECT (
            SELECT max(send_time / 604800) FROM message WHERE room_id = :room AND send_time / 604800 < week
        ) FROM earlier WHERE week IS NOT NULL
    )
    SELECT max(last) FROM (
        SELECT max(position) AS last FROM message INDEXED BY message_sent
        WHERE room_id = :room AND send_time >= :until - 1209600 AND send_time < :until
        UNION ALL SELECT (
            SELECT max(position) FROM message WHERE room_id = :room AND send_time / 604800 = week
        ) FROM earlier WHERE week < :until / 604800
    )
"""
"""Ids rise with time in Chatwork, but nothing promises it: so each week before is asked for its greatest position."""


def _end_of_earlier(source: sqlite3.Connection, room: int, until: int) -> int:
    """The first position above those of all messages of a room that were sent before a time."""
    return (source.execute(_LAST_EARLIER, {"room": room, "until": until}).fetchone()[0] or 0) + 1
