"""How many messages a room gets, from Chatwork's counter at each reading; remembered, computed anew where read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.store.archive import Reading, Writing
from archiver.store.queries import entries, last_looks
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import KnownRates

HALF_WINDOW = 50
"""Between two visits fewer new messages than this should be expected."""

SHORTEST_INTERVAL = timedelta(minutes=1)
LONGEST_INTERVAL = timedelta(days=1)
HOUR = timedelta(hours=1)

CounterReading = tuple[datetime, int]
"""The time at which a room's message counter was read, and its value."""


def messages_per_minute(readings: Sequence[CounterReading]) -> float:
    """Messages per minute in the busiest hour of these readings (oldest first); 0 if they show none.

    Between two readings the messages are assumed to have come evenly. A counter or a clock that went back is ignored;
    a room read for less than an hour counts as if all its messages so far came in one hour.
    """
    points = _growth_points(readings)
    ends = [at for at, _ in points] + [at + HOUR for at, _ in points]
    counts = (_count_until(points, end) - _count_until(points, end - HOUR) for end in ends)
    return max(counts, default=0.0) / 60


def visit_interval(rate: float, *, every: timedelta) -> timedelta:
    """The longest time between two visits in which fewer than 50 messages are expected, at `rate` a minute.

    Never below a minute unless `every` (the setting) is shorter, and never above `every`.
    """
    floor = min(SHORTEST_INTERVAL, every)
    if rate <= 0:
        return every
    minutes = min((HALF_WINDOW - 1) / rate, LONGEST_INTERVAL / timedelta(minutes=1))
    return max(floor, min(every, timedelta(minutes=minutes)))


def could_overrun(rate: float, *, every: timedelta) -> bool:
    """Whether visits `every` so often may find more new messages than a list shows."""
    return rate * (every / timedelta(minutes=1)) >= HALF_WINDOW


def _growth_points(readings: Sequence[CounterReading]) -> list[tuple[datetime, float]]:
    """Ascending times, each with the number of messages that had come since the first."""
    points: list[tuple[datetime, float]] = []
    last = 0
    for at, number in readings:
        if not points:
            points.append((at, 0.0))
        elif at > points[-1][0]:
            points.append((at, points[-1][1] + max(0, number - last)))
        elif number > last:  # the clock stood or went back: what came belongs to the same moment
            points[-1] = (points[-1][0], points[-1][1] + number - last)
        last = number
    return points


def _count_until(points: Sequence[tuple[datetime, float]], at: datetime) -> float:
    """How many messages had come at a time, interpolated between the points."""
    index = bisect_right(points, at, key=_point_time)
    if index == 0:
        return 0.0
    before = points[index - 1]
    if index == len(points):
        return before[1]
    after = points[index]
    return before[1] + (after[1] - before[1]) * ((at - before[0]) / (after[0] - before[0]))


def _point_time(point: tuple[datetime, float]) -> datetime:
    return point[0]


RECENT = timedelta(days=7)
"""How far back a busy hour of a chat counts."""


class Paces(NamedTuple):
    """The message rates of the chats that are read."""

    upto: int
    """The number of the last entry that they take into account."""
    rates: dict[int, float]
    """Messages a minute in the busiest hour, by room."""
    is_fresh: bool
    """Whether any was computed anew, so that they have to be remembered."""


def current_paces(reading: Reading, rooms: Iterable[int], *, now: datetime) -> Paces:
    """The rates of these rooms, computed anew where needed."""
    remembered = remembered_values.MESSAGE_RATES.recall(reading)
    upto, known = remembered.upto, dict(remembered.rates)
    changed = set(last_looks.rooms_read_since(reading, upto)) if known else set()
    stale = [room for room in rooms if room in changed or room not in known]
    if not stale:
        return Paces(upto, {room: known[room] for room in rooms}, is_fresh=False)
    since = now - RECENT
    computed = {room: messages_per_minute(last_looks.counter_readings(reading, room, since=since)) for room in stale}
    return Paces(entries.last_seq(reading), {room: (known | computed)[room] for room in rooms}, is_fresh=True)


def remember_paces(writing: Writing, paces: Paces) -> None:
    """Keep the rates for the next round."""
    remembered_values.MESSAGE_RATES.remember(writing, KnownRates(paces.upto, paces.rates))
