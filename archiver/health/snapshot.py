"""Reads in one snapshot how the archive stands, and asks this computer what only it knows; nothing is written.

How many messages a room gets is told from Chatwork's counter at each reading, and remembered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from archiver.errors import DiskFull
from archiver.health import folders
from archiver.health.folders import DiskSpace
from archiver.records import Gap
from archiver.records.alerts import Alert
from archiver.rounds import run_log
from archiver.schedule import backends, schedulers
from archiver.store.archive import Reading
from archiver.store.engine import is_writable
from archiver.store.keeper import keeper_of
from archiver.store.queries import current_state, entries, looks_and_gaps, room_holdings
from archiver.store.queries.contracts import contracts, rooms_to_read
from archiver.store.queries.looks_and_gaps import LastLooks, TruncatedList, truncated_lists
from archiver.store.queries.room_holdings import MissingFile
from archiver.store.working import remembered_values, verification_log
from archiver.store.working.alerts import open_alerts
from archiver.store.working.remembered_values import LastNoticeTrial, LastPing, LastSync, ScheduledRun, WindowRequests
from archiver.store.working.verification_log import VerificationRecord
from archiver.sync.report import is_clock_wrong

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
    index = bisect_right(points, at, key=itemgetter(0))
    if index == 0:
        return 0.0
    before = points[index - 1]
    if index == len(points):
        return before[1]
    after = points[index]
    return before[1] + (after[1] - before[1]) * ((at - before[0]) / (after[0] - before[0]))


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
    changed = set(looks_and_gaps.rooms_read_since(reading, upto)) if known else set()
    stale = [room for room in rooms if room in changed or room not in known]
    if not stale:
        return Paces(upto, {room: known[room] for room in rooms}, is_fresh=False)
    since = now - RECENT
    computed = {
        room: messages_per_minute(looks_and_gaps.counter_readings(reading, room, since=since)) for room in stale
    }
    return Paces(entries.last_seq(reading), {room: (known | computed)[room] for room in rooms}, is_fresh=True)


class CopyState(NamedTuple):
    """How the regular copies of the archive stand."""

    last: datetime | None = None
    """When the last copy was made, by hand or by itself."""
    tried: datetime | None = None
    """When a regular one was last begun."""
    fault: str | None = None
    """What went wrong with it; None: nothing."""


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """What is judged of the archive, as of one moment; rooms are those that are read."""

    account: int | None
    jobs: tuple[str, ...]
    """Their ids."""
    has_messages: bool
    """Whether messages are saved although no run has ended yet."""
    is_setup_open: bool
    """Whether `archive init` was begun and not finished."""
    rooms: frozenset[int]
    last_run: datetime | None
    """When a run last checked rooms."""
    is_complete: bool
    """Whether that run left nothing unsaved."""
    scheduled_run: ScheduledRun | None
    """The last run that nobody watched, and its error."""
    error_name: str | None
    """The name of the error for which no round has gone through since."""
    looks: LastLooks
    """When each room was last looked at."""
    shut: Mapping[int, datetime]
    """Rooms that cannot be opened, and since when."""
    clock_ms: int | None
    """Chatwork's clock minus ours in the last run that knew it."""
    doubtful_hours: float | None
    """How far Chatwork's replies were ahead of this computer in the last run, if one of the two is doubtful."""
    unread_dropped: datetime | None
    """When the own unread messages last became fewer during a run."""
    paces: Paces
    gaps: tuple[Gap, ...]
    lost: tuple[MissingFile, ...]
    """Files that were given up, or are above the limit of the settings."""
    pending: int
    """Files still to be downloaded."""
    cut: tuple[TruncatedList, ...]
    """Lists that may have more rows than were saved."""
    verification: VerificationRecord | None
    copy: CopyState
    alerts: tuple[Alert, ...]
    """The open ones."""
    ping: LastPing | None = None
    notice_trial: LastNoticeTrial | None = None
    window_requests: WindowRequests | None = None
    """Our calls in the last window of the allowance."""
    ledger_error: str | None = None
    """The name of the error for which a team's ledger cannot be used now."""
    is_shared: bool = False
    """Whether it is a copy of an archive in a team's ledger, which other machines may save."""


class Starters(NamedTuple):
    """What starts the runs on this computer."""

    names: str | None
    """Names of schedulers and of a running daemon; None: nothing starts them."""
    is_idle: bool = False
    """Whether cron is the only one of them, and does not run."""


@dataclass(frozen=True, slots=True)
class ComputerState:
    """What only this computer knows; None: it was not asked."""

    disk: DiskSpace | None = None
    starters: Starters | None = None
    lacks_library: bool = False
    """Whether addresses for notices are set, and the library that reaches them is missing."""


def read_snapshot(reading: Reading, now: datetime, alerts: Sequence[Alert] | None = None) -> HealthSnapshot:
    """How the archive stands at this moment; `alerts`: the open ones, if they were read already."""
    rooms = [int(room) for room in rooms_to_read(reading, now)]
    counts = {room: one for room, one in room_holdings.file_counts(reading).items() if room in rooms}
    answers, last_sync = remembered_values.SETUP_ANSWERS.recall(reading), remembered_values.LAST_SYNC.recall(reading)
    return HealthSnapshot(
        account=current_state.owner_id(reading),
        jobs=tuple(one.id for one in contracts(reading)),
        has_messages=last_sync is None and any(current_state.has_messages(reading, one) for one in rooms),
        is_setup_open="begun" in answers and "finished" not in answers,
        rooms=frozenset(rooms),
        last_run=None if last_sync is None else last_sync.at,
        is_complete=last_sync is None or last_sync.complete,
        scheduled_run=remembered_values.SCHEDULED_RUN.recall(reading),
        error_name=remembered_values.standing_error(reading) or _unrecorded_error(reading.home, last_sync),
        ledger_error=reading.ledger_error,
        is_shared=keeper_of(reading.home).is_team,
        looks=looks_and_gaps.room_looks(reading, rooms),
        shut=current_state.inaccessible_since(reading, rooms),
        window_requests=remembered_values.WINDOW_REQUESTS.recall(reading),
        clock_ms=remembered_values.CLOCK_OFFSET.recall(reading),
        doubtful_hours=remembered_values.DOUBTFUL_TIME.recall(reading),
        unread_dropped=remembered_values.UNREAD_DROPPED.recall(reading),
        paces=current_paces(reading, rooms, now=now),
        gaps=tuple(one for one in looks_and_gaps.holes(reading) if one.room_id in rooms),
        lost=_lost_files(reading, {room for room, one in counts.items() if one.lost}),
        pending=sum(one.pending for one in counts.values()),
        cut=tuple(truncated_lists(reading, rooms)),
        verification=verification_log.last_verification(reading),
        copy=_read_copy_state(reading),
        alerts=tuple(open_alerts(reading) if alerts is None else alerts),
        ping=remembered_values.LAST_PING.recall(reading),
        notice_trial=remembered_values.NOTICE_TRIAL.recall(reading),
    )


def _unrecorded_error(home: Path, last: LastSync | None) -> str | None:
    """That the last round failed on a full disk, which leaves room for a line in the log and none in the database."""
    at, name = next(run_log.last_rounds(home), (None, ""))
    return name if name == DiskFull.__name__ and at and (last is None or at > last.at) else None


def _read_copy_state(reading: Reading) -> CopyState:
    last = remembered_values.LAST_BACKUP.recall(reading)
    return CopyState(
        None if last is None else last.at,
        remembered_values.COPY_TRIED.recall(reading),
        remembered_values.COPY_FAULT.recall(reading),
    )


def known_time(reading: Reading, own: datetime) -> datetime:
    """The present time where Chatwork is not asked: `own`, this computer's, corrected by the last run's offset.

    Where that would lie before the last run itself, the clock was set since, and its own time counts.
    """
    offset_ms = remembered_values.CLOCK_OFFSET.recall(reading)
    if offset_ms is None or not is_clock_wrong(offset_ms):
        return own
    corrected = own + timedelta(milliseconds=offset_ms)
    last = remembered_values.last_saved_at(reading)
    return own if last is not None and corrected < last - timedelta(minutes=1) else corrected


def observe_starters(home: Path, environ: Mapping[str, str]) -> Starters:
    """Ask this computer's schedulers for the archive's job, and whether cron runs."""
    names = schedulers.find_starters(home, environ)
    return Starters(names, names == schedulers.title(schedulers.CRON) and backends.is_cron_running() is False)


def observe_disk(home: Path, keep_free: int) -> DiskSpace | None:
    """The space on the archive's disk; None for read-only media, such as a copy on a CD. Raises OSError."""
    if not is_writable(home):
        return None
    return DiskSpace(folders.free_bytes(home), keep_free, required=folders.required_bytes(home))


def _lost_files(reading: Reading, rooms: Collection[int]) -> tuple[MissingFile, ...]:
    unheld = room_holdings.unheld_files(reading, rooms, 0) if rooms else []
    return tuple(one for one in unheld if one.given_up)
