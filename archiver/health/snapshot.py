"""What the archive itself says for `archive check`, all in one snapshot; nothing is written."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver import errors
from archiver.app import App
from archiver.health import disk, evidence
from archiver.health import rooms as health_rooms
from archiver.rounds import last_fault
from archiver.store.archive import Archive, Reading
from archiver.store.backup import copy
from archiver.store.backup.copy import LastBackup
from archiver.store.queries import current_state, database_health, last_looks
from archiver.store.queries.contracts import rooms_to_read
from archiver.store.queries.last_looks import LastLooks
from archiver.store.queries.room_holdings import keeping
from archiver.store.timestamps import from_text
from archiver.store.working import memory, verification_log
from archiver.store.working.verification_log import Verified
from archiver.sync.finish import CLOCK, OTHERS


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """The facts."""

    owner: int | None
    clock_ms: int | None
    """Chatwork's clock minus ours in the last run that knew it."""
    budget: dict[str, Any] | None
    """Of requests, as the last run left it: limit, remaining, reset."""
    other_calls: datetime | None
    """When a run last saw that somebody else uses the account's calls."""
    calls_spent: datetime | None
    """When the last run ended, if it ended early as no call was left."""
    last_run: datetime | None
    looks: LastLooks
    """At the rooms that are read."""
    reads: bool
    """Whether any contract is still read."""
    begun: bool
    """Whether anything of a chat is held."""
    fault: str | None
    """The name of the error for which no round has gone through since."""
    size: int
    """Bytes."""
    per_day: float | None
    """Bytes that were added a day; None: the archive is too young."""
    stamping: evidence.StampStanding
    rates: tuple[health_rooms.Rate, ...]
    horizons: tuple[database_health.Horizon, ...]
    backup: LastBackup | None
    verified: Verified | None
    versions: database_health.Versions


def look_into(app: App) -> tuple[HealthSnapshot | None, list[str]]:
    """The facts, and what SQLite finds wrong; only the latter where the database cannot be read.

    Raises NoArchive, NewerArchive, and StorageError for what is no damage.
    """
    damage: list[str] = []
    with closing(Archive(app.settings.home)) as archive:
        try:
            with archive.reading() as reading:
                damage = database_health.damage(reading)
                return _held(reading, app), damage
        except errors.ArchiveDamaged as error:
            return None, damage or [str(error.data["detail"])]


def _held(reading: Reading, app: App) -> HealthSnapshot:
    now = app.now()
    rooms = rooms_to_read(reading, now)
    size, per_day = disk.pace(reading, now=now)
    last, others, spent = (memory.recall(reading, key) for key in ("last_sync", OTHERS, last_looks.SPENT))
    return HealthSnapshot(
        owner=(current_state.owner(reading) or {}).get("account_id"),
        clock_ms=memory.recall(reading, CLOCK),
        budget=_budget(memory.recall(reading, "budget")),
        other_calls=None if others is None else from_text(others["at"]),
        calls_spent=None if spent is None else from_text(spent),
        looks=last_looks.looks(reading, rooms),
        reads=bool(rooms),
        last_run=None if last is None else from_text(last["at"]),
        begun=last is None and keeping(reading, rooms).messages > 0,
        fault=last_fault.standing(reading),
        size=size,
        per_day=per_day,
        stamping=evidence.stamping(reading, [one.name for one in app.authorities], app.root_faults),
        rates=tuple(health_rooms.rates(reading, rooms, now=now)),
        horizons=tuple(database_health.horizons(reading, rooms)),
        backup=copy.last(reading),
        verified=verification_log.last(reading),
        versions=database_health.versions(reading),
    )


def _budget(told: dict[str, Any] | None) -> dict[str, Any] | None:
    return told and told | {"reset": from_text(told["reset"])}
