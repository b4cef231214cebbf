"""Finds messages by their texts, earlier and deleted ones included, and other things that have the words.

It uses the index where that is current, and else looks at every text: both find the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from archiver.records import State
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.fingerprints import DELETED
from archiver.store.queries.viewing.message_summaries import STANDING
from archiver.store.search import filtered_hits, index, newest_hits
from archiver.store.search.newest_hits import HitPosition
from archiver.store.search.other_hits import OtherHit, other_hits
from archiver.store.search.scope import SearchQuery, SearchScope, room_names, scope_of
from archiver.store.time_text import from_text, from_unix


class SearchHit(NamedTuple):
    """A message one of whose texts was found."""

    room_id: int
    message_id: str
    sent: datetime | None
    """None for a time that no calendar holds."""
    account_id: int
    name: str
    state: State
    text: str
    """The newest of its texts that was found; by filters alone, the last that was seen, or empty."""
    earlier: bool
    """Whether the message has another text now, even if only Chatwork's mark of a deletion."""
    was_edited: bool
    was_deleted: bool
    """Whether it ever showed as deleted, however it stands now."""
    before_deletion: bool
    """Whether the text is from before the deletion."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search."""

    total: int
    """The number of distinct messages; 0 if they are not counted (`older_than`)."""
    hits: tuple[SearchHit, ...]
    """The newest of the messages."""
    others: tuple[OtherHit, ...]
    rooms: Mapping[int, str]
    """The names of all rooms."""
    is_exact: bool = True
    """Whether `total` is exact; else there are that many or more."""
    older: HitPosition | None = None
    """`older_than` for the hits that follow; None if these are the last."""


def search(
    reading: Reading,
    query: SearchQuery,
    *,
    contracts: Collection[str] = (),
    rooms: Collection[int] = (),
    limit: int = 50,
    older_than: HitPosition | None = None,
    count_limit: int | None = None,
) -> SearchResult:
    """Search the archive for `limit` (1 and more) messages, in these contracts and rooms if any are named.

    `older_than` is `older` of the page before: then only messages are searched, and they are not counted.
    `count_limit` ends the count early, and single characters are not counted beyond the hits; then `is_exact` is false.
    Raises UnknownContract, UnknownRoom.
    """
    scope = scope_of(reading, query, contracts=contracts, rooms=rooms)
    positions, total, is_exact = _find_positions(reading, query, scope, limit + 1, older_than, count_limit)
    source = driver_connection(reading.sql)
    hits = tuple(hit for one in positions[:limit] if (hit := _hit(source, one)) is not None)
    others = tuple(other_hits(reading, query, scope)) if older_than is None else ()
    older = positions[limit - 1] if len(positions) > limit else None
    return SearchResult(total, hits, others, room_names(reading), is_exact, older)


def _find_positions(
    reading: Reading,
    query: SearchQuery,
    scope: SearchScope,
    limit: int,
    older_than: HitPosition | None,
    count_limit: int | None,
) -> tuple[list[HitPosition], int, bool]:
    """The messages, their number, and whether that is exact."""
    source = driver_connection(reading.sql)
    # A further page relies on what the index knows of all texts; the first one notices what it would miss.
    has_index = index.is_current(reading.sql) if older_than else index.is_readable(reading.sql)
    few = None
    with index.damage_forgiven():
        few = filtered_hits.few_messages(source, scope, has_index=has_index)
    if few is not None:
        places, total = filtered_hits.hits_of_few(source, query, few, limit, older_than=older_than)
        return places, *((0, False) if older_than else _capped_total(total, count_limit))
    if not query.words and not query.without:
        places, total = filtered_hits.hits_by_filters(
            source, scope, limit, older_than=older_than, count_limit=count_limit
        )
        return places, *((0, False) if older_than else _capped_total(total, count_limit))
    if not query.words and (older_than or count_limit is not None):
        places, total = filtered_hits.hits_without_words(
            source, query, scope, limit, older_than=older_than, count_limit=count_limit or 0
        )
        return places, *((0, False) if older_than else _capped_total(total, count_limit))
    if query.words and has_index:
        with index.damage_forgiven():
            places = newest_hits.newest_hits(source, query, scope, limit, older_than=older_than)
            return places, *(
                (0, False) if older_than else _index_total(source, query, scope, limit, places, count_limit)
            )
    places, total = newest_hits.scan_texts(source, query, scope, limit, older_than=older_than)
    return places, *((0, False) if older_than else (total, True))


def _capped_total(total: int, count_limit: int | None) -> tuple[int, bool]:
    return (total, True) if count_limit is None or total <= count_limit else (count_limit, False)


def _index_total(
    source: sqlite3.Connection,
    query: SearchQuery,
    scope: SearchScope,
    limit: int,
    places: Collection[HitPosition],
    count_limit: int | None,
) -> tuple[int, bool]:
    """The number of messages by the index, and whether that is exact; `limit` is one more than are shown."""
    if len(places) < limit:
        return _capped_total(len(places), count_limit)
    if count_limit is None:
        return newest_hits.count_hits(source, query, scope), True
    if newest_hits.has_only_single_characters(query):
        return limit - 1, False
    return _capped_total(newest_hits.count_hits(source, query, scope, count_limit=count_limit), count_limit)


_HIT = f"""
    SELECT m.room_id, m.message_id, m.send_time, m.account_id, m.name, m.state, t.body, {STANDING}
    FROM message m
    LEFT JOIN message_version t ON t.room_id = m.room_id AND t.position = m.position AND t.seq = ?
    WHERE m.room_id = ? AND m.position = ?
"""  # noqa: S608 - our own names
_LAST_TEXT = "SELECT max(seq) FROM message_version WHERE room_id = ? AND position = ? AND body <> ?"


def _hit(source: sqlite3.Connection, hit: HitPosition) -> SearchHit | None:
    """The hit of a message; None for a message that only a damaged index knows."""
    place = (hit.room_id, hit.position)
    seq = hit.seq or source.execute(_LAST_TEXT, (*place, DELETED)).fetchone()[0]
    row = source.execute(_HIT, (seq, *place)).fetchone()
    if row is None:
        return None
    room, message, sent, account, name, state, body, *flags = row
    at = from_unix(sent)
    when = None if at is None else from_text(at)
    return SearchHit(room, message, when, account, name, State(state), body or "", *map(bool, flags))
