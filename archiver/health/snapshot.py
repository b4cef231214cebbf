"""What the archive itself says for `archive check`, all in one snapshot; nothing is written."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver import errors
from archiver.app import App
from archiver.health import disk as health_space
from archiver.health import evidence as health_proof
from archiver.health import rooms as health_rooms
from archiver.rounds import last_fault
from archiver.store.archive import Archive, Reading
from archiver.store.backup import copy as backup
from archiver.store.backup.copy import LastBackup
from archiver.store.queries import current_state as known
from archiver.store.queries import database_health as health
from archiver.store.queries import last_looks as looked
from archiver.store.queries.contracts import rooms_to_read
from archiver.store.queries.last_looks import LastLooks
from archiver.store.queries.room_holdings import keeping
from archiver.store.timestamps import from_text
from archiver.store.working import memory as work
from archiver.store.working import verification_log as verifications
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
    stamping: health_proof.StampStanding
    rates: tuple[health_rooms.Rate, ...]
    horizons: tuple[health.Horizon, ...]
    backup: LastBackup | None
    verified: Verified | None
    versions: health.Versions


def look_into(app: App) -> tuple[HealthSnapshot | None, list[str]]:
    """The facts, and what SQLite finds wrong; only the latter where the database cannot be read.

    Raises NoArchive, NewerArchive, and StorageError for what is no damage.
    """
    damage: list[str] = []
    with closing(Archive(app.settings.home)) as archive:
        try:
            with archive.reading() as reading:
                damage = health.damage(reading)
                return _held(reading, app), damage
        except errors.ArchiveDamaged as fault:
            return None, damage or [str(fault.data["detail"])]


def _held(reading: Reading, app: App) -> HealthSnapshot:
    now = app.now()
    rooms = rooms_to_read(reading, now)
    size, per_day = health_space.pace(reading, now=now)
    last, others, spent = (work.recall(reading, key) for key in ("last_sync", OTHERS, looked.SPENT))
    return HealthSnapshot(
        owner=(known.owner(reading) or {}).get("account_id"),
        clock_ms=work.recall(reading, CLOCK),
        budget=_budget(work.recall(reading, "budget")),
        other_calls=None if others is None else from_text(others["at"]),
        calls_spent=None if spent is None else from_text(spent),
        looks=looked.looks(reading, rooms),
        reads=bool(rooms),
        last_run=None if last is None else from_text(last["at"]),
        begun=last is None and keeping(reading, rooms).messages > 0,
        fault=last_fault.standing(reading),
        size=size,
        per_day=per_day,
        stamping=health_proof.stamping(reading, [one.name for one in app.authorities], app.root_faults),
        rates=tuple(health_rooms.rates(reading, rooms, now=now)),
        horizons=tuple(health.horizons(reading, rooms)),
        backup=backup.last(reading),
        verified=verifications.last(reading),
        versions=health.versions(reading),
    )


def _budget(told: dict[str, Any] | None) -> dict[str, Any] | None:
    return told and told | {"reset": from_text(told["reset"])}
