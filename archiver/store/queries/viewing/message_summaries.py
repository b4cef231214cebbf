"""Single messages by room and id, one line each: author, time, state and last text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from archiver.records import State
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.fingerprints import DELETED
from archiver.store.text_state_sql import STANDING
from archiver.store.time_text import sent_at

_LINE = f"""
    SELECT m.message_id, m.send_time, m.account_id, m.name, m.state, t.body, {STANDING}
    FROM message m
    LEFT JOIN message_version t ON t.room_id = m.room_id AND t.position = m.position AND t.number = (
        SELECT max(number) FROM message_version WHERE room_id = m.room_id AND position = m.position AND body <> ?
    )
    WHERE m.room_id = ? AND m.position = ?
"""  # noqa: S608 - likewise


class MessageSummary(NamedTuple):
    """A message as a line of a list."""

    room_id: int
    message_id: str
    sent: datetime | None
    """None for a time that no calendar holds."""
    account_id: int
    name: str
    state: State
    text: str
    """The last text that was seen; empty if none ever was."""
    earlier: bool
    """Whether the message shows another text now, if only Chatwork's mark of a deletion."""
    was_edited: bool
    was_deleted: bool
    """Whether it ever showed as deleted, however it stands now."""
    before_deletion: bool
    """Whether the text is from before the deletion."""


_FROM_VANISHED = """
    FROM message INDEXED BY message_vanished
    WHERE (was_deleted OR state = 'missing') AND state IN ('deleted', 'missing', 'hidden') AND room_id = ?
"""
_VANISHED = f"SELECT room_id, position {_FROM_VANISHED} ORDER BY changed_at DESC, position DESC LIMIT ?"
_NEWEST = (
    "SELECT send_time, position FROM message WHERE room_id = ? AND kind = 'speech' AND send_time < 1 << 36"
    " ORDER BY send_time DESC, position DESC LIMIT 1"
)
_VANISHED_COUNT = f"SELECT count(*) {_FROM_VANISHED}"


def vanished_messages(reading: Reading, rooms: Iterable[int], *, limit: int) -> list[MessageSummary]:
    """The newest of these rooms' messages that show as deleted or not at all, at most so many, in their order."""
    source = driver_connection(reading.sql)
    places = [place for room in rooms for place in source.execute(_VANISHED, (room, limit))]
    return message_summaries(reading, sorted(places, key=lambda place: place[1])[-limit:])


def newest_message(reading: Reading, rooms: Iterable[int]) -> MessageSummary | None:
    """What was said last in these rooms, by the time at which it was sent."""
    source = driver_connection(reading.sql)
    found = [(*row, room) for room in rooms for row in source.execute(_NEWEST, (room,))]
    return next(iter(message_summaries(reading, [(max(found)[2], max(found)[1])])), None) if found else None


def count_vanished(reading: Reading, rooms: Iterable[int]) -> int:
    """How many messages `vanished_messages` would give without a limit."""
    source = driver_connection(reading.sql)
    return sum(source.execute(_VANISHED_COUNT, (room,)).fetchone()[0] for room in rooms)


def message_summaries(reading: Reading, messages: Iterable[tuple[int, int]]) -> list[MessageSummary]:
    """The messages (room, id as a number) in the order given; unknown ones are left out."""
    source = driver_connection(reading.sql)
    rows = ((room, source.execute(_LINE, (DELETED, room, position)).fetchone()) for room, position in messages)
    return [_summary(room, *row) for room, row in rows if row is not None]


def _summary(
    room: int,
    message: str,
    sent: int,
    account: int,
    name: str,
    state: str,
    body: str | None,
    *flags: int | None,
) -> MessageSummary:
    return MessageSummary(room, message, sent_at(sent), account, name, State(state), body or "", *map(bool, flags))
