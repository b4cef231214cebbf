"""Messages that may be about a term of a contract: they hold one of its words. Candidates only, nothing is decided."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import NamedTuple

from sqlalchemy import select, text

from archiver.letter_folding import fold_searched, fold_word
from archiver.records import ContractRoom, MessageId, TermItem
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
    " WHERE s.search MATCH ? AND v.newest IS NULL AND ({inside}) ORDER BY s.rowid LIMIT ?"
)
_LATE = (
    "SELECT v.position, t.body FROM search_version v INDEXED BY search_late CROSS JOIN message_version t"
    " ON t.room_id = v.room_id AND t.position = v.position AND t.seq = v.seq"
    " WHERE v.newest IS NOT NULL AND v.position < ? AND ({inside}) ORDER BY v.position"
)
"""Texts that were edited or recovered, and so were saved after those of newer messages."""


class TermCandidate(NamedTuple):
    """A message that holds a word of a term, and the part of its text around it."""

    message_id: MessageId
    excerpt: str


class _Span(NamedTuple):
    """The messages of a part of a room: ids rise with the time."""

    room_id: int
    first: int
    beyond: int


def term_candidates(
    reading: Reading,
    rooms: Sequence[ContractRoom],
    words: Collection[str],
    *,
    limit: int,
    readable: Callable[[str], str] = str,
) -> list[TermCandidate]:
    """The first messages of these parts of rooms that hold one of the words, the earliest first.

    `readable` makes of a text what Chatwork shows; excerpts are of that, unless only the notation has a word.
    """
    table, folded, found = schema.message_version.c, [fold_word(word) for word in words], []
    spans = list(_spans(reading, rooms))
    for position in _first_positions(reading, spans, folded, limit):
        inside = (table.room_id.in_([span.room_id for span in spans]), table.position == position)
        bodies = reading.sql.execute(select(table.body).where(*inside).order_by(table.number)).scalars()
        body = next((one for one in bodies if _has_word(one, folded)), "")
        shown = readable(body)
        excerpt = _excerpt(shown if _has_word(shown, folded) else body, folded)
        found.append(TermCandidate(MessageId(str(position)), excerpt))
    return found


def items_with_candidates(
    reading: Reading, rooms: Sequence[ContractRoom], items: Collection[TermItem]
) -> list[TermItem]:
    """Those of the terms about which some message of these parts of rooms may be."""
    return [item for item in items if term_candidates(reading, rooms, item.words, limit=1)]


def _first_positions(reading: Reading, spans: Sequence[_Span], folded: Collection[str], limit: int) -> list[int]:
    """The earliest messages with one of the words: at the beginning, by the index, or by looking at every text."""
    beginning, is_all = _positions_at_beginning(reading, spans, folded)
    if is_all or len(beginning) >= limit:
        return beginning[:limit]
    if index.is_current(reading.sql):
        with index.damage_forgiven():
            return _positions_by_index(reading, spans, folded, limit)
    table = schema.message_version.c
    query = select(table.position, table.body).where(text(_inside(spans, "message_version"))).order_by(table.position)
    rows = reading.sql.execute(query.execution_options(yield_per=BEGINNING))
    holding = groupby(position for position, body in rows if _has_word(body, folded))
    return [position for position, _texts in islice(holding, limit)]


def _positions_at_beginning(
    reading: Reading, spans: Sequence[_Span], folded: Collection[str]
) -> tuple[list[int], bool]:
    """Those among the first texts of each part that surely come before all others, and whether there are no others."""
    table, found, bound = schema.message_version.c, set[int](), _END
    for span in spans:
        query = select(table.position, table.body).where(text(_inside([span], "message_version")))
        rows = reading.sql.execute(query.order_by(table.position).limit(BEGINNING)).all()
        found |= {position for position, body in rows if _has_word(body, folded)}
        bound = min(bound, _END if len(rows) < BEGINNING else rows[-1].position)
    return sorted(position for position in found if position <= bound), bound == _END


def _positions_by_index(reading: Reading, spans: Sequence[_Span], folded: Collection[str], limit: int) -> list[int]:
    """The same by the index, which has texts as they were saved: those saved in order first, then the late ones."""
    source = driver_connection(reading.sql)
    inside = _inside(spans, "v")
    expression = " OR ".join(f"({match_expression(word)})" for word in folded)
    in_order = source.execute(_IN_ORDER.format(inside=inside), (expression, limit)).fetchall()
    bound = in_order[-1][0] if len(in_order) == limit else _END
    late = source.execute(_LATE.format(inside=inside), (bound,))
    holding = (position for position, body in late if _has_word(body, folded))
    return sorted({*(position for (position,) in in_order), *islice(dict.fromkeys(holding), limit)})[:limit]


def _spans(reading: Reading, rooms: Sequence[ContractRoom]) -> Iterator[_Span]:
    for room in rooms:
        first = 0 if room.start is None else _first_since(reading, room.room_id, room.start)
        yield _Span(room.room_id, first, _END if room.end is None else _first_since(reading, room.room_id, room.end))


def _first_since(reading: Reading, room: int, at: datetime) -> int:
    """The position of a room's first message at a time or later; beyond all if there is none."""
    message = schema.message.c
    query = select(message.position).where(message.room_id == room, message.send_time >= at.timestamp())
    return reading.sql.execute(query.order_by(message.send_time, message.position).limit(1)).scalar() or _END


def _inside(spans: Sequence[_Span], table: str) -> str:
    """The condition that a row of a table belongs to one of these."""
    part = "{0}.room_id = {1:d} AND {0}.position >= {2:d} AND {0}.position < {3:d}"
    return " OR ".join(part.format(table, *span) for span in spans) or "false"


def _has_word(body: str, folded: Collection[str]) -> bool:
    text = fold_searched(body)
    return any(word in text for word in folded)


def _excerpt(body: str, folded: Collection[str]) -> str:
    """The text around the end of the first of the words, on one line."""
    end = bisect_left(range(len(body)), True, key=lambda end: _has_word(body[:end], folded))
    start = max(0, end - EXCERPT_LENGTH // 2)
    return " ".join(body[start : start + EXCERPT_LENGTH].split())
