"""The period of a room in a contract: stated, written, and which of the contract's messages lie outside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, NamedTuple

from archiver import errors
from archiver.records import JST, Contract, ContractRoom, MessageId, RoomId
from archiver.render.times import iso_date, minute_text
from archiver.setup.written_days import EXAMPLE_DAY, read_day

if TYPE_CHECKING:
    from archiver.store.archive import Reading

RoomBounds = Sequence[tuple[int, datetime | None]]
"""Pairs of a room number and its bound; None takes the bound away. An end is the first time that is outside."""


class OutsideMessage(NamedTuple):
    """A message that the user bound to a contract although its period in the room does not hold it."""

    message_id: str
    room_id: int
    sent: datetime


class WiderPeriod(NamedTuple):
    """The days that a room's period needs to take messages in, both in ISO 8601; empty where its bound can stay."""

    room_id: int
    first: str
    last: str


def with_periods(rooms: Sequence[ContractRoom], begins: RoomBounds, ends: RoomBounds) -> tuple[ContractRoom, ...]:
    """The rooms with these bounds. Raises UnknownRoom, and UsageError where nothing can be between two."""
    by_number = {int(room.room_id): room for room in rooms}
    for number, _bound in (*begins, *ends):
        if number not in by_number:
            raise errors.UnknownRoom(room=number)
    for number, start in begins:
        by_number[number] = replace(by_number[number], start=start)
    for number, end in ends:
        by_number[number] = replace(by_number[number], end=end)
    for room in by_number.values():
        if room.start is not None and room.end is not None and room.start >= room.end:
            sentence = _("The last day {last} is before the first day {first}. Please check both days.")
            raise errors.UsageError(detail=sentence.format(last=last_day(room), first=first_day(room)))
    return tuple(by_number.values())


def begin_of(day: str) -> datetime:
    """When a typed day begins. Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate."""
    return datetime.fromisoformat(read_day(day, _("the first day"), EXAMPLE_DAY, now=None)).replace(tzinfo=JST)


def first_day(room: ContractRoom) -> str:
    """The day with which a room's period begins, `2026-11-01`, or `2026-11-01 10:00`; empty if nothing bounds it."""
    return "" if room.start is None else _day_or_time(room.start, room.start)


def last_day(room: ContractRoom) -> str:
    """The last day of a room's period, which a midnight ends, or the time that ends it; empty if nothing bounds it."""
    return "" if room.end is None else _day_or_time(room.end, room.end - timedelta(days=1))


def messages_outside(reading: Reading, contract: Contract, bound: Collection[MessageId]) -> list[OutsideMessage]:
    """Of these messages, those that lie outside the contract's own period, by time.

    Packages of the contract name them and do not hold them.
    """
    from archiver.store.queries.viewing.message_summaries import message_summaries

    rooms = {room.room_id for room in contract.rooms if room.start is not None or room.end is not None}
    found = message_summaries(reading, [(room, int(one)) for room in sorted(rooms) for one in bound])
    parts = {room: [one for one in contract.rooms if one.room_id == room] for room in rooms}
    outside = (
        OutsideMessage(one.message_id, one.room_id, at)
        for one in found
        if (at := one.sent) and not any(part.contains(at) for part in parts[RoomId(one.room_id)])
    )
    return sorted(outside, key=lambda one: (one.sent, int(one.message_id)))


def outside_sentence(outside: Collection[OutsideMessage], *, ids: bool = True) -> str:
    """That these messages are not in packages, as the terminal and the pages say it. `ids`: by number, not by time."""
    numbered = (f"m{one.message_id} ({minute_text(one.sent)})" if ids else minute_text(one.sent) for one in outside)
    messages = _(", ").join(numbered)
    sentence = _("Outside this job's period: {messages}. Exports name it, but do not hold it.")
    return sentence.format(messages=messages)


def wider_periods(contract: Contract, outside: Collection[OutsideMessage]) -> list[WiderPeriod]:
    """The days to state, room by room, so that these messages lie inside."""
    wider = []
    for room in contract.rooms:
        sent = [one.sent for one in outside if one.room_id == int(room.room_id)]
        before = [at for at in sent if room.start is not None and at < room.start]
        after = [at for at in sent if room.end is not None and at >= room.end]
        if sent:
            first, last = (iso_date(min(before)) if before else ""), (iso_date(max(after)) if after else "")
            wider.append(WiderPeriod(int(room.room_id), first, last))
    return wider


def _day_or_time(at: datetime, day: datetime) -> str:
    is_midnight = at.astimezone(JST).time() == time()
    return iso_date(day) if is_midnight else f"{at.astimezone(JST):%Y-%m-%d %H:%M}"
