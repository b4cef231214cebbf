"""Single messages by room and id, as one line each: who, when, what became of it, and its last text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from archiver.records import State
from archiver.store.archive import Reading
from archiver.store.facts import DELETED
from archiver.store.queries.viewing.times import sent_at
from archiver.store.search_index import driver

_LINE = """
    SELECT m.message_id, m.send_time, m.account_id, m.name, m.state, m.versions, t.number, t.body
    FROM message m
    LEFT JOIN message_version t ON t.room_id = m.room_id AND t.position = m.position AND t.number = (
        SELECT max(number) FROM message_version WHERE room_id = m.room_id AND position = m.position AND body <> ?
    )
    WHERE m.room_id = ? AND m.position = ?
"""


class Named(NamedTuple):
    """A message as a line of a list."""

    room_id: int
    message_id: str
    sent: datetime | None
    """None for a time that no calendar holds."""
    account_id: int
    name: str
    state: State
    text: str
    """The last one that was seen; empty if none ever was."""
    earlier: bool
    """Whether the message shows another text now, if only Chatwork's mark of a deletion."""


def named(reading: Reading, places: Iterable[tuple[int, int]]) -> list[Named]:
    """The messages at these places (room, id as a number) in the order given; those that are not known are left out."""
    source = driver(reading.sql)
    found = ((room, source.execute(_LINE, (DELETED, room, position)).fetchone()) for room, position in places)
    return [_named(room, *row) for room, row in found if row is not None]


def _named(
    room: int,
    message: str,
    sent: int,
    account: int,
    name: str,
    state: str,
    versions: int,
    number: int | None,
    body: str | None,
) -> Named:
    return Named(
        room, message, sent_at(sent), account, name, State(state), body or "", bool(number and number < versions)
    )
