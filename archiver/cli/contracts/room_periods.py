"""The period of a chat in a job: its options, and its words on the screen.

Where several jobs were discussed in one room, each job's package holds only the messages of the job's period.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.argument_completion import chat_option
from archiver.cli.terminal.day_options import parse_day, parse_until
from archiver.cli.terminal.saved_rooms import one_room
from archiver.errors import N_
from archiver.records import Contract, ContractRoom, MessageId
from archiver.setup import contract_rooms
from archiver.setup.contract_rooms import OutsideMessage
from archiver.wording import typed

if TYPE_CHECKING:
    from archiver.store.archive import Reading

NO_BOUND = "-"

RoomDays = Sequence[tuple[str, str]]
"""Pairs of a chat and a day, as typed."""

_FROM, _TO = "--chat-from", "--chat-to"


def options(chat_help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds the options about chats that `job add` and `job set` share."""
    pair: dict[str, Any] = {"type": (str, str), "multiple": True, "metavar": N_("CHAT DAY")}
    first = N_("The first day of a chat that belongs to this job, if other jobs share it; repeatable.")
    last = N_("The last day of a chat that belongs to this job; repeatable. “-”: no end.")
    move = N_("Take the chats out of the jobs that have them.")

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        command = click.option("--move", "is_moved", is_flag=True, hidden=True, help=move)(command)
        command = click.option(_TO, "ends", help=last, **pair)(command)
        command = click.option(_FROM, "begins", help=first, **pair)(command)
        return chat_option(chat_help)(command)

    return add


def is_number(word: str) -> bool:
    """Whether it can be the number of a chat, up to the greatest that the database can store."""
    return word.isdecimal() and 0 < int(word) < 2**63


def with_periods(
    rooms: Sequence[ContractRoom], names: Mapping[int, str], begins: RoomDays, ends: RoomDays
) -> tuple[ContractRoom, ...]:
    """The rooms with the periods that the options give. Raises UnknownRoom, BadValue, UsageError."""
    return contract_rooms.with_periods(
        rooms,
        [(one_room(names, word), None if day == NO_BOUND else parse_day(day, _FROM)) for word, day in begins],
        [(one_room(names, word), None if day == NO_BOUND else parse_until(day, _TO)) for word, day in ends],
    )


def period_words(room: ContractRoom, name: str | None = None) -> str | None:
    """「123 only from 2026-11-01 to 2026-11-30」, both days included; None if nothing bounds it.

    `name`: instead of the room's number.
    """
    if room.start is None and room.end is None:
        return None
    if room.end is None:
        sentence = _("in chat {room} from {begin} on")
    elif room.start is None:
        sentence = _("in chat {room} up to {end}")
    else:
        sentence = _("in chat {room} from {begin} to {end}")
    return sentence.format(
        room=name or room.room_id, begin=contract_rooms.first_day(room), end=contract_rooms.last_day(room)
    )


def outside_lines(
    reading: Reading, contract: Contract, bound: Collection[MessageId] | None = None, *, ids: bool = True
) -> Iterator[str]:
    """Sentences about the messages bound to the contract that lie outside its period, as packages do not hold them.

    `bound`: only these; None: all that are bound to an invoice, a reminder or a term. `ids`: with their numbers.
    """
    found = contract_rooms.messages_outside(reading, contract, contract.bound_messages if bound is None else bound)
    if found:
        yield contract_rooms.outside_sentence(found, ids=ids)
        yield _("To take it in: {command}").format(command=_widening_command(contract, found))


def _widening_command(contract: Contract, found: Collection[OutsideMessage]) -> str:
    words = ["archive", "job", "set", contract.id]
    for room, first, last in contract_rooms.wider_periods(contract, found):
        words += [_FROM, f"{room}", first] if first else []
        words += [_TO, f"{room}", last] if last else []
    return typed(" ".join(words))
