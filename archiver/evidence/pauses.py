"""The pauses in which nobody looked at a room: times between two readings of its list that are longer than usual.

The usual interval is that of the latest looks: a time without a look is a pause from three of them on, within fixed
bounds, so that a computer that was off for twenty minutes is told where it looks every five, and an archive that is
read once an hour does not consist of pauses. Pure, and the only place where it is judged. Standard library only and
Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Iterable, Iterator, NamedTuple, Sequence, Tuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.look_coding import LookIntervals

USUAL_INTERVALS = 3
"""A pause is longer than so many usual intervals …"""

SHORTEST_PAUSE, LONGEST_INTERVAL = timedelta(minutes=15), timedelta(minutes=90)
"""… but than no less than the one, and than no more than the other, however rarely the room is looked at (ADR 20)."""

LATEST_LOOKS = 200
"""So many of the latest records of looks show what is usual."""

SECOND = timedelta(seconds=1)

TimeSpan = Tuple[datetime, datetime]  # noqa: UP006


class LookStretch(NamedTuple):
    """The looks that one entry tells of: a list that was read, or looks at it that showed the same."""

    first: datetime
    last: datetime
    intervals: LookIntervals = ()

    def spans(self, limit: timedelta) -> Iterator[TimeSpan]:
        """The times from a look to the last one before a pause."""
        begun = self.first
        for pause_begun, pause_ended in pauses_between_looks(self.first, self.intervals, limit):
            yield begun, pause_begun
            begun = pause_ended
        yield begun, self.last


def pauses_between_looks(first: datetime, intervals: LookIntervals, limit: timedelta) -> Iterator[TimeSpan]:
    """The times between two looks that are longer than a limit, without going through each look."""
    most, after = limit / SECOND, 0
    for seconds, times in intervals:
        if seconds > most:
            begins = (first + (after + index * seconds) * SECOND for index in range(times))
            yield from ((begun, begun + seconds * SECOND) for begun in begins)
        after += times * seconds


def usual_interval(stretches: Iterable[LookStretch]) -> timedelta | None:
    """The interval that half of these looks keep (the lower median); None for less than two looks."""
    counted: Counter[float] = Counter()
    before = None
    for stretch in stretches:
        if before is not None:
            counted[max(0.0, (stretch.first - before) / SECOND)] += 1
        for seconds, times in stretch.intervals:
            counted[seconds] += times
        before = stretch.last
    half, seen = (sum(counted.values()) + 1) // 2, 0
    for interval in sorted(counted):
        seen += counted[interval]
        if seen >= half:
            return interval * SECOND
    return None


def pause_limit(usual: timedelta | None) -> timedelta:
    """The longest time without a look that is no pause, where looks usually are so far apart."""
    return min(max(USUAL_INTERVALS * (usual or SHORTEST_PAUSE), SHORTEST_PAUSE), LONGEST_INTERVAL)


def limit_of(stretches: Sequence[LookStretch]) -> timedelta:
    """That limit by the latest of a room's looks."""
    return pause_limit(usual_interval(stretches[-LATEST_LOOKS:]))


def pauses_in(stretches: Iterable[LookStretch], limit: timedelta) -> Iterator[TimeSpan]:
    """The pauses longer than a limit between and within these stretches, oldest first."""
    return pauses_between_spans((span for stretch in stretches for span in stretch.spans(limit)), limit)


def pauses_between_spans(spans: Iterable[TimeSpan], limit: timedelta) -> Iterator[TimeSpan]:
    """The times longer than a limit between these spans, oldest first."""
    last = None
    for begun, ended in sorted(spans):
        if last is not None and begun - last > limit:
            yield last, begun
        last = ended if last is None else max(last, ended)
