"""Reads in one snapshot how the archive stands, and asks this computer what only it knows; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archiver.health import disk, message_rates
from archiver.health.disk import DiskSpace
from archiver.health.message_rates import Paces
from archiver.records.alerts import Alert
from archiver.schedule import programs, schedulers
from archiver.store.archive import Reading
from archiver.store.engine import is_writable
from archiver.store.keeper import keeper_of
from archiver.store.queries import current_state, files, last_looks
from archiver.store.queries.contracts import contracts, rooms_to_read
from archiver.store.queries.last_looks import LastLooks, TruncatedList, truncated_lists
from archiver.store.working import remembered_values, verification_log
from archiver.store.working.alerts import open_alerts
from archiver.store.working.remembered_values import LastNoticeTrial, LastPing, ScheduledRun, WindowRequests
from archiver.store.working.verification_log import VerificationRecord
from archiver.sync.wrong_clock import is_clock_wrong


@dataclass(frozen=True, slots=True)
class CopyState:
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
    has_contracts: bool
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
    gaps: tuple[tuple[int, str], ...]
    """Room, and the message that ends the gap."""
    lost: tuple[tuple[int, int], ...]
    """Files that were given up: room, file."""
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


@dataclass(frozen=True, slots=True)
class Starters:
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
    counts = {room: one for room, one in files.file_counts(reading).items() if room in rooms}
    answers, last_sync = remembered_values.SETUP_ANSWERS.recall(reading), remembered_values.LAST_SYNC.recall(reading)
    return HealthSnapshot(
        account=(current_state.owner(reading) or {}).get("account_id"),
        has_contracts=bool(contracts(reading)),
        has_messages=last_sync is None and any(current_state.has_messages(reading, one) for one in rooms),
        is_setup_open="begun" in answers and "finished" not in answers,
        rooms=frozenset(rooms),
        last_run=None if last_sync is None else last_sync.at,
        is_complete=last_sync is None or last_sync.complete,
        scheduled_run=remembered_values.SCHEDULED_RUN.recall(reading),
        error_name=remembered_values.standing_error(reading),
        ledger_error=reading.ledger_error,
        is_shared=keeper_of(reading.home).is_team,
        looks=last_looks.room_looks(reading, rooms),
        shut=current_state.inaccessible_since(reading, rooms),
        window_requests=remembered_values.WINDOW_REQUESTS.recall(reading),
        clock_ms=remembered_values.CLOCK_OFFSET.recall(reading),
        doubtful_hours=remembered_values.DOUBTFUL_TIME.recall(reading),
        unread_dropped=remembered_values.UNREAD_DROPPED.recall(reading),
        paces=message_rates.current_paces(reading, rooms, now=now),
        gaps=tuple(one for one in last_looks.holes(reading) if one[0] in rooms),
        lost=_lost_files(reading, {room for room, one in counts.items() if one.lost}),
        pending=sum(one.pending for one in counts.values()),
        cut=tuple(truncated_lists(reading, rooms)),
        verification=verification_log.last(reading),
        copy=_read_copy_state(reading),
        alerts=tuple(open_alerts(reading) if alerts is None else alerts),
        ping=remembered_values.LAST_PING.recall(reading),
        notice_trial=remembered_values.NOTICE_TRIAL.recall(reading),
    )


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
    last = remembered_values.LAST_SYNC.recall(reading)
    return own if last is not None and corrected < last.at - timedelta(minutes=1) else corrected


def observe_starters(home: Path, environ: Mapping[str, str]) -> Starters:
    """Ask this computer's schedulers for the archive's job, and whether cron runs."""
    names = schedulers.find_starters(home, environ)
    return Starters(names, names == schedulers.title(schedulers.CRON) and programs.is_cron_running() is False)


def observe_disk(home: Path, keep_free: int) -> DiskSpace | None:
    """The space on the archive's disk; None for read-only media, such as a copy on a CD. Raises OSError."""
    if not is_writable(home):
        return None
    return DiskSpace(disk.free_bytes(home), keep_free, required=disk.required_bytes(home))


def _lost_files(reading: Reading, rooms: Collection[int]) -> tuple[tuple[int, int], ...]:
    if not rooms:
        return ()
    unheld = (one for one in files.unheld_files(reading) if one.lost and one.room_id in rooms)
    return tuple((one.room_id, one.file_id) for one in unheld)
