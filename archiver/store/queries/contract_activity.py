"""What was said and delivered under one contract, for the deadlines that are computed from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from archiver.claims.counterparts import counterpart_bases
from archiver.evidence.history import number, text
from archiver.records import CaseFacts, Contract, Delivery, MappedAccount, Post, RoomBeginning, RoomFacts, RoomId, Sides
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state, roles
from archiver.store.queries.author_facts import author_facts, first_post, post_of_row
from archiver.store.queries.gaps import gaps
from archiver.store.queries.statements import deliveries
from archiver.store.time_text import from_text


@dataclass(frozen=True, slots=True)
class ContractActivity:
    """A contract with the messages, deliveries and roles that its deadlines depend on."""

    contract: Contract
    deliveries: tuple[Delivery, ...]
    mapped: tuple[MappedAccount, ...]
    sides: Sides
    facts: CaseFacts
    """The facts of which every claim is made."""
    last_seen: datetime | None
    """When a list of messages of any of its rooms was last read."""


def activity_of(reading: Reading, contract: Contract) -> ContractActivity:
    """The activity under one contract, by a few small queries for each of its rooms."""
    owner = number((current_state.owner(reading) or {}).get("account_id"))
    mapped = roles.mapped_accounts(reading, contract.id)
    sides = roles.sides_of(mapped, owner=owner)
    rooms = sorted({int(room.room_id) for room in contract.rooms})
    last_seen = [last_list_time(reading, room) for room in rooms]
    people = {room: names_ever(reading, room) for room in rooms}
    others = counterpart_bases(sides, contract.client, people)
    facts = CaseFacts(
        contract=contract,
        reporters=sides.mine | {owner},
        counterparts=frozenset(others),
        rooms=tuple(_room_facts(reading, room) for room in rooms),
        authors=author_facts(reading, rooms, last_of=others, own=sides.mine | {owner}),
        known_until=None if None in last_seen else min((at for at in last_seen if at is not None), default=None),
    )
    return ContractActivity(
        contract=contract,
        deliveries=deliveries(reading, contract.id),
        mapped=mapped,
        sides=sides,
        facts=facts,
        last_seen=max((at for at in last_seen if at is not None), default=None),
    )


def _room_facts(reading: Reading, room: int) -> RoomFacts:
    room_gaps = gaps(reading, room)
    is_read = last_list_time(reading, room) is not None
    return RoomFacts(RoomId(room), is_read, RoomBeginning(first_post(reading, room), room_gaps), room_gaps)


def last_handover(reading: Reading, activity: ContractActivity, *, since: datetime, until: datetime) -> Post | None:
    """The user's last message of a period that mentions a delivery (納品) and has a file or a link."""
    message, version = schema.message.c, schema.message_version
    body = version.c.body
    query = (
        select(message.room_id, message.message_id, message.account_id, message.send_time, message.seq)
        .join(version, (version.c.room_id == message.room_id) & (version.c.position == message.position))
        .where(message.room_id.in_(sorted(room.room_id for room in activity.contract.rooms)))
        .where(message.account_id.in_(sorted(activity.sides.mine)))
        .where(message.send_time >= int(since.timestamp()), message.send_time <= int(until.timestamp()))
        .where(body.contains("納品"), or_(body.contains("[download:"), body.contains("http")))
        .order_by(message.send_time.desc(), message.position.desc())
        .limit(1)
    )
    row = reading.sql.execute(query).first()
    return None if row is None else post_of_row(row)


def names_ever(reading: Reading, room: int) -> dict[int, list[str]]:
    """Everybody ever seen in a room, with every name they had there."""
    table = schema.entry.c
    found: dict[int, list[str]] = {}
    for kind in ("account", "member"):
        prefix = f"{kind}/{room}/"
        for key, line in reading.sql.execute(  # SQLite cannot give out a name with half a character
            select(table.key, table.line).where(table.key > prefix, table.key < f"{kind}/{room}0").order_by(table.seq)
        ):
            found.setdefault(number(key.rpartition("/")[2]), []).append(text(_received_name(line)))
    return found


def _received_name(line: str) -> object:
    return json.loads(line)["payload"].get("object", {}).get("name")


def last_list_time(reading: Reading, room: int) -> datetime | None:
    """When the list of a room's messages was last read."""
    table = schema.window.c
    at = reading.sql.execute(select(func.max(table.observed_at)).where(table.room_id == room)).scalar()
    return None if at is None else from_text(at)
