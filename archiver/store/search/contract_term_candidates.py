"""Messages that may be about a term of a contract: they hold one of its words. Candidates only, nothing is decided."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from itertools import groupby, islice
from typing import NamedTuple

from sqlalchemy import select

from archiver.letter_folding import fold_searched, fold_word
from archiver.records import MessageId, TermItem
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.search import index
from archiver.store.search.index import match_expression

EXCERPT_LENGTH = 40
"""Characters of a candidate's text that are given."""


BEGINNING = 2_000
"""Texts at the beginning of a room that are looked through before the index is asked, which is slow for 円."""

_END = 2**63 - 1
_IN_ORDER = (
    "SELECT v.position FROM search s CROSS JOIN search_version v ON v.seq = s.rowid"
    " WHERE s.search MATCH ? AND v.newest IS NULL AND v.room_id IN ({rooms}) ORDER BY s.rowid LIMIT ?"
)
_LATE = (
    "SELECT v.position, t.body FROM search_version v INDEXED BY search_late CROSS JOIN message_version t"
    " ON t.room_id = v.room_id AND t.position = v.position AND t.seq = v.seq"
    " WHERE v.newest IS NOT NULL AND v.position < ? AND v.room_id IN ({rooms}) ORDER BY v.position"
)
"""Texts that were edited or recovered, and so were saved after those of newer messages."""


class TermCandidate(NamedTuple):
    """A message that holds a word of a term, and the part of its text around it."""

    message_id: MessageId
    excerpt: str


def term_candidates(
    reading: Reading, rooms: Collection[int], words: Collection[str], *, limit: int
) -> list[TermCandidate]:
    """The first messages of these rooms that hold one of the words, the earliest first."""
    table, folded, found = schema.message_version.c, [fold_word(word) for word in words], []
    for position in _first_positions(reading, rooms, folded, limit):
        inside = (table.room_id.in_(sorted(rooms)), table.position == position)
        bodies = reading.sql.execute(select(table.body).where(*inside).order_by(table.number)).scalars()
        body = next((one for one in bodies if _has_word(one, folded)), "")
        found.append(TermCandidate(MessageId(str(position)), _excerpt(body, folded)))
    return found


def items_with_candidates(reading: Reading, rooms: Collection[int], items: Collection[TermItem]) -> list[TermItem]:
    """Those of the terms about which some message of these rooms may be."""
    return [item for item in items if term_candidates(reading, rooms, item.words, limit=1)]


def _first_positions(reading: Reading, rooms: Collection[int], folded: Collection[str], limit: int) -> list[int]:
    """The earliest messages with one of the words: at the beginning, by the index, or by looking at every text."""
    beginning = _positions_at_beginning(reading, rooms, folded)
    if len(beginning) >= limit:
        return beginning[:limit]
    if index.is_current(reading.sql):
        with index.damage_forgiven():
            return _positions_by_index(reading, rooms, folded, limit)
    table = schema.message_version.c
    query = select(table.position, table.body).where(table.room_id.in_(sorted(rooms))).order_by(table.position)
    rows = reading.sql.execute(query.execution_options(yield_per=BEGINNING))
    holding = groupby(position for position, body in rows if _has_word(body, folded))
    return [position for position, _texts in islice(holding, limit)]


def _positions_at_beginning(reading: Reading, rooms: Collection[int], folded: Collection[str]) -> list[int]:
    """Those among the first texts of each room that are surely earlier than all others with such a word."""
    table, found, bound = schema.message_version.c, set[int](), _END
    for room in rooms:
        query = select(table.position, table.body).where(table.room_id == room).order_by(table.position)
        rows = reading.sql.execute(query.limit(BEGINNING)).all()
        found |= {position for position, body in rows if _has_word(body, folded)}
        bound = min(bound, _END if len(rows) < BEGINNING else rows[-1].position)
    return sorted(position for position in found if position <= bound)


def _positions_by_index(reading: Reading, rooms: Collection[int], folded: Collection[str], limit: int) -> list[int]:
    """The same by the index, which has texts as they were saved: those saved in order first, then the late ones."""
    source = driver_connection(reading.sql)
    places = ", ".join(str(int(room)) for room in sorted(rooms))
    expression = " OR ".join(f"({match_expression(word)})" for word in folded)
    in_order = source.execute(_IN_ORDER.format(rooms=places), (expression, limit)).fetchall()
    bound = in_order[-1][0] if len(in_order) == limit else _END
    late = source.execute(_LATE.format(rooms=places), (bound,))
    holding = (position for position, body in late if _has_word(body, folded))
    return sorted({*(position for (position,) in in_order), *islice(dict.fromkeys(holding), limit)})[:limit]


def _has_word(body: str, folded: Collection[str]) -> bool:
    text = fold_searched(body)
    return any(word in text for word in folded)


def _excerpt(body: str, folded: Collection[str]) -> str:
    """The text around the end of the first of the words, on one line."""
    end = bisect_left(range(len(body)), True, key=lambda end: _has_word(body[:end], folded))
    start = max(0, end - EXCERPT_LENGTH // 2)
    return " ".join(body[start : start + EXCERPT_LENGTH].split())
