"""How much of a day in a chat was saved, by the covered periods, the gaps and the pauses. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from archiver.message_ids import posted_at
from archiver.records import JST, Gap, Pause, Period

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
