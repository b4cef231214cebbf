"""Deadlines and blank facts of contracts, in lines for `status` and `contract show`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver import contract_dates
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.contract_dates import DueDate
from archiver.platforms.platform import platform_of

if TYPE_CHECKING:
    from archiver.records import Contract
    from archiver.store.archive import Reading
    from archiver.store.queries.contract_activity import ContractActivity

WIDTH = 80
_MARGIN = 13
_MOST = 4
"""Deadlines and blank facts that `status` names for one contract."""


def status_lines(reading: Reading, contracts: tuple[Contract, ...], *, now: datetime) -> list[str]:
    """What is blank and which days are near, for every contract that is still read."""
    blank, near = told(reading, contracts, now=now)
    return [*_labelled(_("Not entered"), blank), *_labelled(_("Deadline"), near)]


def told(reading: Reading, contracts: tuple[Contract, ...], *, now: datetime) -> tuple[list[str], list[str]]:
    """The same as sentences: what is blank, and which days are near."""
    from archiver.store.queries.contract_activity import around
    from archiver.store.queries.contracts import is_read

    blank: list[str] = []
    near: list[str] = []
    for one in contracts:
        if is_read(one, now):
            label = visible(one.label)
            blank += _blank_lines(one, label)
            near += [f"{label} {due_line(due)}" for due in dues(around(reading, one), now=now)[:_MOST]]
    return blank, near


def dues(told: ContractActivity, *, now: datetime) -> list[DueDate]:
    """The deadlines that are worth a line; none for a contract that is closed or stopped."""
    if told.contract.state != "open":
        return []
    found = contract_dates.deadlines(
        told.contract,
        platform_of(told.contract.platform),
        told.deliveries,
        now=now,
        last_reply=told.last_reply.at if told.last_reply else None,
        last_seen=told.last_seen,
    )
    return contract_dates.worth_showing(found)


def due_line(due: DueDate) -> str:
    """Name, day, how far it is, and that a weak source should be checked."""
    words = [due.deadline.name, f"{due.day:%m-%d}", _distance(due.left)]
    return "  ".join([*words, *([_("please check")] if due.deadline.weak else [])])


def _distance(left: int) -> str:
    if left == 0:
        return _("today")
    if left > 0:
        return ngettext("in {n} day", "in {n} days", left).format(n=left)
    return ngettext("{n} day ago", "{n} days ago", -left).format(n=-left)


def _blank_lines(one: Contract, label: str) -> Iterator[str]:
    lacking = blank_words(one)
    if lacking:
        more = len(lacking) - _MOST
        shown = _(", ").join(lacking[:_MOST]) + (_(" and {n} more").format(n=more) if more > 0 else "")
        first, command = f"{label} {shown}", f"archive contract set {label}"
        fits = columns(f"{first}   {command}") <= WIDTH - _MARGIN
        yield from ((f"{first}   {command}",) if fits else (first, command))  # a command is never broken


def blank_words(one: Contract) -> list[str]:
    """The facts that a reader will look for and that are blank."""
    words = labels()
    return [words[name] for name in contract_dates.blanks(one, platform_of(one.platform))]


def labels() -> dict[str, str]:
    """What the facts of a contract are called."""
    return {
        "platform_id": _("Number there"),
        "title": _("Job"),
        "client": _("Client"),
        "url": _("Page"),
        "contracted_on": _("Contract of"),
        "escrowed_at": _("Escrow (仮払い)"),
        "contact_requested_on": _("Outside contact asked for"),
        "contact_approved_on": _("Outside contact approved"),
        "amount": _("Amount"),
    }


def _labelled(label: str, lines: list[str]) -> Iterator[str]:
    margin = max(_MARGIN, columns(label) + 1)
    for number, line in enumerate(lines):
        for row, piece in enumerate(wrap(line, WIDTH - margin)):
            yield pad(label if not number and not row else "", margin) + piece
