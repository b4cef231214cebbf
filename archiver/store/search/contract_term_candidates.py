"""Messages that may be about a term of a contract: they hold one of its words. Candidates only, nothing is decided."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_, select

from archiver.letter_folding import fold_searched, fold_word
from archiver.records import ContractRoom, MessageId, TermItem
from archiver.store import schema
from archiver.store.archive import Reading

EXCERPT_LENGTH = 40
"""Characters of a candidate's text that are given."""

_ROWS_AT_ONCE = 1_000


class TermCandidate(NamedTuple):
    """A message that holds a word of a term, and the part of its text around it."""

    message_id: MessageId
    excerpt: str


def term_candidates(
    reading: Reading,
    rooms: Sequence[ContractRoom],
    items: Collection[TermItem],
    *,
    limit: int,
    readable: Callable[[str], str] = str,
) -> dict[str, list[TermCandidate]]:
    """For each term, by its name, the first messages of these parts of rooms that hold one of its words.

    `readable` makes of a text what Chatwork shows; excerpts are of that, unless only the notation has a word.
    """
    version, message = schema.message_version.c, schema.message.c
    query = (
        select(version.position, version.body)
        .join(schema.message, (message.room_id == version.room_id) & (message.position == version.position))
        .where(or_(false(), *map(_is_inside, rooms)))
        .order_by(version.position, version.number)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    found = {item.name: list[TermCandidate]() for item in items}
    wanted = {item.name: [fold_word(word) for word in item.words] for item in items}
    for position, body in reading.sql.execute(query):
        folded = fold_searched(body)
        for name, words in list(wanted.items()):
            if not any(word in folded for word in words):
                continue
            number, shown, ones = MessageId(str(position)), readable(body), found[name]
            if not ones or ones[-1].message_id != number:
                ones.append(TermCandidate(number, _excerpt(shown if _has_word(shown, words) else body, words)))
            if len(ones) == limit:
                del wanted[name]
        if not wanted:
            break
    return found


def _is_inside(room: ContractRoom) -> ColumnElement[bool]:
    """The condition that a message belongs to a part of a room."""
    message, (start, end) = schema.message.c, room.bounds
    inside = [message.room_id == room.room_id]
    inside += [] if start is None else [message.send_time >= start]
    inside += [] if end is None else [message.send_time < end]
    return and_(*inside)


def _has_word(body: str, folded: Collection[str]) -> bool:
    text = fold_searched(body)
    return any(word in text for word in folded)


def _excerpt(body: str, folded: Collection[str]) -> str:
    """The text around the end of the first of the words, on one line."""
    end = bisect_left(range(len(body)), True, key=lambda end: _has_word(body[:end], folded))
    start = max(0, end - EXCERPT_LENGTH // 2)
    return " ".join(body[start : start + EXCERPT_LENGTH].split())
