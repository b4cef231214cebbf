"""The messages of a room in order with all their texts, from the readable tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from archiver.records import Contract, State, notable_states
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.fingerprints import DELETED
from archiver.store.time_text import from_text


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
        texts.append(
            TranscriptText(row.body, from_text(row.seen), None if row.last_seen is None else from_text(row.last_seen))
        )
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


def names_in_room(reading: Reading, room: int) -> dict[int, str]:
    """The present names of everybody seen in a room, by account id."""
    found: dict[int, str] = {}
    for table in (schema.member.c, schema.person.c):
        rows = reading.sql.execute(select(table.account_id, table.name).where(table.room_id == room))
        found |= {row[0]: row[1] for row in rows}
    return found
