"""How much of a day in a chat was seen: judged from what the lists covered, the gaps and the times nobody looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from archiver.message_ids import posted_at
from archiver.records import JST, Gap, Pause, Period

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class DayCoverage(StrEnum):
    """How much of a day was seen."""

    WHOLLY = "wholly"
    PARTLY = "partly"
    GAP = "gap"
    PAUSE = "pause"
    """All its messages were had, but for a time nobody looked: texts changed in it are not known."""
    BEFORE = "before"
    """The record begins later; what is held of it came in other ways."""
    NOT_YET = "not_yet"
    """After the last reading."""


@dataclass(frozen=True, slots=True)
class RoomReadings:
    """What is known of the readings of a chat; `gaps` are the open ones."""

    covered: Sequence[Period]
    gaps: Sequence[Gap]
    pauses: Sequence[Pause]


def day_coverage(day: date, known: RoomReadings) -> DayCoverage:
    """How much of a day in Japan was seen."""
    begin, end = day_bounds(day)
    if not known.covered or end <= min(one.start for one in known.covered):
        return DayCoverage.BEFORE
    if any(_touches(gap, begin, end) for gap in known.gaps if gap.after is not None):
        return DayCoverage.GAP
    if begin >= max(one.end for one in known.covered):
        return DayCoverage.NOT_YET
    if not any(one.start <= begin and end <= one.end for one in known.covered):
        return DayCoverage.PARTLY
    return DayCoverage.PAUSE if unwatched_time(day, known) else DayCoverage.WHOLLY


def unwatched_time(day: date, known: RoomReadings) -> timedelta:
    """How long nobody looked on a day."""
    begin, end = day_bounds(day)
    parts = (min(one.end, end) - max(one.start, begin) for one in known.pauses)
    return sum((part for part in parts if part > timedelta()), timedelta())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """When a day begins in Japan, and when it ends."""
    begin = datetime.combine(day, time(), JST)
    return begin, begin + timedelta(days=1)


def _touches(gap: Gap, begin: datetime, end: datetime) -> bool:
    """Whether a gap may hide messages of this time; an end of it that tells no time reaches as far as it can."""
    start = gap.start or posted_at(int(gap.after or 0)) or _LONG_AGO
    until = gap.end or posted_at(int(gap.before)) or end
    return start < end and until > begin
