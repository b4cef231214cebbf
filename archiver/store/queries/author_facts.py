"""Each person's messages in some rooms: counts, the last one of each kind, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from archiver.records import (
    AccountId,
    AuthorFacts,
    ContractRoom,
    MessageId,
    MessageKind,
    Post,
    RoomId,
    State,
    change_kinds,
)
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.fingerprints import DELETED

_message, _version = schema.message.c, schema.message_version.c
_TIMED = (_message.send_time > 0, _message.send_time < 2**36)
"""Times that no calendar holds are left out."""
_TEXTS = (
    select(func.count(_version.body.distinct()))
    .where(_version.room_id == _message.room_id, _version.position == _message.position, _version.body != DELETED)
    .correlate(schema.message)
    .scalar_subquery()
)
_POST = (_message.room_id, _message.message_id, _message.account_id, _message.send_time, _message.seq)


def author_facts(
    reading: Reading, rooms: Sequence[ContractRoom], *, last_of: Collection[int], own: Collection[int]
) -> dict[int, AuthorFacts]:
    """The facts of every author within the rooms' periods, with the last messages of `last_of`.

    What `own` accounts wrote is always speech.
    """
    found: dict[int, AuthorFacts] = {}
    inside = _in_periods(rooms)
    query = select(_message.account_id, _message.kind, func.count()).where(inside)
    for account, kind, count in reading.sql.execute(query.group_by(_message.account_id, _message.kind)):
        posts = found.setdefault(account, AuthorFacts()).posts
        posts[MessageKind.SPEECH if account in own else MessageKind(kind)] += count
    for account in last_of:
        if account in found:
            found[account].last = _last_posts(reading, inside, account)
    _add_changes(reading, inside, found)
    return found


def _in_periods(rooms: Sequence[ContractRoom]) -> ColumnElement[bool]:
    """Whether a message lies in the part of its room's time that belongs to the contract."""
    return or_(*(_in_period(one) for one in rooms))


def _in_period(room: ContractRoom) -> ColumnElement[bool]:
    ends = [_message.send_time >= room.start.timestamp()] if room.start else []
    ends += [_message.send_time < room.end.timestamp()] if room.end else []
    return and_(_message.room_id == room.room_id, *ends)


def _last_posts(reading: Reading, inside: ColumnElement[bool], account: int) -> dict[MessageKind, Post]:
    """A person's last speech, and Chatwork's last notice in their name."""
    query = select(*_POST).where(inside, _message.account_id == account, *_TIMED)
    query = query.order_by(_message.send_time.desc(), _message.position.desc()).limit(1)
    rows = {kind: reading.sql.execute(query.where(_message.kind == kind)).first() for kind in MessageKind}
    return {kind: post_of_row(row) for kind, row in rows.items() if row is not None}


def first_post(reading: Reading, room: int) -> Post | None:
    """The first saved message of a room by its send time."""
    query = select(*_POST).where(_message.room_id == room, *_TIMED)
    row = reading.sql.execute(query.order_by(_message.send_time, _message.position).limit(1)).first()
    return None if row is None else post_of_row(row)


def _add_changes(reading: Reading, inside: ColumnElement[bool], found: dict[int, AuthorFacts]) -> None:
    query = select(
        _message.account_id, _message.state, _message.was_edited, _message.was_deleted, _TEXTS.label("texts")
    ).where(inside, _message.state != State.PRESENT)
    for row in reading.sql.execute(query):
        found[row.account_id].changes.update(
            change_kinds(
                State(row.state),
                was_edited=row.was_edited,
                was_deleted=row.was_deleted,
                knows_text=bool(row.texts),
                texts=row.texts,
            )
        )


def post_of_row(row: Any) -> Post:
    """The post of a row of the table of messages."""
    return Post(
        RoomId(row.room_id),
        MessageId(row.message_id),
        AccountId(row.account_id),
        datetime.fromtimestamp(row.send_time, UTC),
        row.seq,
    )
