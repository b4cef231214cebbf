"""Deadlines and blank facts of contracts, in lines for `status` and `job show`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext

from archiver import contract_dates
from archiver.claims.messages import days_waiting, turn
from archiver.contract_dates import DueDate
from archiver.platforms.job_platform import platform_of
from archiver.records import JST, Contract
from archiver.render.screen_text import shorten, visible
from archiver.render.times import short_day
from archiver.report_language import in_program_language
from archiver.store.archive import Reading
from archiver.store.queries.contract_activity import ContractActivity, activity_without_counts
from archiver.store.queries.contracts import is_read

_HOURS_TOLD = 48
"""Hours below which the distance of a deadline of hours is told in hours."""


def near_lines(reading: Reading, contracts: tuple[Contract, ...], *, now: datetime) -> list[str]:
    """The near deadlines of every contract that is still read, the earliest first."""
    names, found = contract_names(contracts), []
    for contract in contracts:
        if is_read(contract, now):
            found += [(one, contract.id) for one in due_dates(activity_without_counts(reading, contract), now=now)]
    sentence = _("{day}  {job}: {deadline}  {distance}")
    return [
        sentence.format(
            day=short_day(one.day, now),
            job=names[contract],
            deadline=in_program_language(one.deadline.name),
            distance=_distance(one)[1],
        )
        for one, contract in sorted(found, key=lambda pair: pair[0].day)
    ]


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
    when, distance = _distance(due)
    unclear = [_("counted from the last delivery, as the days do not tell which one was billed")]
    notes = [*(unclear if due.is_delivery_unclear else []), *([_("please check")] if due.deadline.weak else [])]
    return "  ".join([in_program_language(due.deadline.name), when, distance, *notes])


def _distance(due: DueDate) -> tuple[str, str]:
    """The day or time, and how far away it is."""
    if due.ends_at is not None:
        time = _("{time} (Japan time)").format(time=f"{due.ends_at.astimezone(JST):%m-%d %H:%M}")
        return time, _hour_words(due.left)
    distance = _distance_words(due.days_left)
    if due.deadline.hours:
        distance = _("{distance}, at a time not entered").format(distance=distance)
    return f"{due.day:%m-%d}", distance


def days_ago(at: datetime, now: datetime) -> str:
    """How many days in Japan ago something was."""
    days = -contract_dates.days_since(now, at)
    return ngettext("{n} day ago", "{n} days ago", days).format(n=days) if days > 0 else _("today")


def _distance_words(days: int) -> str:
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in {n} day", "in {n} days", days).format(n=days)
    return ngettext("{n} day ago", "{n} days ago", -days).format(n=-days)


def _hour_words(left: timedelta) -> str:
    """How long until the end of a deadline of hours; hours within two days, never a day of 0."""
    hours = abs(left) // timedelta(hours=1)
    if hours >= _HOURS_TOLD:
        return _distance_words(hours // 24 if left > timedelta() else -(hours // 24))
    if left > timedelta():
        return ngettext("in {n} hour", "in {n} hours", hours).format(n=hours) if hours else _("in less than an hour")
    if not hours:
        return _("less than an hour ago")
    return ngettext("{n} hour ago", "{n} hours ago", hours).format(n=hours)


def blank_labels(contract: Contract) -> list[str]:
    """Labels of the blank facts that a reader will look for."""
    return [_(fact.label) for fact in contract_dates.unstated_facts(contract, platform_of(contract.platform))]


_TITLE_WIDTH = 32
"""Columns of a title within a sentence."""


def contract_names(contracts: Iterable[Contract]) -> dict[str, str]:
    """The name of each contract by its id: its title in quotation marks; its number where no title is its own."""
    every = list(contracts)
    titles = Counter(contract.title for contract in every)
    return {
        contract.id: _("“{title}”").format(title=shorten(contract.title, _TITLE_WIDTH))
        if contract.title and titles[contract.title] == 1
        else visible(contract.label)
        for contract in every
    }
