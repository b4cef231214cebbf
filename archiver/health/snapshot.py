"""Reads from the archive, in one snapshot, what the checks of `archive check` need; nothing is written."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from archiver import errors
from archiver.app import App
from archiver.health import disk, evidence
from archiver.health.rooms import RoomRate, room_rates
from archiver.rounds import last_error
from archiver.store.archive import Archive, Reading
from archiver.store.queries import current_state, database_health, last_looks
from archiver.store.queries.contracts import rooms_to_read
from archiver.store.queries.last_looks import LastLooks
from archiver.store.queries.room_holdings import holdings_of
from archiver.store.working import remembered_values, verification_log
from archiver.store.working.remembered_values import CallBudget, LastBackup
from archiver.store.working.verification_log import VerificationRecord


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """What the checks need to know of the archive, as of one moment."""

    owner: int | None
    clock_ms: int | None
    """Chatwork's clock minus ours in the last run that knew it."""
    budget: CallBudget | None
    """Chatwork's request budget as the last run left it."""
    other_calls: datetime | None
    """When a run last saw that somebody else uses the account's calls."""
    calls_spent: datetime | None
    """When the last run ended, if it ended early as no call was left."""
    last_run: datetime | None
    looks: LastLooks
    """When each of the rooms that are read was last looked at."""
    has_open_rooms: bool
    """Whether any room is still read."""
    has_messages: bool
    """Whether messages are saved although no run has ended yet."""
    error_name: str | None
    """The name of the error for which no round has gone through since."""
    size: int
    """Bytes of the archive."""
    per_day: float | None
    """Bytes that were added a day; None: the archive is too young."""
    stamps: evidence.StampStatus
    rates: tuple[RoomRate, ...]
    horizons: tuple[database_health.Horizon, ...]
    backup: LastBackup | None
    last_verification: VerificationRecord | None
    versions: database_health.Versions


def take_snapshot(app: App) -> tuple[HealthSnapshot | None, list[str]]:
    """The snapshot, and what SQLite finds wrong; no snapshot if the database cannot be read.

    Raises NoArchive, NewerArchive, and StorageError for what is no damage.
    """
    damage: list[str] = []
    with closing(Archive(app.settings.home)) as archive:
        try:
            with archive.reading() as reading:
                damage = database_health.damage(reading)
                return _read_snapshot(reading, app), damage
        except errors.ArchiveDamaged as error:
            return None, damage or [str(error.data["detail"])]


def _read_snapshot(reading: Reading, app: App) -> HealthSnapshot:
    now = app.now()
    rooms = rooms_to_read(reading, now)
    size, per_day = disk.size_and_growth(reading, now=now)
    last_run, others = remembered_values.last_saved_at(reading), remembered_values.OTHER_CALLS.recall(reading)
    return HealthSnapshot(
        owner=(current_state.owner(reading) or {}).get("account_id"),
        clock_ms=remembered_values.CLOCK_OFFSET.recall(reading),
        budget=remembered_values.BUDGET.recall(reading),
        other_calls=None if others is None else others.at,
        calls_spent=remembered_values.CALLS_SPENT.recall(reading),
        looks=last_looks.room_looks(reading, rooms),
        has_open_rooms=bool(rooms),
        last_run=last_run,
        has_messages=last_run is None and holdings_of(reading, rooms).messages > 0,
        error_name=last_error.standing_error(reading),
        size=size,
        per_day=per_day,
        stamps=evidence.stamp_status(reading, [one.name for one in app.authorities], app.root_errors),
        rates=tuple(room_rates(reading, rooms, now=now)),
        horizons=tuple(database_health.horizons(reading, rooms)),
        backup=remembered_values.LAST_BACKUP.recall(reading),
        last_verification=verification_log.last(reading),
        versions=database_health.versions(reading),
    )
