"""Deadlines and blank facts of contracts, in lines for `status` and `job show`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver import contract_dates
from archiver.claims.turn import days_waiting, turn
from archiver.cli.contracts.contract_names import contract_names
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.contract_dates import DueDate
from archiver.platforms.job_platform import platform_of
from archiver.records import JST
from archiver.report_language import in_program_language
from archiver.wording import typed

if TYPE_CHECKING:
    from archiver.records import Contract
    from archiver.store.archive import Reading
    from archiver.store.queries.contract_activity import ContractActivity

WIDTH = 80
_MARGIN = 13
_HOURS_TOLD = 48
"""Hours below which the distance of a deadline of hours is told in hours."""
_LIMIT = 4
"""How many deadlines and how many blank facts `status` names for one contract."""


def status_lines(reading: Reading, contracts: tuple[Contract, ...], *, now: datetime) -> list[str]:
    """Lines about blank facts and near deadlines of every contract that is still read."""
    blank, near = blank_and_near_sentences(reading, contracts, now=now)
    return [*_labelled_lines(_("Not entered"), blank), *_labelled_lines(_("Deadline"), near)]


def blank_and_near_sentences(
    reading: Reading, contracts: tuple[Contract, ...], *, now: datetime
) -> tuple[list[str], list[str]]:
    """Sentences about the same: blank facts, and near deadlines."""
    from archiver.store.queries.contract_activity import activity_without_counts
    from archiver.store.queries.contracts import is_read

    blank: list[str] = []
    near: list[str] = []
    names = contract_names(contracts)
    for contract in contracts:
        if is_read(contract, now):
            name = names[contract.id]
            blank += _blank_lines(contract, name)
            dues = due_dates(activity_without_counts(reading, contract), now=now)
            near += [f"{name} {due_line(due)}" for due in dues[:_LIMIT]]
    return blank, near


def due_dates(activity: ContractActivity, *, now: datetime) -> list[DueDate]:
    """The deadlines that are worth a line; none for a contract that is closed or stopped."""
    if activity.contract.state != "open":
        return []
    waiting, platform = turn(activity.facts), platform_of(activity.contract.platform)
    asked = waiting.value.asked if (days_waiting(waiting, now) or 0) >= platform.reply_days else None
    deadlines = contract_dates.deadlines(
        activity.contract,
        platform,
        activity.deliveries,
        now=now,
        unanswered=asked.post.at if asked else None,
        last_seen=activity.last_seen,
    )
    return contract_dates.dues_worth_showing(deadlines)


def due_line(due: DueDate) -> str:
    """A deadline's name, day and distance, with a hint to check it if its source is weak."""
    when, distance = f"{due.day:%m-%d}", _distance_words(due.days_left)
    if due.ends_at is not None:
        when = _("{time} (Japan time)").format(time=f"{due.ends_at.astimezone(JST):%m-%d %H:%M}")
        distance = _hour_words(due.left)
    elif due.deadline.hours:
        distance = _("{distance}, at a time not entered").format(distance=distance)
    unclear = [_("counted from the last delivery, as the days do not tell which one was billed")]
    notes = [*(unclear if due.is_delivery_unclear else []), *([_("please check")] if due.deadline.weak else [])]
    return "  ".join([in_program_language(due.deadline.name), when, distance, *notes])


def days_ago(at: datetime, now: datetime) -> str:
    """How many days in Japan ago something was."""
    days = -contract_dates.days_since(now, at)
    return ngettext("{n} day ago", "{n} days ago", days).format(n=days) if days > 0 else _("today")


def _distance_words(days: int) -> str:
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in {n} day", "in {n} days", days).format(n=days)
    return ngettext("passed {n} day ago", "passed {n} days ago", -days).format(n=-days)


def _hour_words(left: timedelta) -> str:
    """How long until the end of a deadline of hours; hours within two days, never a day of 0."""
    hours = abs(left) // timedelta(hours=1)
    if hours >= _HOURS_TOLD:
        return _distance_words(hours // 24 if left > timedelta() else -(hours // 24))
    if left > timedelta():
        return ngettext("in {n} hour", "in {n} hours", hours).format(n=hours) if hours else _("in less than an hour")
    if not hours:
        return _("passed within the last hour")
    return ngettext("passed {n} hour ago", "passed {n} hours ago", hours).format(n=hours)


def _blank_lines(contract: Contract, name: str) -> Iterator[str]:
    lacking = blank_labels(contract)
    if lacking:
        more = len(lacking) - _LIMIT
        facts = _(", ").join(lacking[:_LIMIT]) + (_(" and {n} more").format(n=more) if more > 0 else "")
        first, command = f"{name} {facts}", typed(f"archive job set {visible(contract.label)}")
        is_short = columns(f"{first}   {command}") <= WIDTH - _MARGIN
        yield from ((f"{first}   {command}",) if is_short else (first, command))  # a command is never broken


def blank_labels(contract: Contract) -> list[str]:
    """Labels of the blank facts that a reader will look for."""
    return [_(fact.label) for fact in contract_dates.unstated_facts(contract, platform_of(contract.platform))]


def _labelled_lines(label: str, lines: list[str]) -> Iterator[str]:
    margin = max(_MARGIN, columns(label) + 1)
    for number, line in enumerate(lines):
        for row, piece in enumerate(wrap(line, WIDTH - margin)):
            yield pad(label if not number and not row else "", margin) + piece
