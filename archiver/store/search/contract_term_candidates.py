"""Messages that may be about a term of a contract: they hold one of its words. Candidates only, nothing is decided."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import NamedTuple

from sqlalchemy import or_, select

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
    for position in _first_positions(reading, rooms, words, limit):
        inside = (table.room_id.in_(sorted(rooms)), table.position == position)
        bodies = reading.sql.execute(select(table.body).where(*inside).order_by(table.number)).scalars()
        body = next((one for one in bodies if _has_word(one, folded)), "")
        found.append(TermCandidate(MessageId(str(position)), _excerpt(body, words)))
    return found


def items_with_candidates(reading: Reading, rooms: Collection[int], items: Collection[TermItem]) -> list[TermItem]:
    """Those of the terms about which some message of these rooms may be."""
    return [item for item in items if term_candidates(reading, rooms, item.words, limit=1)]


def _first_positions(reading: Reading, rooms: Collection[int], words: Collection[str], limit: int) -> list[int]:
    """The earliest messages with one of the words: at the beginning, by the index, or by looking at every text."""
    beginning = _positions_at_beginning(reading, rooms, words)
    if len(beginning) >= limit:
        return beginning[:limit]
    if index.is_current(reading.sql):
        with index.damage_forgiven():
            return _positions_by_index(reading, rooms, words, limit)
    table = schema.message_version.c
    holds = or_(*(table.body.contains(word, autoescape=True) for word in words))
    query = select(table.position).distinct().where(table.room_id.in_(sorted(rooms)), holds)
    return list(reading.sql.execute(query.order_by(table.position).limit(limit)).scalars())


def _positions_at_beginning(reading: Reading, rooms: Collection[int], words: Collection[str]) -> list[int]:
    """Those among the first texts of each room that are surely earlier than all others with such a word."""
    table, found, bound = schema.message_version.c, set[int](), _END
    for room in rooms:
        query = select(table.position, table.body).where(table.room_id == room).order_by(table.position)
        first = query.limit(BEGINNING).subquery()
        holds = or_(*(first.c.body.contains(word, autoescape=True) for word in words))
        found |= set(reading.sql.execute(select(first.c.position).where(holds)).scalars())
        last = reading.sql.execute(query.with_only_columns(table.position).offset(BEGINNING - 1).limit(1)).scalar()
        bound = min(bound, _END if last is None else last)
    return sorted(position for position in found if position <= bound)


def _positions_by_index(reading: Reading, rooms: Collection[int], words: Collection[str], limit: int) -> list[int]:
    """The same by the index, which has texts as they were saved: those saved in order first, then the late ones."""
    source, folded = driver_connection(reading.sql), [fold_word(word) for word in words]
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


def _excerpt(body: str, words: Collection[str]) -> str:
    """The text around the first of the words, on one line."""
    place = min((found for word in words if (found := body.find(word)) >= 0), default=0)
    start = max(0, place - EXCERPT_LENGTH // 2)
    return " ".join(body[start : start + EXCERPT_LENGTH].split())
