"""Messages as lines (author, time, state, last text), by room and id; and a room in order with all its texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from archiver.records import JST, Contract, State, begin_of_day, notable_states
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries.contracts import rooms_until_next_job
from archiver.store.received_facts_and_record_forms import DELETED
from archiver.store.time_text import from_text, sent_at, time_or_none

_STANDING = f"""
    t.number < m.versions, m.was_edited, m.was_deleted, m.was_deleted AND EXISTS (
        SELECT 1 FROM message_version d
        WHERE d.room_id = m.room_id AND d.position = m.position AND d.number > t.number AND d.body = '{DELETED}'
    )
"""  # noqa: S608 - our own names
"""Of a text `t` of a message `m`: is it earlier, was the message ever edited, ever deleted, is it from before that."""


_LINE = f"""
    SELECT m.message_id, m.send_time, m.account_id, m.name, m.state, t.body, {_STANDING}
    FROM message m
    LEFT JOIN message_version t ON t.room_id = m.room_id AND t.position = m.position AND t.number = (
        SELECT max(number) FROM message_version
        WHERE room_id = m.room_id AND position = m.position AND ? IN (0, seq) AND body <> ?
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


_NEWEST = (
    "SELECT send_time, position FROM message WHERE room_id = ? AND kind = 'speech'"
    " AND send_time >= ifnull(?, send_time) AND send_time < ifnull(?, 1 << 36)"
    " ORDER BY send_time DESC, position DESC LIMIT 1"
)


def newest_message(reading: Reading, contract: Contract) -> MessageSummary | None:
    """What was said last in a contract's rooms before another one follows there, by the time of sending."""
    found = [
        (*row, int(one.room_id))
        for one in rooms_until_next_job(reading, contract)
        for row in reading.driver.execute(_NEWEST, (int(one.room_id), *one.bounds))
    ]
    return next(iter(message_summaries(reading, [(max(found)[2], max(found)[1])])), None) if found else None


def message_summaries(reading: Reading, messages: Iterable[tuple[int, ...]]) -> list[MessageSummary]:
    """The messages (room, id as a number) in the order given; unknown ones are left out.

    The entry of a text may follow: then that text is told, else the last one.
    """
    found = []
    for room, position, *seq in messages:
        row = reading.driver.execute(_LINE, (*(seq or [0]), DELETED, room, position)).fetchone()
        if row is not None:
            message, sent, account, name, state, body, *flags = row
            facts = (room, message, sent_at(sent), account, name, State(state), body or "")
            found.append(MessageSummary(*facts, *map(bool, flags)))
    return found


_TEXTS = "SELECT body FROM message_version WHERE room_id = ? AND position = ? AND body <> ? ORDER BY number"


def texts_of(reading: Reading, room: int, position: int) -> list[str]:
    """The texts that a message had, without Chatwork's mark of a deletion; the newest one last."""
    rows = reading.driver.execute(_TEXTS, (room, position, DELETED)).fetchall()
    return [body for (body,), _same in groupby(rows)]


COUNT_LIMIT = 1_000
"""Changed messages of a kind are counted up to this number."""

_LAST = "SELECT max(position) FROM message WHERE room_id = ?"
_CHANGED = (
    "FROM message INDEXED BY message_edited WHERE was_edited AND NOT was_deleted AND versions > 1 AND room_id = ?",
    "FROM message INDEXED BY message_vanished WHERE was_deleted AND versions > 1 AND room_id = ?",
)
"""Edited ones, then deleted ones; what was so before the first save is no change that anybody saw."""


def last_messages(reading: Reading, rooms: Iterable[int]) -> dict[int, MessageSummary]:
    """The last message of each of these rooms that has any."""
    places = [(room, reading.driver.execute(_LAST, (room,)).fetchone()[0]) for room in rooms]
    return {one.room_id: one for one in message_summaries(reading, [place for place in places if place[1] is not None])}


def count_changed(reading: Reading, room: int) -> int:
    """How many messages of a room were edited or deleted after they were saved, up to `COUNT_LIMIT` of each."""
    counts = (f"SELECT count(*) FROM (SELECT 1 {part} LIMIT {COUNT_LIMIT})" for part in _CHANGED)  # noqa: S608 - our own names
    return sum(reading.driver.execute(count, (room,)).fetchone()[0] for count in counts)


def changed_before(reading: Reading, room: int, position: int) -> int | None:
    """The last of these messages before a position, from the first one on the newest again; None if there is none."""
    for before in (position, 2**63 - 1):
        queries = (f"SELECT max(position) {part} AND position < ?" for part in _CHANGED)
        places: list[int | None] = [reading.driver.execute(query, (room, before)).fetchone()[0] for query in queries]
        if found := [one for one in places if one is not None]:
            return max(found)
    return None


_OF_DAY = (
    "SELECT position FROM message WHERE room_id = ? AND send_time >= ? AND send_time < ? ORDER BY position LIMIT ?"
)
_BEFORE = "SELECT position FROM message WHERE room_id = ? AND position < ? ORDER BY position DESC LIMIT ?"
_AFTER = "SELECT position FROM message WHERE room_id = ? AND position > ? ORDER BY position LIMIT ?"


def positions_of_day(reading: Reading, room: int, position: int, limit: int) -> list[int]:
    """The messages of the day of one message, at most so many."""
    row = reading.driver.execute(
        "SELECT send_time FROM message WHERE room_id = ? AND position = ?", (room, position)
    ).fetchone()
    at = None if row is None else sent_at(row[0])
    if at is None:
        return []
    begin = begin_of_day(at.astimezone(JST).date())
    bounds = (int(one.timestamp()) for one in (begin, begin + timedelta(days=1)))
    return [place for (place,) in reading.driver.execute(_OF_DAY, (room, *bounds, limit))]


def positions_around(reading: Reading, room: int, position: int, count: int) -> list[int]:
    """The messages next to one, so many on each side, with itself."""
    earlier, later = (reading.driver.execute(query, (room, position, count)).fetchall() for query in (_BEFORE, _AFTER))
    return [*(row[0] for row in reversed(earlier)), position, *(row[0] for row in later)]


class TranscriptText(NamedTuple):
    """One text of a message and when it was seen; `last_seen` is None while it is still shown."""

    body: str
    first_seen: datetime
    last_seen: datetime | None


class TranscriptMessage(NamedTuple):
    """A message with all its texts."""

    message_id: str
    account_id: int
    name: str
    send_time: int
    state: State
    was_edited: bool
    texts: tuple[TranscriptText, ...]
    """All texts, Chatwork's mark of a deletion included."""

    @property
    def notable_states(self) -> tuple[State, ...]:
        """The states that are shown beside the message; empty if it is simply present."""
        was_deleted = any(one.body == DELETED for one in self.texts)
        return notable_states(self.state, was_edited=self.was_edited, was_deleted=was_deleted)


def transcript_messages(
    reading: Reading, room: int, *, since: int | None = None, until: int | None = None
) -> Iterator[TranscriptMessage]:
    """Messages of a room by numeric id, sent within [since, until) Unix seconds."""
    message, version = schema.message, schema.message_version
    query = (
        select(message, version.c.body, version.c.first_seen.label("seen"), version.c.last_seen)
        .join(version, (version.c.room_id == message.c.room_id) & (version.c.position == message.c.position))
        .where(message.c.room_id == room)
        .order_by(message.c.position, version.c.number)
    )
    if since is not None:
        query = query.where(message.c.send_time >= since)
    if until is not None:
        query = query.where(message.c.send_time < until)
    texts: list[TranscriptText] = []
    last = None
    for row in reading.sql.execute(query.execution_options(yield_per=500)):
        if last is not None and row.position != last.position:
            yield _transcript_message(last, texts)
            texts = []
        texts.append(TranscriptText(row.body, from_text(row.seen), time_or_none(row.last_seen)))
        last = row
    if last is not None:
        yield _transcript_message(last, texts)


def contract_messages(reading: Reading, contract: Contract) -> dict[tuple[int, str], TranscriptMessage]:
    """The messages of a contract's parts of its rooms, by room and id, in the order of ids."""
    found = {
        (int(room.room_id), one.message_id): one
        for room in contract.rooms
        for one in transcript_messages(reading, room.room_id)
        if room.contains(datetime.fromtimestamp(one.send_time, UTC))
    }
    return dict(sorted(found.items(), key=lambda one: int(one[0][1])))


def _transcript_message(row: Row[Any], texts: list[TranscriptText]) -> TranscriptMessage:
    return TranscriptMessage(
        row.message_id, row.account_id, row.name, row.send_time, State(row.state), row.was_edited, tuple(texts)
    )
