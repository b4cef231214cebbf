"""What was said and delivered under one contract, for the deadlines that are computed from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, or_, select

from archiver.records import Contract, Delivery, MappedAccount, MessageKind, Sides
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state, roles
from archiver.store.queries.statements import deliveries
from archiver.store.time_text import from_text


@dataclass(frozen=True, slots=True)
class MessageMoment:
    """A message's place, author and time."""

    room_id: int
    message_id: str
    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ContractActivity:
    """A contract with the messages, deliveries and roles that its deadlines depend on."""

    contract: Contract
    deliveries: tuple[Delivery, ...]
    mapped: tuple[MappedAccount, ...]
    sides: Sides
    first: MessageMoment | None
    """The oldest saved message of any of its rooms."""
    last_reply: MessageMoment | None
    """The other side's last message that is no notice of Chatwork's own system."""
    last_seen: datetime | None
    """When a list of messages of any of its rooms was last read."""


def activity_of(reading: Reading, contract: Contract) -> ContractActivity:
    """The activity under one contract, by a few small queries for each of its rooms."""
    owner = int((current_state.owner(reading) or {}).get("account_id") or 0)
    mapped = roles.mapped_accounts(reading, contract.id)
    sides = roles.sides_of(mapped, owner=owner)
    rooms = sorted({int(room.room_id) for room in contract.rooms})
    first_messages = [one for room in rooms if (one := _end_message(reading, room, newest=False)) is not None]
    theirs = _is_theirs(sides)
    replies = [one for room in rooms if (one := _end_message(reading, room, newest=True, condition=theirs)) is not None]
    return ContractActivity(
        contract=contract,
        deliveries=deliveries(reading, contract.id),
        mapped=mapped,
        sides=sides,
        first=min(first_messages, key=lambda one: one.at, default=None),
        last_reply=max(replies, key=lambda one: one.at, default=None),
        last_seen=_last_list_time(reading, rooms),
    )


def last_handover(
    reading: Reading, activity: ContractActivity, *, since: datetime, until: datetime
) -> MessageMoment | None:
    """The user's last message of a period that mentions a delivery (納品) and has a file or a link."""
    message, version = schema.message.c, schema.message_version
    body = version.c.body
    query = (
        select(message.room_id, message.message_id, message.account_id, message.send_time)
        .join(version, (version.c.room_id == message.room_id) & (version.c.position == message.position))
        .where(message.room_id.in_(sorted(room.room_id for room in activity.contract.rooms)))
        .where(message.account_id.in_(sorted(activity.sides.mine)))
        .where(message.send_time >= int(since.timestamp()), message.send_time <= int(until.timestamp()))
        .where(body.contains("納品"), or_(body.contains("[download:"), body.contains("http")))
        .order_by(message.send_time.desc(), message.position.desc())
        .limit(1)
    )
    row = reading.sql.execute(query).first()
    if row is None:
        return None
    return MessageMoment(row.room_id, row.message_id, row.account_id, datetime.fromtimestamp(row.send_time, UTC))


def _is_theirs(sides: Sides) -> ColumnElement[bool]:
    """The condition that a message is speech of the other side."""
    account = schema.message.c.account_id
    is_speech = schema.message.c.kind == MessageKind.SPEECH
    if sides.clients:
        return is_speech & account.in_(sorted(sides.clients))
    return is_speech & account.not_in(sorted(sides.mine | sides.thirds | {sides.owner}))


def _end_message(
    reading: Reading, room: int, *, newest: bool, condition: ColumnElement[bool] | None = None
) -> MessageMoment | None:
    """The first or last message of a room by its send time; times that no calendar holds are left out."""
    table = schema.message.c
    query = select(table.message_id, table.account_id, table.send_time)
    query = query.where(table.room_id == room, table.send_time > 0, table.send_time < 2**36)
    if condition is not None:
        query = query.where(condition)
    order = (table.send_time, table.position)
    query = query.order_by(*(one.desc() if newest else one for one in order)).limit(1)
    row = reading.sql.execute(query).first()
    if row is None:
        return None
    return MessageMoment(room, row.message_id, row.account_id, datetime.fromtimestamp(row.send_time, UTC))


def _last_list_time(reading: Reading, rooms: Collection[int]) -> datetime | None:
    table = schema.window.c
    at = reading.sql.execute(select(func.max(table.observed_at)).where(table.room_id.in_(sorted(rooms)))).scalar()
    return None if at is None else from_text(at)
