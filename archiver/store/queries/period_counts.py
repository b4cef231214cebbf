"""Counts for a period: messages and files saved in some rooms, and messages of a person that vanished."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select

from archiver.records import State
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.time_text import to_text


class PeriodCounts(NamedTuple):
    """Messages and files that were first saved in a period."""

    messages: int
    files: int


class VanishedCounts(NamedTuple):
    """Messages of one person in one room that turned to `[deleted]` or vanished."""

    deleted: int
    missing: int
    texts: int
    """How many of both whose text was saved."""


def saved_counts(reading: Reading, rooms: Collection[int], *, since: datetime, until: datetime) -> PeriodCounts:
    """Counts of what was saved of these rooms after `since` and up to `until`."""
    message, blob = schema.message.c, schema.blob.c
    times, room_ids = (to_text(since), to_text(until)), sorted(rooms)
    messages_query = select(func.count()).select_from(schema.message)
    messages_query = messages_query.where(
        message.room_id.in_(room_ids), message.first_seen > times[0], message.first_seen <= times[1]
    )
    files_query = select(func.count()).select_from(schema.blob).where(blob.room_id.in_(room_ids), blob.state == "saved")
    files_query = files_query.where(blob.saved_at > times[0], blob.saved_at <= times[1])
    return PeriodCounts(
        reading.sql.execute(messages_query).scalar() or 0, reading.sql.execute(files_query).scalar() or 0
    )


def vanished_counts(reading: Reading, room: int, account: int, *, since: datetime) -> VanishedCounts:
    """Counts of a person's messages in a room that vanished since a time."""
    table = schema.message.c
    query = select(table.state, func.count(), func.sum(case((table.text_digest != "", 1), else_=0))).where(
        table.room_id == room,
        table.account_id == account,
        table.state.in_((State.DELETED, State.MISSING)),
        table.changed_at >= to_text(since),
    )
    counts = {row[0]: (row[1], row[2] or 0) for row in reading.sql.execute(query.group_by(table.state))}
    deleted, missing = (counts.get(state, (0, 0)) for state in (State.DELETED, State.MISSING))
    return VanishedCounts(deleted[0], missing[0], deleted[1] + missing[1])
