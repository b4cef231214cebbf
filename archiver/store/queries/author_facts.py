"""Each person's messages in some rooms: counts, the last one of each kind, and what became of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, or_, select

from archiver.records import AccountId, AuthorFacts, MessageId, Post, PostKind, RoomId, State, change_kinds
from archiver.records.service_posts import is_service_post
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.fingerprints import DELETED

_message, _version = schema.message.c, schema.message_version.c
_TIMED = (_message.send_time > 0, _message.send_time < 2**36)
"""Times that no calendar holds are left out."""
_LAST_TEXT = (
    select(_version.body)
    .where(_version.room_id == _message.room_id, _version.position == _message.position, _version.body != DELETED)
    .order_by(_version.number.desc())
    .limit(1)
    .correlate(schema.message)
    .scalar_subquery()
)
_TEXTS = (
    select(func.count(_version.body.distinct()))
    .where(_version.room_id == _message.room_id, _version.position == _message.position, _version.body != DELETED)
    .correlate(schema.message)
    .scalar_subquery()
)
_POST = (_message.room_id, _message.message_id, _message.account_id, _message.send_time, _message.seq)


def author_facts(
    reading: Reading, rooms: Collection[int], *, last_of: Collection[int], own: Collection[int]
) -> dict[int, AuthorFacts]:
    """The facts of every author, with the last messages of `last_of`; what `own` accounts wrote is always speech."""
    found: dict[int, AuthorFacts] = {}
    for account, count in reading.sql.execute(
        select(_message.account_id, func.count()).where(_message.room_id.in_(rooms)).group_by(_message.account_id)
    ):
        found[account] = AuthorFacts()
        found[account].posts[PostKind.SPEECH] = count
    for account in _notice_authors(reading, rooms):
        if account not in own:
            found[account].posts += {PostKind.NOTICE: 1}
            found[account].posts[PostKind.SPEECH] -= 1
    for account in last_of:
        if account in found:
            found[account].last = last_posts(reading, rooms, account)
    _add_changes(reading, rooms, found)
    return found


def last_posts(reading: Reading, rooms: Collection[int], account: int) -> dict[PostKind, Post]:
    """A person's last speech, and Chatwork's last notice in their name if it is later."""
    query = select(*_POST, _LAST_TEXT.label("body")).where(
        _message.room_id.in_(rooms), _message.account_id == account, *_TIMED
    )
    rows = reading.sql.execute(
        query.order_by(_message.send_time.desc(), _message.position.desc()).execution_options(yield_per=20)
    )
    found: dict[PostKind, Post] = {}
    for row in rows:
        kind = PostKind.NOTICE if row.body is not None and is_service_post(row.body) else PostKind.SPEECH
        found.setdefault(kind, post_of_row(row))
        if kind is PostKind.SPEECH:
            break
    rows.close()
    return found


def first_post(reading: Reading, room: int) -> Post | None:
    """The first saved message of a room by its send time."""
    query = select(*_POST).where(_message.room_id == room, *_TIMED)
    row = reading.sql.execute(query.order_by(_message.send_time, _message.position).limit(1)).first()
    return None if row is None else post_of_row(row)


def _notice_authors(reading: Reading, rooms: Collection[int]) -> list[int]:
    """The author of each notice."""
    query = (
        select(_message.account_id, _LAST_TEXT.label("body"))
        .join(
            schema.message_version,
            (_version.room_id == _message.room_id) & (_version.position == _message.position) & (_version.number == 1),
        )
        .where(_message.room_id.in_(rooms), or_(_version.body.like("[info][%"), _message.versions > 1))
    )
    return [account for account, body in reading.sql.execute(query) if body is not None and is_service_post(body)]


def _add_changes(reading: Reading, rooms: Collection[int], found: dict[int, AuthorFacts]) -> None:
    query = select(
        _message.account_id, _message.state, _message.was_edited, _message.was_deleted, _TEXTS.label("texts")
    ).where(_message.room_id.in_(rooms), _message.state != State.PRESENT)
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
