"""The period of a room in a contract: its options, and its words on the screen.

Where several jobs were discussed in one room, each job's package holds only the messages of the job's period.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.terminal.day_options import parse_day, parse_until
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import JST, Contract, ContractRoom, MessageId
from archiver.render.times import iso_date, minute_text
from archiver.setup.message_numbers import messages_outside

if TYPE_CHECKING:
    from archiver.store.archive import Reading

ROOM_NUMBER = click.IntRange(1, 2**63 - 1)
"""The type of a room number, up to the greatest that the database can store."""

NO_BOUND = "-"

RoomDays = Sequence[tuple[int, str]]
"""Pairs of a room number and a day, as typed."""

_FROM, _TO = "--room-from", "--room-to"


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the two options that `contract add` and `contract set` share."""
    for option, name, text in (
        (_TO, "ends", N_("The last day of room N that belongs to this contract; repeatable. “-”: no end.")),
        (
            _FROM,
            "begins",
            N_("The first day of room N that belongs to this contract, if other jobs share it; repeatable."),
        ),
    ):
        command = click.option(option, name, type=(ROOM_NUMBER, str), multiple=True, metavar=N_("N DAY"), help=text)(
            command
        )
    return command


def with_periods(rooms: Sequence[ContractRoom], begins: RoomDays, ends: RoomDays) -> tuple[ContractRoom, ...]:
    """The rooms with the periods that the options give. Raises UnknownRoom, BadValue, EmptyPeriod."""
    rooms_by_number = {int(room.room_id): room for room in rooms}
    for number, _day in (*begins, *ends):
        if number not in rooms_by_number:
            raise errors.UnknownRoom(room=number)
    for number, day in begins:
        rooms_by_number[number] = replace(
            rooms_by_number[number], start=None if day == NO_BOUND else parse_day(day, _FROM)
        )
    for number, day in ends:
        rooms_by_number[number] = replace(
            rooms_by_number[number], end=None if day == NO_BOUND else parse_until(day, _TO)
        )
    for room in rooms_by_number.values():
        if room.start is not None and room.end is not None and room.start >= room.end:
            raise errors.EmptyPeriod(begin=_first_day(room.start), end=_last_day(room.end))
    return tuple(rooms_by_number.values())


def period_words(room: ContractRoom) -> str | None:
    """「123 only from 2026-11-01 to 2026-11-30」, both days included; None if nothing bounds it."""
    if room.start is None and room.end is None:
        return None
    if room.end is None:
        sentence = _("in room {room} from {begin} on")
    elif room.start is None:
        sentence = _("in room {room} up to {end}")
    else:
        sentence = _("in room {room} from {begin} to {end}")
    begin, end = room.start and _first_day(room.start), room.end and _last_day(room.end)
    return sentence.format(room=room.room_id, begin=begin, end=end)


def outside_lines(reading: Reading, contract: Contract, bound: Collection[MessageId] | None = None) -> Iterator[str]:
    """Sentences about the messages bound to the contract that lie outside its period, as packages do not hold them.

    `bound`: only these; None: all that are bound to an invoice, a reminder or a term.
    """
    found = messages_outside(reading, contract, contract.bound_messages if bound is None else bound)
    if found:
        messages = _(", ").join(f"m{message} ({minute_text(at)})" for message, at in found)
        yield _("Outside this contract's period: {messages}. Packages name it, but do not hold it.").format(
            messages=messages
        )
        yield _("To take it in: {command}").format(
            command=f"archive contract set {visible(contract.label)} --room-from ROOM DAY"
        )


def _first_day(at: datetime) -> str:
    return _day_or_time(at, at)


def _last_day(at: datetime) -> str:
    """The day that a midnight ends, else the time itself."""
    return _day_or_time(at, at - timedelta(days=1))


def _day_or_time(at: datetime, day: datetime) -> str:
    is_midnight = at.astimezone(JST).time() == time()
    return iso_date(day) if is_midnight else minute_text(at)
