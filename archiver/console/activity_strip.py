"""The picture of a contract: messages a day, with what was saved below them, as values for an SVG and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from gettext import gettext as _

from archiver.records import JST, RoomId
from archiver.store.archive import Reading
from archiver.store.queries.gaps import gaps
from archiver.store.queries.package_entries import covered_periods
from archiver.store.queries.viewing.calendar import day_counts
from archiver.store.queries.viewing.pauses import pauses_touching
from archiver.web.day_coverage import DayCoverage, RoomReadings, day_bounds, day_coverage

DAYS = 60
HEIGHT = 40
"""Units of the drawing for the busiest day."""

_WORST_FIRST = (
    DayCoverage.GAP,
    DayCoverage.PARTLY,
    DayCoverage.PAUSE,
    DayCoverage.WHOLLY,
    DayCoverage.BEFORE,
    DayCoverage.NOT_YET,
)


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the picture."""

    day: date
    messages: int
    height: int
    coverage: str
    words: str


@dataclass(frozen=True, slots=True)
class ActivityStrip:
    """The last days of a contract."""

    title: str
    days: tuple[StripDay, ...]


def activity_strip(reading: Reading, rooms: Sequence[RoomId], *, now: datetime) -> ActivityStrip | None:
    """The last days of these chats together; the worst coverage of a day counts. None without a chat."""
    if not rooms:
        return None
    end = now.astimezone(JST).date() + timedelta(days=1)
    first = end - timedelta(days=DAYS)
    counts = [day_counts(reading, room, first, end) for room in rooms]
    readings = [_room_readings(reading, room, first, end) for room in rooms]
    days = [first + timedelta(days=number) for number in range(DAYS)]
    totals = {day: sum(one.get(day, 0) for one in counts) for day in days}
    busiest = max(totals.values()) or 1
    words = _coverage_words()
    strip = tuple(_strip_day(day, totals[day], busiest, readings, words) for day in days)
    title = _("Messages a day in the last {days} days: {n} in all, {most} on the busiest day")
    return ActivityStrip(title.format(days=DAYS, n=sum(totals.values()), most=max(totals.values())), strip)


def _room_readings(reading: Reading, room: RoomId, first: date, end: date) -> RoomReadings:
    pauses = pauses_touching(reading, room, day_bounds(first)[0], day_bounds(end)[0])
    return RoomReadings(covered_periods(reading, room), gaps(reading, room), pauses)


def _strip_day(
    day: date, messages: int, busiest: int, readings: Sequence[RoomReadings], words: Mapping[DayCoverage, str]
) -> StripDay:
    coverage = min((day_coverage(day, one) for one in readings), key=_WORST_FIRST.index)
    height = max(2, messages * HEIGHT // busiest) if messages else 0
    return StripDay(day, messages, height, coverage.value, words[coverage])


def _coverage_words() -> dict[DayCoverage, str]:
    return {
        DayCoverage.WHOLLY: _("saved"),
        DayCoverage.PARTLY: _("partly saved"),
        DayCoverage.GAP: _("gap"),
        DayCoverage.PAUSE: _("saved; nobody looked for a time"),
        DayCoverage.BEFORE: _("before the record"),
        DayCoverage.NOT_YET: _("not yet read"),
    }
