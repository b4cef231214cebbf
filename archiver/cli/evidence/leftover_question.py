"""Asks on a terminal what may stay of what looks like a person and is not covered, and remembers the answers."""

from __future__ import annotations

import dataclasses
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
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
        answers = ask_about(error.leftovers)
    from archiver.setup.leftover_answers import remember_answers

    remember_answers(archive, order.contract, answers)
    return make(dataclasses.replace(order, leftover_answers={**order.leftover_answers, **answers}))


def tell_leftovers(leftovers: Sequence[Leftover], *, err: bool) -> None:
    """Print each leftover with its sentence."""
    for leftover in leftovers:
        echo(f"  {_leftover_line(leftover)}", err=err)


def ask_about(leftovers: Sequence[Leftover]) -> dict[str, bool]:
    """Piece → whether it is hidden. Forms of one name are one question."""
    from archiver.setup.leftover_groups import grouped_leftovers

    groups = grouped_leftovers(leftovers)
    count = len(leftovers)
    head = ngettext(
        "{n} piece looks like a name or a way to reach somebody and is not masked:",
        "{n} pieces look like names or ways to reach somebody and are not masked:",
        count,
    )
    echo(head.format(n=count), err=True)
    for number, group in enumerate(groups, 1):
        for index, leftover in enumerate(group):
            echo(f"  {number if index == 0 else '':>3} {_leftover_line(leftover)}", err=True)
    echo(_("Nobody can find every name. Please read the texts before you send them."), err=True)
    stay = ask(
        _("Numbers of those that may stay, with spaces (Enter masks all, 0 leaves all):"),
        lambda answer: _read_numbers(answer, len(groups)),
    )
    return {one.piece: number not in stay for number, group in enumerate(groups, 1) for one in group}


def _read_numbers(answer: str, count: int) -> frozenset[int]:
    """The numbers in an answer such as 「3 7-9」; 0: every one. Raises InvalidAnswer."""
    stay: set[int] = set()
    for part in re.split(r"[\s,、・]+", unicodedata.normalize("NFKC", answer).strip()) if answer.strip() else ():
        match = re.fullmatch(r"([0-9]{1,4})(?:[-~〜]([0-9]{1,4}))?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if not 0 <= first <= last <= count:
            raise InvalidAnswer(_("Please give numbers from 1 to {n} with spaces, or just Enter.").format(n=count))
        stay |= set(range(1, count + 1)) if last == 0 else set(range(first, last + 1))
    return frozenset(stay)


def _leftover_line(leftover: Leftover) -> str:
    places = ngettext("{n} text", "{n} texts", leftover.places).format(n=leftover.places)
    return f"{visible(leftover.piece)} ({places})  {visible(leftover.sentence)}"
