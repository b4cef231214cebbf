"""Messages found by filters, with words that must not be there: a room is walked through from its newest message.

Where a filter leaves few messages of all, those are looked at one by one instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from heapq import merge
from itertools import islice

from archiver.letter_folding import fold_searched
from archiver.store.fingerprints import DELETED
from archiver.store.search.index import LostTexts, match_expression
from archiver.store.search.newest_hits import HitPosition
from archiver.store.search.scope import SearchQuery, SearchScope, conditions

FEW = 2_000
"""So many messages are looked at one by one; of more, the newest 50 are soon found by going through all."""

EARLIER = 500_000
"""So many earlier messages are read in the index of times, to skip all later ones; else those are passed singly."""

_END = 2**63 - 1


# --- few messages --------------------------------------------------------------------------------

_ROOMS = """
    WITH RECURSIVE r(id) AS (
        SELECT min(room_id) FROM message
        UNION ALL SELECT (SELECT min(room_id) FROM message WHERE room_id > id) FROM r WHERE id IS NOT NULL
    ) SELECT id FROM r WHERE id IS NOT NULL
"""
"""Each room once, without reading all its messages."""

_LINKED = (
    "SELECT v.position, v.room_id FROM search s LEFT JOIN search_version v ON v.seq = s.rowid WHERE s.search MATCH ?"
)
_LINKS = " OR ".join(f"({match_expression(start)})" for start in ("http://", "https://"))
_OF_AUTHOR = (
    f"SELECT position, room_id FROM message INDEXED BY message_author WHERE room_id IN ({_ROOMS}) AND account_id"  # noqa: S608 - our own names
)
_SENT = f"SELECT position, room_id FROM message INDEXED BY message_sent WHERE room_id IN ({_ROOMS}) AND send_time"  # noqa: S608 - likewise


def few_messages(source: sqlite3.Connection, scope: SearchScope, *, has_index: bool) -> list[tuple[int, int]] | None:
    """Position and room of every message of a scope, the newest first; None where no filter leaves few of all.

    `has_index`: links are found by the index of texts. Raises LostTexts.
    """
    for statement, values in _small_sets(scope, has_index=has_index):
        found = source.execute(f"{statement} LIMIT {FEW + 1}", values).fetchall()
        if (None, None) in found:
            raise LostTexts
        if len(found) <= FEW:
            return _of_scope(source, scope, f"{statement} LIMIT {FEW}", values)
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


def _of_scope(
    source: sqlite3.Connection, scope: SearchScope, statement: str, values: Iterable[object]
) -> list[tuple[int, int]]:
    where, limits = conditions(scope)
    message = "JOIN message m ON m.room_id = c.room_id AND m.position = c.position"
    select = f"SELECT DISTINCT m.position, m.room_id FROM ({statement}) c CROSS {message} WHERE true{where}"  # noqa: S608 - likewise
    return sorted(source.execute(select, (*values, *limits)), reverse=True)


def walked_hits(
    source: sqlite3.Connection,
    query: SearchQuery,
    scope: SearchScope,
    few: Iterable[tuple[int, int]] | None,
    limit: int,
    *,
    older_than: HitPosition | None = None,
    count_limit: int | None = None,
) -> tuple[list[HitPosition], int]:
    """The newest hits by looking at messages one by one: at a few, or at all of a scope; and their number.

    With `older_than` those older than that hit, and 0. Of many, at most one above `count_limit` are counted; None: all,
    which only filters without words can ask for.
    """
    if few is None:
        messages = _messages_backwards(source, scope, older_than)
    else:
        messages = (one for one in few if older_than is None or one < older_than[:2])
    has_words = bool(query.words or query.without)
    found = (_hit_of_message(source, query, *one) if has_words else HitPosition(*one, 0) for one in messages)
    hits = filter(None, found)
    if older_than is not None:
        return list(islice(hits, limit)), 0
    if few is None and count_limit is None:
        where, values = conditions(scope)
        count = f"SELECT count(*) FROM message m WHERE true{where}"  # noqa: S608 - likewise
        return list(islice(hits, limit)), int(source.execute(count, values).fetchone()[0])
    counted = list(hits if few is not None else islice(hits, max(limit, (count_limit or 0) + 1)))
    return counted[:limit], len(counted)


_TEXTS = "SELECT seq, body FROM message_version WHERE room_id = ? AND position = ? AND body <> ? ORDER BY seq DESC"


def _hit_of_message(source: sqlite3.Connection, query: SearchQuery, position: int, room: int) -> HitPosition | None:
    """The position of a message with its newest text that is a hit; None if no text is."""
    texts = source.execute(_TEXTS, (room, position, DELETED))
    return next((HitPosition(position, room, seq) for seq, body in texts if query.matches(fold_searched(body))), None)


_FEW = {"edit": "message_edited", "delete": "message_vanished"}
"""Indexes of the few messages with these filters; SQLite by itself would go through all messages of a room."""


def _messages_backwards(
    source: sqlite3.Connection, scope: SearchScope, older_than: HitPosition | None
) -> Iterator[tuple[int, int]]:
    """The messages of a scope from the newest on, or older than a hit: the rooms' messages merged."""
    rooms = [room for (room,) in source.execute(_ROOMS)]
    where, values = conditions(replace(scope, rooms=None))
    index = next((f" INDEXED BY {name}" for has, name in _FEW.items() if has in scope.has), "")
    statement = f"SELECT m.position, m.room_id FROM message m{index} WHERE m.room_id = ? AND m.position < ?{where}"  # noqa: S608 - likewise
    room_walks = []
    for room in (one for one in rooms if scope.rooms is None or one in scope.rooms):
        end = _END if older_than is None else older_than.position + (room < older_than.room_id)
        end = min(end, _END if scope.until is None else _end_of_earlier(source, room, scope.until))
        room_walks.append(source.execute(f"{statement} ORDER BY m.position DESC", (room, end, *values)))
    return merge(*room_walks, reverse=True)


_LAST_EARLIER = """
    SELECT max(position), count(*)
    FROM (SELECT position FROM message INDEXED BY message_sent WHERE room_id = ? AND send_time < ? LIMIT ?)
"""
_ENDS_AND_NEXT = """
    SELECT
        (SELECT min(position) FROM message WHERE room_id = :room),
        (SELECT max(position) FROM message WHERE room_id = :room),
        (
            SELECT position FROM message INDEXED BY message_sent
            WHERE room_id = :room AND send_time >= :until
            ORDER BY send_time LIMIT 1
        )
"""


def _end_of_earlier(source: sqlite3.Connection, room: int, until: int) -> int:
    """A position above that of every message of a room sent before a time: the next one if they are not too many.

    Ids rise with time in Chatwork, but nothing promises it: so each of the earlier messages is asked for its position,
    which takes half as long as to pass a later one. Whether that is worth it, the ids tell well enough.
    """
    first, last, following = source.execute(_ENDS_AND_NEXT, {"room": room, "until": until}).fetchone()
    if following is None or (following - first) * 2 > last - first:
        return _END
    latest, count = source.execute(_LAST_EARLIER, (room, until, EARLIER + 1)).fetchone()
    return _END if count > EARLIER else (latest or 0) + 1
