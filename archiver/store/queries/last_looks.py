"""When each room was last looked at, which rooms the last runs could not read, and every look of a room.

A room was looked at when its own list of messages was read: that the list of rooms shows no movement says nothing of
edits and deletions. The usual interval is that of its latest
looks: a time without a look is a pause from three of them on, within fixed bounds, so that a computer that was off for
twenty minutes is told where it looks every five, and an archive that is read once an hour does not consist of pauses.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from archiver.records import Pause, Watch, pauses_between_looks
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.time_text import from_text
from archiver.store.working import last_lists, remembered_values

_COVERED = select(schema.coverage.c.room_id, func.max(schema.coverage.c.end)).group_by(schema.coverage.c.room_id)


@dataclass(frozen=True, slots=True)
class LastLooks:
    """When each of some rooms was last looked at; rooms that cannot be opened are left out."""

    at: Mapping[int, datetime | None]
    """When each room was last looked at; None if never."""
    behind: frozenset[int] = frozenset()
    """Rooms whose messages the last run should have read and did not."""
    failing: Mapping[int, datetime] = field(default_factory=dict)
    """Rooms that could not be read, and since when."""
    listed: datetime | None = None
    """When the list of rooms was last received, whatever could be read after it."""

    @property
    def newest(self) -> datetime | None:
        """When any room was last looked at."""
        return max((at for at in self.at.values() if at is not None), default=None)

    def older(self, than: datetime) -> list[int]:
        """Rooms not looked at since that time, or failing since before it; the longest wait first."""
        since = {room: at or self.failing.get(room) for room, at in self.at.items()}
        return [room for _at, room in sorted((at, room) for room, at in since.items() if at is not None and at < than)]

    def since(self, room: int) -> datetime | None:
        """When a room was last looked at; if never, since when it fails."""
        return self.at[room] or self.failing.get(room)


def room_looks(reading: Reading, rooms: Collection[int]) -> LastLooks:
    """The last looks at these rooms; rooms that cannot be opened any more are left out."""
    shut = current_state.inaccessible_rooms(reading)
    open_rooms = [int(room) for room in rooms if room not in shut]
    last_list, failed = remembered_values.LAST_ROOM_LIST.recall(reading), remembered_values.FAILED_ROOMS.recall(reading)
    covered = {room: from_text(end) for room, end in reading.sql.execute(_COVERED)}
    running = {room: looks.last for room, looks in last_lists.running_looks(reading).items()}
    covered |= {room: max(at, covered.get(room, at)) for room, at in running.items()}
    return LastLooks(
        {room: covered.get(room) for room in open_rooms},
        frozenset(room for room in open_rooms if last_list and room not in last_list.rooms),
        {room: failed[room].since for room in open_rooms if room in failed},
        last_list.at if last_list else None,
    )


def last_list_time(reading: Reading, room: int) -> datetime | None:
    """When the list of a room's messages was last read, as far as entries tell.

    Times never decrease along the entries, so the last row has the latest.
    """
    table = schema.window.c
    query = select(table.observed_at).where(table.room_id == room).order_by(table.seq.desc()).limit(1)
    at = reading.sql.execute(query).scalar()
    return None if at is None else from_text(at)


# --- every look of a room ------------------------------------------------------------------------

USUAL_INTERVALS = 3
"""A pause is longer than so many usual intervals …"""

SHORTEST_PAUSE, LONGEST_INTERVAL = timedelta(minutes=15), timedelta(minutes=90)
"""… but than no less than the one, and than no more than the other, however rarely the room is looked at."""

LATEST_ROWS = 200
"""So many of the latest records of looks show what is usual."""

Span = tuple[datetime, datetime]

LookRow = Sequence[str | None]
"""`observed_at`, `first` and `looks` of a row of the table `window`."""


def watch(reading: Reading, room: int, *, upto: int) -> Watch:
    """When a room was looked at, as of entry `upto`."""
    table = schema.window.c
    found = reading.sql.execute(
        select(table.observed_at, table.first, table.looks)
        .where(table.room_id == room, table.seq <= upto)
        .order_by(table.seq)
    )
    rows: list[LookRow] = [tuple(row) for row in found]
    if not rows:
        return Watch()
    usual = usual_interval(rows[-LATEST_ROWS:])
    limit = pause_limit(usual)
    spans = list(look_spans(rows, limit))
    last = max(ended for _begun, ended in spans)
    seconds = (found for found, _times in _intervals(rows))
    longest = max((span for each in seconds if (span := timedelta(seconds=each)) <= limit), default=timedelta())
    pauses = tuple(pauses_in(spans, limit))
    return Watch(spans[0][0], last, sum(map(_count_looks, rows)), pauses, usual, limit, longest)


def usual_interval(rows: Sequence[LookRow]) -> timedelta | None:
    """The interval that half of these looks keep (the lower median); None for less than two looks."""
    weighted = sorted(_intervals(rows))
    half, seen = (sum(times for _seconds, times in weighted) + 1) // 2, 0
    for seconds, times in weighted:
        seen += times
        if seen >= half:
            return timedelta(seconds=seconds)
    return None


def pause_limit(usual: timedelta | None) -> timedelta:
    """The longest time without a look that is no pause, where looks usually are so far apart."""
    return min(max(USUAL_INTERVALS * (usual or SHORTEST_PAUSE), SHORTEST_PAUSE), LONGEST_INTERVAL)


def look_spans(rows: Iterable[LookRow], limit: timedelta) -> Iterator[Span]:
    """The times of looks; looks at a list that stayed the same are one span, which every pause between them ends."""
    for at, first, coded in rows:
        assert at is not None
        if first is None or coded is None:
            yield from_text(at), from_text(at)
            continue
        begun, last = from_text(first), from_text(at)
        for pause_begun, pause_ended in pauses_between_looks(begun, json.loads(coded), limit):
            yield begun, pause_begun
            begun = pause_ended
        yield begun, last


def pauses_in(spans: Iterable[Span], limit: timedelta) -> Iterator[Pause]:
    """The pauses longer than a limit between these spans, oldest first."""
    last: datetime | None = None
    for begun, ended in sorted(spans):
        if last is not None and begun - last > limit:
            yield Pause(last, begun)
        last = ended if last is None else max(last, ended)


def _intervals(rows: Iterable[LookRow]) -> Iterator[tuple[float, int]]:
    """Seconds from each look to the next, and how many times in a row."""
    before: datetime | None = None
    for at, first, coded in rows:
        assert at is not None
        if before is not None:
            yield max(0.0, (from_text(first or at) - before).total_seconds()), 1
        yield from ((seconds, times) for seconds, times in json.loads(coded or "[]"))
        before = from_text(at)


def _count_looks(row: LookRow) -> int:
    intervals: list[list[int]] = json.loads(row[2] or "[]")
    return 1 + sum(times for _seconds, times in intervals)
