"""Messages that may be about a term of a contract: they hold one of its words. Candidates only, nothing is decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from archiver.records import MessageId, TermItem
from archiver.store import schema
from archiver.store.archive import Reading

EXCERPT_LENGTH = 40
"""Characters of a candidate's text that are given."""


class TermCandidate(NamedTuple):
    """A message that holds a word of a term, and the part of its text around it."""

    message_id: MessageId
    excerpt: str


def term_candidates(
    reading: Reading, rooms: Collection[int], words: Collection[str], *, limit: int
) -> list[TermCandidate]:
    """The first messages of these rooms that hold one of the words, the earliest first."""
    table = schema.message_version.c
    query = select(table.position, func.min(table.number), table.body).where(
        table.room_id.in_(sorted(rooms)), _holds_word(words)
    )
    rows = reading.sql.execute(query.group_by(table.position).order_by(table.position).limit(limit))
    return [TermCandidate(MessageId(str(position)), _excerpt(body, words)) for position, _number, body in rows]


def items_with_candidates(reading: Reading, rooms: Collection[int], items: Collection[TermItem]) -> list[TermItem]:
    """Those of the terms about which some message of these rooms may be."""
    table = schema.message_version.c
    in_rooms = table.room_id.in_(sorted(rooms))
    return [
        item
        for item in items
        if reading.sql.execute(select(table.position).where(in_rooms, _holds_word(item.words)).limit(1)).first()
    ]


def _holds_word(words: Collection[str]) -> ColumnElement[bool]:
    return or_(*(schema.message_version.c.body.contains(word, autoescape=True) for word in words))


def _excerpt(body: str, words: Collection[str]) -> str:
    """The text around the first of the words, on one line."""
    place = min((found for word in words if (found := body.find(word)) >= 0), default=0)
    start = max(0, place - EXCERPT_LENGTH // 2)
    return " ".join(body[start : start + EXCERPT_LENGTH].split())
