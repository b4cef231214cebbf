"""Asks on a terminal about what looks like a person and is not covered, piece by piece, and remembers the answers."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from enum import Enum
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask
from archiver.cli.terminal.text import visible
from archiver.setup.answers import InvalidAnswer

if TYPE_CHECKING:
    from archiver.export.package.make_package import ExportReport
    from archiver.export.package.order import ExportOrder
    from archiver.records import Leftover
    from archiver.store.archive import Archive


class _Answer(Enum):
    HIDE_REST, HIDE, LEAVE, LEAVE_REST = range(1, 5)


def make_with_leftovers(
    make: Callable[[ExportOrder], ExportReport], order: ExportOrder, archive: Archive
) -> ExportReport:
    """Make the package; on a terminal ask about leftovers first.

    Raises LeftoversOpen without a terminal, and whatever `make` raises.
    """
    try:
        return make(order)
    except errors.LeftoversOpen as error:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        answers = _ask_about(error.leftovers)
    from archiver.setup.leftover_answers import remember_answers

    remember_answers(archive, order.contract, answers)
    return make(dataclasses.replace(order, leftover_answers={**order.leftover_answers, **answers}))


def tell_leftovers(leftovers: Sequence[Leftover], *, err: bool) -> None:
    """Print each leftover with its sentence."""
    for leftover in leftovers:
        echo(f"  {_leftover_line(leftover)}", err=err)


def _ask_about(leftovers: Sequence[Leftover]) -> dict[str, bool]:
    """Piece → whether it is hidden."""
    count = len(leftovers)
    head = ngettext(
        "{n} piece looks like a name or a way to reach somebody and is not masked:",
        "{n} pieces look like names or ways to reach somebody and are not masked:",
        count,
    )
    echo(head.format(n=count), err=True)
    tell_leftovers(leftovers, err=True)
    echo(_("Nobody can find every name. Please read the texts before you send them."), err=True)
    answers: dict[str, bool] = {}
    for number, leftover in enumerate(leftovers):
        answer = _ask_piece(leftover, rest=count - number)
        if answer in (_Answer.HIDE_REST, _Answer.LEAVE_REST):
            return answers | {one.piece: answer is _Answer.HIDE_REST for one in leftovers[number:]}
        answers[leftover.piece] = answer is _Answer.HIDE
    return answers


def _ask_piece(leftover: Leftover, *, rest: int) -> _Answer:
    echo(f"\n  {_leftover_line(leftover)}", err=True)
    for answer, words in (
        (_Answer.HIDE_REST, _("mask all that are left ({n})").format(n=rest)),
        (_Answer.HIDE, _("mask this one, everywhere")),
        (_Answer.LEAVE, _("leave this one as it is")),
        (_Answer.LEAVE_REST, _("leave all that are left")),
    ):
        echo(f"  {answer.value:>3} {words}", err=True)
    return ask(_("Number [1]:"), _read_answer)


def _read_answer(answer: str) -> _Answer:
    """The answer; Enter masks all that are left. Raises InvalidAnswer."""
    if answer in ("", "1", "2", "3", "4"):
        return _Answer(int(answer or 1))
    raise InvalidAnswer(_("Please give a number from 1 to 4."))


def _leftover_line(leftover: Leftover) -> str:
    places = ngettext("{n} text", "{n} texts", leftover.places).format(n=leftover.places)
    return f"{visible(leftover.piece)} ({places})  {visible(leftover.sentence)}"
