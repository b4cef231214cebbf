"""The calendar of a chat: a month with the number of messages and the coverage of each day."""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from gettext import gettext as _
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request

from archiver.records import JST, Gap, Pause, Period, begin_of_day
from archiver.records.conversation import posted_at
from archiver.render import times
from archiver.render.gap_breaks import narrow_gap
from archiver.store.archive import Reading
from archiver.store.queries.entries import covered_periods
from archiver.store.queries.looks_and_gaps import gaps
from archiver.store.queries.viewing import calendar
from archiver.store.queries.viewing.calendar import pauses_touching
from archiver.web.context import chat, view_context
from archiver.wording import N_

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class DayCoverage(StrEnum):
    """How much of a day was covered by readings."""

    WHOLLY = "wholly"
    PARTLY = "partly"
    GAP = "gap"
    PAUSE = "pause"
    """All messages were saved, but for a time nobody looked: texts before edits in that time are unknown."""
    BEFORE = "before"
    """The record begins later; messages of the day came in other ways."""
    NOT_YET = "not_yet"
    """The day is after the last reading."""


class RoomReadings(NamedTuple):
    """The readings of a chat: covered periods, open gaps and pauses."""

    covered: Sequence[Period]
    gaps: Sequence[Gap]
    pauses: Sequence[Pause]


def day_coverage(day: date, readings: RoomReadings) -> DayCoverage:
    """The coverage of a day in Japan."""
    begin, end = begin_of_day(day), begin_of_day(day + timedelta(days=1))
    if not readings.covered or end <= min(one.start for one in readings.covered):
        return DayCoverage.BEFORE
    if any(_touches(gap, begin, end) for gap in readings.gaps if gap.after is not None and not gap.is_erased):
        return DayCoverage.GAP
    if begin >= max(one.end for one in readings.covered):
        return DayCoverage.NOT_YET
    if not any(one.start <= begin and end <= one.end for one in readings.covered):
        return DayCoverage.PARTLY
    return DayCoverage.PAUSE if unwatched_time(day, readings) else DayCoverage.WHOLLY


def unwatched_time(day: date, readings: RoomReadings) -> timedelta:
    """How long nobody looked at the chat on a day."""
    begin, end = begin_of_day(day), begin_of_day(day + timedelta(days=1))
    parts = (min(one.end, end) - max(one.start, begin) for one in readings.pauses)
    return sum((part for part in parts if part > timedelta()), timedelta())


def _touches(gap: Gap, begin: datetime, end: datetime) -> bool:
    """Whether a gap may hide messages of this period; an end of unknown time reaches as far as possible."""
    start = gap.start or posted_at(int(gap.after or 0)) or _LONG_AGO
    until = gap.end or posted_at(int(gap.before)) or end
    return start < end and until > begin


pages = Blueprint("calendar", __name__)

FIRST, LAST = date(2011, 3, 1), date(9990, 12, 1)
"""The first and the last month that can be shown; Chatwork began in the first."""

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")

COVERAGES: Mapping[DayCoverage, tuple[str, str, str]] = {
    DayCoverage.WHOLLY: ("○", N_("fully seen"), N_("every message that Chatwork listed was saved")),
    DayCoverage.PARTLY: ("△", N_("partly seen"), N_("saving began or last ran on this day")),
    DayCoverage.GAP: (
        "!",
        N_("has a gap"),
        N_(
            "messages may be missing: more came between two readings than a list shows, or the chat could not be opened"
        ),
    ),
    DayCoverage.PAUSE: (
        "~",
        N_("not watched for a time"),
        N_("all messages were saved later, but not the first text of what was both posted and changed meanwhile"),
    ),
    DayCoverage.BEFORE: (
        "-",
        N_("before saving began"),
        N_("the archive did not exist yet; what is kept was listed or found later"),
    ),
    DayCoverage.NOT_YET: ("?", N_("not seen so far"), N_("no reading has reached this day")),
}
"""A mark, so that a month can be grasped at a glance, the words, and what they mean."""


@pages.get("/room/<int:room>/calendar")
def room(room: int) -> str:
    """The requested month, else that of the last message."""
    today = view_context().now().astimezone(JST).date()
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        ends = calendar.first_and_last_time(reading, room)
        first, last = (at.astimezone(JST).date() for at in ends) if ends else (today, today)
        month = month_of(request.args.get("month", "")) or last.replace(day=1)
        weeks = _weeks(reading, room, month, today)
        months = _months(reading, room, month.year)
    span = (min(first, today).replace(day=1), max(last, today).replace(day=1))
    return render_template(
        "calendar.html",
        chat=room_chat,
        title=times.month_text(_month_text(month)),
        month=_month_text(month),
        weeks=weeks,
        months=months,
        ways=_ways(month, span),
        coverages=COVERAGES,
    )


def month_of(text: str) -> date | None:
    """The first day of `2026-11`; None for what is no month in which Chatwork can have been used."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) == 0:
        return None
    month = date(int(match[1]), int(match[2]), 1)
    return month if FIRST <= month <= LAST else None


def _weeks(reading: Reading, room: int, month: date, today: date) -> list[list[dict[str, Any]]]:
    weeks = Calendar(firstweekday=0).monthdatescalendar(month.year, month.month)
    first, end = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    counts = calendar.day_counts(reading, room, first, end)
    covered = covered_periods(reading, room)
    readings = RoomReadings(
        covered,
        [narrow_gap(gap, covered) for gap in gaps(reading, room)],
        pauses_touching(reading, room, begin_of_day(first), begin_of_day(end)),
    )

    def cell(day: date) -> dict[str, Any]:
        """A day; without coverage it is in the future. `hours`: how many nobody looked at the chat."""
        coverage = None if day > today else day_coverage(day, readings)
        hours = unwatched_time(day, readings).total_seconds() / 3600 if coverage is DayCoverage.PAUSE else 0
        row = {"day": day, "inside": day.month == month.month, "today": day == today, "count": counts.get(day, 0)}
        return row | {"coverage": coverage, "hours": hours}

    return [[cell(day) for day in week] for week in weeks]


def _months(reading: Reading, room: int, year: int) -> list[tuple[str, str, int]]:
    """Word, address and number of messages of the twelve months of a year."""
    firsts = [date(year, number, 1) for number in range(1, 13)]
    counts = calendar.span_counts(reading, room, [(first, _next_month(first)) for first in firsts])
    there = [*map(_month_text, firsts)]
    return list(zip(map(times.month_text, there), there, counts, strict=True))


def _ways(month: date, span: tuple[date, date]) -> list[tuple[str, str]]:
    """Word and month of the links to the first, the neighbouring and the last months, and to the years on both sides.

    The month is empty where nothing is there.
    """
    before, after = (month.replace(year=month.year + years) for years in (-1, 1))
    ways = (
        (_("First month"), span[0], month != span[0]),
        (_("Month before"), (month - timedelta(days=1)).replace(day=1), month > span[0]),
        (_("Month after"), _next_month(month), month < span[1]),
        (_("Latest month"), span[1], month != span[1]),
        (f"{before.year}", max(before, span[0]), span[0].year <= before.year),
        (f"{after.year}", min(after, span[1]), after.year <= span[1].year),
    )
    return [(word, _month_text(there) if is_there else "") for word, there, is_there in ways]


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _month_text(month: date) -> str:
    return month.isoformat()[:7]
