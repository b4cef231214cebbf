"""The last known state of rooms, messages, members, tasks and files, to compare a new reading with."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, func, select

from archiver.records import KnownMessage, MessageId, State
from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement
from archiver.store.received_facts_and_record_forms import body_of, has_form, read_all_formed, tells_what_was_shown
from archiver.store.time_text import from_text, to_text

SHOWN = (State.PRESENT, State.EDITED, State.DELETED)
"""States of messages that Chatwork still showed at the last reading."""


class KnownObject(NamedTuple):
    """A known object: the fingerprint of its facts and whether it is still shown."""

    fingerprint: str
    gone: bool


class WindowCoverage(NamedTuple):
    """What the windows of a room have shown so far."""

    newest: int | None
    """The end of the newest covered span; None before the first window with messages."""
    message_num: int | None
    """Chatwork's counter at the last window that knew it and showed a message."""
    read_at: datetime | None = None
    """The end of the newest covered period; None before the first."""


_ROOM: BindParameter[int] = bindparam("room")
_MESSAGE = schema.message.c
_MESSAGES_SINCE = SmallStatement(
    select(_MESSAGE.position, *(_MESSAGE[name] for name in KnownMessage._fields)).where(
        _MESSAGE.room_id == _ROOM, _MESSAGE.position.between(bindparam("oldest"), bindparam("newest"))
    )
)
_ANY_MESSAGE = SmallStatement(
    select(_MESSAGE.position).where(_MESSAGE.room_id == _ROOM, _MESSAGE.state != State.MISSING).limit(1)
)
_PEOPLE = SmallStatement(
    select(schema.person.c.account_id, schema.person.c.fingerprint).where(schema.person.c.room_id == _ROOM)
)


def messages_since(reading: Reading, room: int, oldest: int, newest: int = 2**63 - 1) -> dict[int, KnownMessage]:
    """Every message of a room from a position on, or up to another one, by position."""
    rows = _MESSAGES_SINCE.rows(reading.sql, room=room, oldest=oldest, newest=newest)
    return {position: KnownMessage(State(state), *facts) for position, state, *facts in rows}


def messages_shown_before(reading: Reading, room: int, oldest: int | None) -> list[MessageId]:
    """Messages below a position (all, if None) that Chatwork showed at the last reading, oldest first."""
    table = schema.message.c
    query = select(table.message_id).where(table.room_id == room, table.state.in_(SHOWN)).order_by(table.position)
    if oldest is not None:
        query = query.where(table.position < oldest)
    return [MessageId(name) for (name,) in reading.sql.execute(query)]


def message(reading: Reading, room: int, message_id: str) -> KnownMessage | None:
    """One message of a room."""
    position = int(message_id)
    return messages_since(reading, room, position, position).get(position)


def has_messages(reading: Reading, room: int) -> bool:
    """Whether any saved message of the room is not known to be missing."""
    return _ANY_MESSAGE.value(reading.sql, room=room) is not None


def singly_read_messages(reading: Reading, room: int, since: datetime) -> set[int]:
    """Positions of messages that were read one by one since then and found unchanged."""
    table = schema.reading.c
    rows = reading.sql.execute(select(table.ids).where(table.room_id == room, table.observed_at >= to_text(since)))
    return {int(one) for (ids,) in rows for one in json.loads(ids)}


_ENTRY = schema.entry.c
_OLDER_LINES = (
    select(_ENTRY.line)
    .where(_ENTRY.key == bindparam("key"), _ENTRY.room_id.is_(bindparam("room")))
    .order_by(_ENTRY.seq.desc())
)
_LAST_LINE = SmallStatement(_OLDER_LINES.limit(1))
_SERVICE = SmallStatement(select(func.max(_ENTRY.seq)).where(_ENTRY.key == "service"))


def last_payload(reading: Reading, key: str, room: int | None) -> dict[str, Any] | None:
    """The payload of the last entry of a key in a room that is as this program writes it; None if there is none."""
    line = _LAST_LINE.value(reading.sql, key=key, room=room)
    if line is None:
        return None
    entry = json.loads(line)
    if not _can_be_gone_on_from(entry):  # but from the one before
        entries = map(json.loads, reading.sql.execute(_OLDER_LINES, {"key": key, "room": room}).scalars())
        entry = next(filter(_can_be_gone_on_from, entries), None)
    payload: dict[str, Any] | None = None if entry is None else entry["payload"]
    return payload


def last_body(reading: Reading, room: int, message: int) -> str:
    """The text of the last such entry of a message; empty if there is none."""
    last = last_payload(reading, f"message/{message}", room)
    return "" if last is None else body_of(last["object"])


def _can_be_gone_on_from(entry: dict[str, Any]) -> bool:
    return has_form(entry) and tells_what_was_shown(entry)


def rooms_with_message(reading: Reading, message: int) -> list[int]:
    """The rooms in which a message with this id is saved, in any state."""
    if not 0 < message < 2**63:
        return []
    query = select(schema.message.c.room_id).where(schema.message.c.position == message)
    return list(reading.sql.execute(query).scalars())


def person_fingerprints(reading: Reading, room: int) -> dict[int, str]:
    """Fingerprints of the persons seen in a room's lists, by account id."""
    return dict(_PEOPLE.rows(reading.sql, room=room))


def known_objects(reading: Reading, kind: str, room: int) -> dict[int, KnownObject]:
    """The known members, tasks or files of a room (`kind`: member, task or file), by id."""
    table = schema.metadata.tables[kind]
    _room, ident = table.primary_key
    rows = reading.sql.execute(select(ident, table.c.fingerprint, table.c.state).where(table.c.room_id == room))
    return {number: KnownObject(fingerprint, state == "gone") for number, fingerprint, state in rows}


def task_statuses(reading: Reading, room: int) -> dict[int, str]:
    """The last seen status of each task of a room that Chatwork still lists, by id."""
    table = schema.task.c
    rows = reading.sql.execute(select(table.task_id, table.status).where(table.room_id == room, table.state != "gone"))
    return {number: status for number, status in rows}  # noqa: C416 - rows are no pairs to mypy


def room_fingerprint(reading: Reading, room: int) -> str | None:
    """The fingerprint of a room's facts; None if it was never read."""
    query = select(schema.room.c.fingerprint).where(schema.room.c.room_id == room)
    return reading.sql.execute(query).scalar()


LAST_SAME_LIST = SmallStatement(select(schema.last_list.c.last).where(schema.last_list.c.room_id == _ROOM))
"""The last look at a list that stayed the same, which no entry has yet."""


_COVERAGE, _WINDOW = schema.coverage.c, schema.window.c
_NEWEST = SmallStatement(
    select(_COVERAGE.newest, _COVERAGE.end).where(_COVERAGE.room_id == _ROOM).order_by(_COVERAGE.number.desc()).limit(1)
)
_COUNTED = SmallStatement(
    select(_WINDOW.message_num)
    .where(_WINDOW.room_id == _ROOM, _WINDOW.message_num.is_not(None), _WINDOW.newest.is_not(None))
    .order_by(_WINDOW.seq.desc())
    .limit(1)
)


def window_coverage(reading: Reading, room: int) -> WindowCoverage:
    """What the windows of a room have shown so far."""
    counted = _COUNTED.value(reading.sql, room=room)
    for newest, end in _NEWEST.rows(reading.sql, room=room):
        running = LAST_SAME_LIST.value(reading.sql, room=room) or end
        return WindowCoverage(newest, counted, from_text(max(end, running)))
    return WindowCoverage(None, counted)


_GAP = schema.gap.c
_OPEN_GAPS = SmallStatement(
    select(_GAP.number, _GAP.after)
    .where(_GAP.room_id == _ROOM, _GAP.open, _GAP.reason != "erased")
    .order_by(_GAP.number)
)


def open_gaps(reading: Reading, room: int, *, reached: int | None = None) -> list[tuple[int, dict[str, Any]]]:
    """The gaps of a room that are still open, each with the payload of its last entry.

    With `reached` only those that begin at that position or later. What the owner erased is none of them: no reading
    ever closes it.
    """
    rows = _OPEN_GAPS.rows(reading.sql, room=room)
    numbers = [number for number, after in rows if reached is None or (after is not None and int(after) >= reached)]
    payloads = [(number, last_payload(reading, f"gap/{room}/{number}", room)) for number in numbers]
    return [(number, payload) for number, payload in payloads if payload is not None]


_OPEN_REASONS = SmallStatement(select(_GAP.room_id, _GAP.reason).where(_GAP.open).distinct())


def open_reasons(reading: Reading, rooms: Collection[int]) -> set[str]:
    """The reasons of the open gaps in these rooms."""
    return {reason for room, reason in _OPEN_REASONS.rows(reading.sql) if room in rooms}


def next_gap_number(reading: Reading, room: int) -> int:
    """The number of the next gap of a room."""
    query = select(func.max(schema.gap.c.number)).where(schema.gap.c.room_id == room)
    return (reading.sql.execute(query).scalar() or 0) + 1


_COVERED = select(func.coalesce(func.max(_COVERAGE.seq), 0)).where(_COVERAGE.room_id == _ROOM).scalar_subquery()
_SHUT_SINCE = SmallStatement(
    select(_ENTRY.seq)
    .where(_ENTRY.key == bindparam("key"), _ENTRY.kind == "room.inaccessible", _ENTRY.seq > _COVERED)
    .limit(1)
)


def has_been_inaccessible(reading: Reading, room: int) -> bool:
    """Whether the room was inaccessible at any time since the last list that covered part of it."""
    return _SHUT_SINCE.value(reading.sql, room=room, key=f"room/{room}") is not None


_INACCESSIBLE = SmallStatement(
    select(schema.room.c.room_id, schema.room.c.inaccessible_since).where(~schema.room.c.accessible)
)
_NAMES = SmallStatement(select(schema.room.c.room_id, schema.room.c.name))


def inaccessible_rooms(reading: Reading) -> set[int]:
    """Rooms that could not be opened at the last attempt."""
    return {room for room, _since in _INACCESSIBLE.rows(reading.sql)}


def inaccessible_since(reading: Reading, rooms: Collection[int]) -> dict[int, datetime]:
    """Those of these rooms that cannot be opened, and since when."""
    return {room: from_text(since) for room, since in _INACCESSIBLE.rows(reading.sql) if room in rooms}


def owner(reading: Reading) -> dict[str, Any] | None:
    """Whose archive this is: the payload of the last `me` entry; None before the first."""
    return last_payload(reading, "me", None)


def owner_id(reading: Reading) -> int | None:
    """The account whose archive this is; None before the first `me` entry."""
    account: int | None = (owner(reading) or {}).get("account_id")
    return account


def service_entries(reading: Reading) -> list[dict[str, Any]]:
    """The entries about services that replies came from, oldest first."""
    lines = reading.sql.execute(select(_ENTRY.line).where(_ENTRY.key == "service").order_by(_ENTRY.seq)).scalars()
    return list(read_all_formed(lines, "service"))


def service_number(reading: Reading) -> int | None:
    """The number of the entry about the service that replies come from now; None before the first."""
    number: int | None = _SERVICE.value(reading.sql)
    return number


def room_names(reading: Reading) -> dict[int, str]:
    """The present name of each room that was read, by id; empty if none was ever seen."""
    return dict(_NAMES.rows(reading.sql))
