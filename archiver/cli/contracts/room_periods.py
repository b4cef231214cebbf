"""The period of a room in a contract: its options, and its words on the screen.

Where several jobs were discussed in one room, each job's package holds only the messages of the job's period.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.terminal.day_options import parse_day, parse_until
from archiver.errors import N_
from archiver.records import Contract, ContractRoom, MessageId
from archiver.setup import room_periods
from archiver.setup.room_periods import OutsideMessage
from archiver.wording import typed

if TYPE_CHECKING:
    from archiver.store.archive import Reading

ROOM_NUMBER = click.IntRange(1, 2**63 - 1)
"""The type of a room number, up to the greatest that the database can store."""

NO_BOUND = "-"

RoomDays = Sequence[tuple[int, str]]
"""Pairs of a room number and a day, as typed."""

_FROM, _TO = "--room-from", "--room-to"


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `contract add` and `contract set` share."""
    move = N_("Take the rooms out of the contracts that have them.")
    command = click.option("--move", "is_moved", is_flag=True, help=move)(command)
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
    """The rooms with the periods that the options give. Raises UnknownRoom, BadValue, UsageError."""
    return room_periods.with_periods(
        rooms,
        [(number, None if day == NO_BOUND else parse_day(day, _FROM)) for number, day in begins],
        [(number, None if day == NO_BOUND else parse_until(day, _TO)) for number, day in ends],
    )


def period_words(room: ContractRoom, name: str | None = None) -> str | None:
    """「123 only from 2026-11-01 to 2026-11-30」, both days included; None if nothing bounds it.

    `name`: instead of the room's number.
    """
    if room.start is None and room.end is None:
        return None
    if room.end is None:
        sentence = _("in room {room} from {begin} on")
    elif room.start is None:
        sentence = _("in room {room} up to {end}")
    else:
        sentence = _("in room {room} from {begin} to {end}")
    return sentence.format(
        room=name or room.room_id, begin=room_periods.first_day(room), end=room_periods.last_day(room)
    )


def outside_lines(
    reading: Reading, contract: Contract, bound: Collection[MessageId] | None = None, *, ids: bool = True
) -> Iterator[str]:
    """Sentences about the messages bound to the contract that lie outside its period, as packages do not hold them.

    `bound`: only these; None: all that are bound to an invoice, a reminder or a term. `ids`: with their numbers.
    """
    found = room_periods.messages_outside(reading, contract, contract.bound_messages if bound is None else bound)
    if found:
        yield room_periods.outside_sentence(found, ids=ids)
        yield _("To take it in: {command}").format(command=_widening_command(contract, found))


def _widening_command(contract: Contract, found: Collection[OutsideMessage]) -> str:
    words = ["archive", "contract", "set", contract.id]
    for room, first, last in room_periods.wider_periods(contract, found):
        words += [_FROM, f"{room}", first] if first else []
        words += [_TO, f"{room}", last] if last else []
    return typed(" ".join(words))
