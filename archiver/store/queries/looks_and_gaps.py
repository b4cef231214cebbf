"""When each room was last looked at, every look, the counters, and what is not held: open gaps, truncated lists.

And what the records of runs tell: wrong clocks, replies without a date.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, Row, bindparam, func, select

from archiver.evidence import looks
from archiver.records import Contract, Gap, Pause, Watch, WrongClock
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import SmallStatement
from archiver.store.queries import current_state
from archiver.store.queries.entries import entries_under
from archiver.store.time_text import CLOCK_TOLERANCE, from_text, time_or_none
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
    running = {room: steady.last for room, steady in last_lists.running_looks(reading).items()}
    covered |= {room: max(at, covered.get(room, at)) for room, at in running.items()}
    return LastLooks(
        {room: covered.get(room) for room in open_rooms},
        frozenset(room for room in open_rooms if last_list and room not in last_list.rooms),
        {room: failed[room].since for room in open_rooms if room in failed},
        last_list.at if last_list else None,
    )


def last_read(reading: Reading, contracts: Collection[Contract]) -> datetime | None:
    """When the chats of these jobs were last saved; where none of them opens any more, when one was last listed.

    Jobs that ended count only where no other is asked about.
    """
    shut = current_state.inaccessible_rooms(reading)
    chosen = [one for one in contracts if one.state == "open"] or contracts
    rooms = {int(room.room_id) for one in chosen for room in one.rooms}
    if not rooms or rooms - shut:
        return remembered_values.last_saved_at(reading)
    return max(filter(None, (last_list_time(reading, room) for room in rooms)), default=None)


def last_list_time(reading: Reading, room: int) -> datetime | None:
    """When the list of a room's messages was last read, also where it showed the same and no entry tells it yet.

    Times never decrease along the entries, so the last row has the latest.
    """
    last = last_window(reading, room)
    return time_or_none(current_state.LAST_SAME_LIST.value(reading.sql, room=room) or (last and last.observed_at))


def last_window(reading: Reading, room: int) -> Row[Any] | None:
    """The row of the last list of a room's messages; None if there is none."""
    table = schema.window
    query = select(table).where(table.c.room_id == room).order_by(table.c.seq.desc()).limit(1)
    return reading.sql.execute(query).first()


# --- every look of a room ------------------------------------------------------------------------

STRETCHES = """
    SELECT window.observed_at, window.first,
           CASE WHEN window.first IS NOT NULL
                THEN (SELECT json_extract(line, '$.payload.looks') FROM entry WHERE entry.seq = window.seq) END
    FROM window
    WHERE window.room_id = :room
"""
"""Selects what `read_stretches` takes, without going to the entries of single looks; a condition and an order may
follow."""


def read_stretches(reading: Reading, query: str, **values: object) -> Iterator[looks.LookStretch]:
    """The looks of a room that a query gives, each decoded as it is taken."""
    for last, first, coded in reading.driver.execute(query, values):
        ended = from_text(last)
        yield looks.LookStretch(ended if first is None else from_text(first), ended, _decode(coded))


def _decode(coded: str | None) -> looks.LookIntervals:
    """Intervals as SQLite takes them out of a line: a list as JSON, a text as it is."""
    if coded is None:
        return ()
    return looks.decode_intervals(json.loads(coded) if coded.startswith("[") else coded)


def watch(reading: Reading, room: int, *, upto: int) -> Watch:
    """When a room was looked at, as of entry `upto`."""
    query = f"{STRETCHES} AND window.seq <= :upto ORDER BY window.seq"
    latest = read_stretches(reading, f"{query} DESC LIMIT {looks.LATEST_LOOKS}", room=room, upto=upto)
    usual = looks.usual_interval(list(latest)[::-1])
    limit = looks.pause_limit(usual)
    spans: list[looks.TimeSpan] = []
    times_looked, longest, before = 0, timedelta(), None
    for stretch in read_stretches(reading, query, room=room, upto=upto):
        spans += stretch.spans(limit)
        times_looked += 1 + sum(times for _seconds, times in stretch.intervals)
        longest = max(longest, _longest_within(limit, stretch, before))
        before = stretch.last
    if not spans:
        return Watch()
    pauses = tuple(Pause(*pause) for pause in looks.pauses_between_spans(spans, limit))
    last, outstanding = max(ended for _begun, ended in spans), looks.USUAL_INTERVALS * (usual or timedelta())
    return Watch(spans[0][0], last, times_looked, pauses, usual, limit, longest, outstanding)


def _longest_within(limit: timedelta, stretch: looks.LookStretch, before: datetime | None) -> timedelta:
    """The longest time up to a limit between two looks of a stretch, or from the look before it to its first."""
    most = limit / looks.SECOND
    within = max((seconds for seconds, _times in stretch.intervals if seconds <= most), default=0) * looks.SECOND
    since = timedelta() if before is None else stretch.first - before
    return max(within, since) if since <= limit else within


LIMIT = 500
"""The newest readings that are used: a busy room is read 288 times a day, a quiet one four times."""


_WINDOW, _ENTRY = schema.window.c, schema.entry.c

_COUNTED = (
    select(_WINDOW.observed_at, _WINDOW.message_num)
    .where(_WINDOW.room_id == bindparam("room"), _WINDOW.message_num.is_not(None))
    .order_by(_WINDOW.seq.desc())
    .limit(LIMIT)
)
_READ_SINCE = (
    select(_ENTRY.room_id).distinct().where(_ENTRY.seq > bindparam("seq"), _ENTRY.kind.in_(("window", "steady")))
)
"""Built once: building a query takes longer than answering it."""


def counter_readings(reading: Reading, room: int, *, since: datetime) -> list[tuple[datetime, int]]:
    """The times at which a room's list was read and the counter at each, oldest first."""
    rows = reading.sql.execute(_COUNTED, {"room": room})
    readings = [(from_text(at), int(number)) for at, number in rows]
    return [one for one in reversed(readings) if one[0] >= since]


def rooms_read_since(reading: Reading, seq: int) -> list[int]:
    """The rooms whose lists were read after the entry with this number."""
    return [int(room) for room in reading.sql.execute(_READ_SINCE, {"seq": seq}).scalars()]


_GAP = tuple(schema.gap.c[name] for name in Gap._fields[:-1])
_HOLES = SmallStatement(
    select(*_GAP).where(schema.gap.c.open, schema.gap.c.after.is_not(None), schema.gap.c.reason != "erased")
)
_BEGINNINGS = SmallStatement(
    select(schema.gap.c.room_id, schema.gap.c.missing, schema.gap.c.end, schema.gap.c.reason).where(
        schema.gap.c.open, schema.gap.c.after.is_(None)
    )
)


def holes(reading: Reading) -> list[Gap]:
    """Every open gap but those from a room's beginning, what was erased, and those in which nothing is missing."""
    return [one for one in map(_gap, _HOLES.rows(reading.sql)) if one.missing != 0]


class UnlistedBeginnings(NamedTuple):
    """Messages from before the first list of some rooms, which no list has shown."""

    rooms: int = 0
    """Rooms in which there are such messages."""
    missing: int | None = 0
    """Their estimated number over all rooms; None: not known of at least one room."""
    before: datetime | None = None
    """The time of the first message that is saved; of several rooms the last of these times."""
    hidden: int = 0
    """Rooms whose list had room for them: Chatwork's plan hides them, so that none can be brought in."""


def unlisted_beginnings(reading: Reading, rooms: Collection[int]) -> UnlistedBeginnings:
    """What is known to be missing before the first list of these rooms; a gap estimated at 0 counts as none."""
    found = [row[1:] for row in _BEGINNINGS.rows(reading.sql) if row[0] in rooms and row[1] != 0]
    total = None if any(missing is None for missing, *_end in found) else sum(missing for missing, *_end in found)
    before = max((from_text(end) for _missing, end, _reason in found if end), default=None)
    return UnlistedBeginnings(len(found), total, before, sum(one[-1] == "plan" for one in found))


def gaps(reading: Reading, room: int) -> tuple[Gap, ...]:
    """The open gaps of a room, the one from the room's beginning first."""
    rows = reading.sql.execute(select(*_GAP).where(schema.gap.c.room_id == room, schema.gap.c.open))
    return tuple(sorted(map(_gap, rows), key=lambda gap: int(gap.after or 0)))


def _gap(row: Iterable[Any]) -> Gap:
    room, number, after, before, start, end, missing, reason = row
    return Gap(room, number, after, before, time_or_none(start), time_or_none(end), missing, reason)


CAP = 100
"""Rows of a list at most (chatwork-api §3.1, §4)."""

FILES, OPEN, DONE = "files", "open", "done"


def _tasks_at_cap(person: Column[int]) -> SmallStatement:
    """The task lists (room and status) in which some person has as many tasks as a list can show."""
    counted = select(_TASK.room_id, _TASK.status).where(_TASK.state != "gone", _TASK.status.in_((OPEN, DONE)))
    return SmallStatement(counted.group_by(_TASK.room_id, _TASK.status, person).having(func.count() >= CAP))


_FILE, _TASK = schema.file.c, schema.task.c
_FILES_AT_CAP = SmallStatement(
    select(_FILE.room_id)
    .where(_FILE.state != "gone")
    .group_by(_FILE.room_id, _FILE.account_id)
    .having(func.count() >= CAP)
)
_ASSIGNED_AT_CAP, _GIVEN_AT_CAP = _tasks_at_cap(_TASK.account_id), _tasks_at_cap(_TASK.assigned_by)


class TruncatedList(NamedTuple):
    """A list that may have more rows than were saved."""

    room_id: int
    kind: str
    """`files`, or the status of tasks: `open`, `done`."""


def truncated_lists(reading: Reading, rooms: Collection[int]) -> list[TruncatedList]:
    """The truncated lists of these rooms, sorted by room."""
    lists = {TruncatedList(room, FILES) for (room,) in _FILES_AT_CAP.rows(reading.sql)}
    assigned, given = _ASSIGNED_AT_CAP.rows(reading.sql), _GIVEN_AT_CAP.rows(reading.sql)
    lists |= {TruncatedList(room, status) for room, status in set(assigned) & set(given)}
    return sorted(one for one in lists if one.room_id in rooms)


def first_entry_time(reading: Reading) -> datetime | None:
    """When the archive's first entry was made; None if it is empty."""
    query = select(schema.entry.c.observed_at).order_by(schema.entry.c.seq).limit(1)
    return time_or_none(reading.sql.execute(query).scalar())


def _sweeps(reading: Reading, upto: int) -> Iterator[dict[str, Any]]:
    """What each run recorded, oldest first."""
    return (entry["payload"] for entry in entries_under(reading, "sweep/", upto=upto))


def clock_difference(reading: Reading, *, upto: int) -> float | None:
    """The largest difference in seconds between this computer's clock and Chatwork's that a run recorded."""
    noted = (sweep.get("clock_offset_ms") for sweep in _sweeps(reading, upto))
    return max((abs(one) / 1000 for one in noted if isinstance(one, int)), default=None)


def wrong_clocks(reading: Reading, *, upto: int) -> list[WrongClock]:
    """The times in which runs, one after the other, found this computer's clock wrong the same way, oldest first."""
    found: list[WrongClock] = []
    was_wrong = False
    for payload in _sweeps(reading, upto):
        offset = payload.get("clock_offset_ms")
        if not isinstance(offset, int) or payload.get("doubtful_ms") or not (payload.get("from") and payload.get("to")):
            continue  # a run without a reply, or with a doubtful one, tells nothing of the clock
        ahead, is_wrong = timedelta(milliseconds=-offset), abs(offset) > CLOCK_TOLERANCE / timedelta(milliseconds=1)
        if is_wrong and was_wrong and (ahead > timedelta()) == (found[-1].ahead > timedelta()):
            before = found.pop()
            found.append(WrongClock(before.start, from_text(payload["to"]), max(before.ahead, ahead, key=abs)))
        elif is_wrong:
            found.append(WrongClock(from_text(payload["from"]), from_text(payload["to"]), ahead))
        was_wrong = is_wrong
    return found


def doubtful_dates(reading: Reading, *, upto: int) -> list[WrongClock]:
    """The runs whose replies had a doubtful time, oldest first, with how far that was ahead of this computer's."""
    payloads = [sweep for sweep in _sweeps(reading, upto) if sweep.get("doubtful_ms")]
    return [
        WrongClock(from_text(one["from"]), from_text(one["to"]), timedelta(milliseconds=one["doubtful_ms"]))
        for one in payloads
    ]


def undated_replies(reading: Reading, *, upto: int) -> int:
    """How many replies of the runs had no `Date` that counts."""
    return sum(sweep.get("undated", 0) for sweep in _sweeps(reading, upto))
