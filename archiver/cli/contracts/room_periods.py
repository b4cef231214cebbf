"""The period of a room in a contract: how it is given, and how it is shown.

A room in which several jobs were talked about is cut by it in each package: a job's package holds its own part alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from gettext import gettext as _
from typing import Any

import click

from archiver import errors
from archiver.cli.terminal.day_options import parse_day, parse_until
from archiver.errors import N_
from archiver.records import JST, ContractRoom

NUMBER = click.IntRange(1, 2**63 - 1)
"""A room's number; the archive can keep no greater one."""

NO_BOUND = "-"

Given = Sequence[tuple[int, str]]
"""Rooms and days, as typed."""

_FROM, _TO = "--room-from", "--room-to"


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The two options that `add` and `set` share."""
    for option, name, text in (
        (_TO, "ends", N_("The last day of room N that belongs to this contract; repeatable. “-”: no end.")),
        (
            _FROM,
            "begins",
            N_("The first day of room N that belongs to this contract, if other jobs share it; repeatable."),
        ),
    ):
        command = click.option(option, name, type=(NUMBER, str), multiple=True, metavar=N_("N DAY"), help=text)(command)
    return command


def bounded(rooms: Sequence[ContractRoom], begins: Given, ends: Given) -> tuple[ContractRoom, ...]:
    """The rooms with the periods that were given. Raises UnknownRoom, BadValue, EmptyPeriod."""
    found = {int(room.room_id): room for room in rooms}
    for number, _day in (*begins, *ends):
        if number not in found:
            raise errors.UnknownRoom(room=number)
    for number, day in begins:
        found[number] = replace(found[number], start=None if day == NO_BOUND else parse_day(day, _FROM))
    for number, day in ends:
        found[number] = replace(found[number], end=None if day == NO_BOUND else parse_until(day, _TO))
    for room in found.values():
        if room.start is not None and room.end is not None and room.start >= room.end:
            raise errors.EmptyPeriod(begin=_first(room.start), end=_last(room.end))
    return tuple(found.values())


def words(room: ContractRoom) -> str | None:
    """「123 only from 2026-11-01 to 2026-11-30」, both days included; None if nothing bounds it."""
    if room.start is None and room.end is None:
        return None
    if room.end is None:
        said = _("of room {room} from {begin} on")
    elif room.start is None:
        said = _("of room {room} up to {end}")
    else:
        said = _("of room {room} from {begin} to {end}")
    begin, end = room.start and _first(room.start), room.end and _last(room.end)
    return said.format(room=room.room_id, begin=begin, end=end)


def _first(at: datetime) -> str:
    return _told(at, at)


def _last(at: datetime) -> str:
    """The day that a midnight ends, else the time itself."""
    return _told(at, at - timedelta(days=1))


def _told(at: datetime, day: datetime) -> str:
    whole = at.astimezone(JST).time() == time()
    return f"{day.astimezone(JST):%Y-%m-%d}" if whole else f"{at.astimezone(JST):%Y-%m-%d %H:%M}"
