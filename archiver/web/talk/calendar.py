"""The calendar of a chat: a month with the number of messages and the coverage of each day."""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from gettext import gettext as _
from typing import NamedTuple

from flask import Blueprint, render_template, request

from archiver.records import JST, Gap, Pause, Period
from archiver.records.conversation import posted_at
from archiver.render import times
from archiver.render.gap_breaks import narrow_gap
from archiver.store.archive import Reading
from archiver.store.queries.entries import covered_periods
from archiver.store.queries.last_looks import gaps
from archiver.store.queries.viewing import calendar
from archiver.store.queries.viewing.calendar import pauses_touching
from archiver.web.context import view_context
from archiver.web.talk.room_header import chat

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


@dataclass(frozen=True, slots=True)
class RoomReadings:
    """The readings of a chat: covered periods, open gaps and pauses."""

    covered: Sequence[Period]
    gaps: Sequence[Gap]
    pauses: Sequence[Pause]


def day_coverage(day: date, readings: RoomReadings) -> DayCoverage:
    """The coverage of a day in Japan."""
    begin, end = day_bounds(day)
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
    begin, end = day_bounds(day)
    parts = (min(one.end, end) - max(one.start, begin) for one in readings.pauses)
    return sum((part for part in parts if part > timedelta()), timedelta())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """When a day begins in Japan, and when it ends."""
    begin = datetime.combine(day, time(), JST)
    return begin, begin + timedelta(days=1)


def _touches(gap: Gap, begin: datetime, end: datetime) -> bool:
    """Whether a gap may hide messages of this period; an end of unknown time reaches as far as possible."""
    start = gap.start or posted_at(int(gap.after or 0)) or _LONG_AGO
    until = gap.end or posted_at(int(gap.before)) or end
    return start < end and until > begin


pages = Blueprint("calendar", __name__)

FIRST, LAST = date(2011, 3, 1), date(9990, 12, 1)
"""The first and the last month that can be shown; Chatwork began in the first."""

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")

MARKS: Mapping[DayCoverage, str] = {
    DayCoverage.WHOLLY: "○",
    DayCoverage.PARTLY: "△",
    DayCoverage.GAP: "!",
    DayCoverage.PAUSE: "~",
    DayCoverage.BEFORE: "-",
    DayCoverage.NOT_YET: "?",
}
"""A mark for each coverage beside its words, so that a month can be grasped at a glance."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the calendar."""

    day: date
    inside: bool
    """Whether the day is of the month shown."""
    today: bool
    count: int
    coverage: DayCoverage | None
    """None for a day in the future."""
    hours: float
    """How many hours nobody looked at the chat."""


class CalendarStep(NamedTuple):
    """A link to a month or a year; without a link if `month` is empty."""

    word: str
    month: str
    messages: int = 0


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
        steps=_steps(month, span),
        years=_years(month, span),
        marks=MARKS,
        words=coverage_words(),
        legend=coverage_meanings(),
    )


def month_of(text: str) -> date | None:
    """The first day of `2026-11`; None for what is no month in which Chatwork can have been used."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) == 0:
        return None
    month = date(int(match[1]), int(match[2]), 1)
    return month if FIRST <= month <= LAST else None


def coverage_words() -> Mapping[DayCoverage, str]:
    """The coverage of a day in words."""
    return {
        DayCoverage.WHOLLY: _("fully seen"),
        DayCoverage.PARTLY: _("partly seen"),
        DayCoverage.GAP: _("has a gap"),
        DayCoverage.PAUSE: _("not watched for a time"),
        DayCoverage.BEFORE: _("before the archive"),
        DayCoverage.NOT_YET: _("not seen so far"),
    }


def coverage_meanings() -> Mapping[DayCoverage, str]:
    """The meaning of the words for the coverage of a day."""
    return {
        DayCoverage.WHOLLY: _("every message that Chatwork listed was saved"),
        DayCoverage.PARTLY: _("the record begins or ends on this day"),
        DayCoverage.GAP: _(
            "messages may be missing: more came between two readings than a list shows, or the chat could not be opened"
        ),
        DayCoverage.PAUSE: _(
            "all messages were saved later, but not the first text of what was both posted and changed meanwhile"
        ),
        DayCoverage.BEFORE: _("the archive did not exist yet; what is kept was listed or found later"),
        DayCoverage.NOT_YET: _("no reading has reached this day"),
    }


def _weeks(reading: Reading, room: int, month: date, today: date) -> list[list[CalendarDay]]:
    weeks = Calendar(firstweekday=0).monthdatescalendar(month.year, month.month)
    first, end = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    counts = calendar.day_counts(reading, room, first, end)
    covered = covered_periods(reading, room)
    readings = RoomReadings(
        covered,
        [narrow_gap(gap, covered) for gap in gaps(reading, room)],
        pauses_touching(reading, room, day_bounds(first)[0], day_bounds(end)[0]),
    )

    def cell(day: date) -> CalendarDay:
        coverage = None if day > today else day_coverage(day, readings)
        hours = unwatched_time(day, readings).total_seconds() / 3600 if coverage is DayCoverage.PAUSE else 0
        return CalendarDay(day, day.month == month.month, day == today, counts.get(day, 0), coverage, hours)

    return [[cell(day) for day in week] for week in weeks]


def _months(reading: Reading, room: int, year: int) -> list[CalendarStep]:
    """The links to the twelve months of a year, with the number of messages of each."""
    firsts = [date(year, number, 1) for number in range(1, 13)]
    counts = calendar.span_counts(reading, room, [(first, _next_month(first)) for first in firsts])
    steps = (
        CalendarStep(_("{n} (month)").format(n=first.month), _month_text(first), count)
        for first, count in zip(firsts, counts, strict=True)
    )
    return list(steps)


def _steps(month: date, span: tuple[date, date]) -> list[CalendarStep]:
    """The links to the months before and after, and to the first and the last month."""
    before, after = (month - timedelta(days=1)).replace(day=1), _next_month(month)
    return [
        CalendarStep(_("First month"), _month_text(span[0]) if month != span[0] else ""),
        CalendarStep(_("Month before"), _month_text(before) if month > span[0] else ""),
        CalendarStep(_("Month after"), _month_text(after) if month < span[1] else ""),
        CalendarStep(_("Latest month"), _month_text(span[1]) if month != span[1] else ""),
    ]


def _years(month: date, span: tuple[date, date]) -> list[CalendarStep]:
    """The links to the same month of the years before and after."""
    before, after = month.replace(year=month.year - 1), month.replace(year=month.year + 1)
    return [
        CalendarStep(f"{before.year}", _month_text(max(before, span[0])) if span[0].year <= before.year else ""),
        CalendarStep(f"{after.year}", _month_text(min(after, span[1])) if after.year <= span[1].year else ""),
    ]


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _month_text(month: date) -> str:
    return month.isoformat()[:7]
