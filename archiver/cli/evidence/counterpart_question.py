"""Asks on a terminal who the other side is, where nobody was named or somebody of no entered side wrote last."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask
from archiver.cli.terminal.text import pad
from archiver.render.screen_text import shorten
from archiver.render.times import iso_date
from archiver.setup.answers import InvalidAnswer

if TYPE_CHECKING:
    from archiver.export.package.make_package import ExportReport
    from archiver.export.package.order import ExportOrder
    from archiver.records import CounterpartCandidate, UndecidedRoom

_NAME_WIDTH = 24


def make_with_counterparts(
    make: Callable[[ExportOrder], ExportReport], keep: Callable[[ExportOrder], None], order: ExportOrder
) -> ExportReport:
    """Make the package; on a terminal ask for the other side first where nobody was named, and keep the answer.

    Raises CounterpartUnknown without a terminal, and whatever `make` raises.
    """
    try:
        return make(order)
    except errors.CounterpartUnknown as error:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        answered = _with_answers(order, error.rooms)
        keep(answered)
        return make(answered)


def _with_answers(order: ExportOrder, rooms: Sequence[UndecidedRoom]) -> ExportOrder:
    """The order with an answer for each room; who was named in one room is not asked for again in another."""
    named, thirds = set(order.counterparts), set(order.thirds)
    for room in rooms:
        accounts = {one.account_id for one in room.candidates}
        if accounts & named or accounts <= thirds:
            continue
        chosen = _ask_room(room)
        named |= chosen
        thirds |= accounts - chosen
    return dataclasses.replace(order, counterparts=frozenset(named), thirds=frozenset(thirds - named))


def _ask_room(room: UndecidedRoom) -> set[int]:
    """The accounts that the user names in one room; none, if the other side is not among them."""
    echo(
        _("Who is the client in “{room}”? Everybody else's name is hidden.").format(room=shorten(room.name, 40)),
        err=True,
    )
    for number, candidate in enumerate(room.candidates, 1):
        echo(f"  {number:>3} {_candidate_line(candidate)}", err=True)
    echo(f"  {0:>3} " + _("none of them"), err=True)
    numbers = ask(_("Number (several: 1 2):"), lambda answer: _read_numbers(answer, len(room.candidates)))
    return {int(room.candidates[number - 1].account_id) for number in numbers}


def _candidate_line(candidate: CounterpartCandidate) -> str:
    count = ngettext("{n} message", "{n} messages", candidate.messages).format(n=candidate.messages)
    days = ""
    if candidate.first_sent is not None and candidate.last_sent is not None:
        days = f"{iso_date(candidate.first_sent)} – {iso_date(candidate.last_sent)}"
    name = pad(shorten(candidate.name, _NAME_WIDTH), _NAME_WIDTH)
    known = _("(the client until now)") if candidate.is_known else ""
    return f"{name} {candidate.account_id:<10} {count}  {days} {known}".rstrip()


def _read_numbers(answer: str, count: int) -> tuple[int, ...]:
    """The numbers of an answer; () for 0. Raises InvalidAnswer."""
    words = answer.replace(",", " ").replace("、", " ").split()
    if words == ["0"]:
        return ()
    if words and all(word.isdecimal() and len(word) < 7 and 1 <= int(word) <= count for word in words):
        return tuple(dict.fromkeys(map(int, words)))
    raise InvalidAnswer(_("Please give numbers from 1 to {n}, or 0 for none of them.").format(n=count))
