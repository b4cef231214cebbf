"""Reads from the archive what only `archive status --full` says: sizes, calls, stamps, copies, versions."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.custody import put_back_databases
from archiver.custody.put_back_databases import PutBackDatabase
from archiver.health import evidence, folders
from archiver.health.snapshot import HealthSnapshot, read_snapshot
from archiver.store.archive import Archive, Reading
from archiver.store.keeper import KeptByTeam, keeper_of
from archiver.store.queries import status
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import CallBudget, CopyToolRun, LastBackup


class CheckFacts(NamedTuple):
    """What `archive status --full` says of the archive besides how it stands."""

    budget: CallBudget | None
    """Chatwork's request budget as the last run left it."""
    other_calls: datetime | None
    """When a run last saw that somebody else uses the account's calls."""
    calls_spent: datetime | None
    """When the last run ended, if it ended early as no call was left."""
    size: int
    """Bytes of the archive."""
    per_day: float | None
    """Bytes that were added a day; None: the archive is too young."""
    stamps: evidence.StampStatus
    put_back: tuple[PutBackDatabase, ...]
    """The older databases that were found beside newer seals."""
    put_back_told: tuple[str, ...]
    """What is to be said of an older archive that no record tells of yet, and of databases beside."""
    services: tuple[str, ...]
    """A sentence for each time in which data came from another address than Chatwork's."""
    horizons: tuple[status.Horizon, ...]
    backup: LastBackup | None
    kept_by_team: KeptByTeam
    copy_tool: CopyToolRun | None
    """How the user's own program last ended that saves the copy elsewhere."""
    versions: status.Versions


class ArchiveLook(NamedTuple):
    """How the archive stands, and what else `archive status --full` says of it."""

    snapshot: HealthSnapshot
    facts: CheckFacts


def look_into_archive(app: App) -> tuple[ArchiveLook | None, list[str]]:
    """What the checks need to know, and what SQLite finds wrong; no look if the database cannot be read.

    Raises NoArchive, NewerArchive, and StorageError for what is no damage.
    """
    damage: list[str] = []
    with closing(Archive(app.settings.home)) as archive:
        try:
            with archive.reading() as reading:
                damage = status.damage(reading)
                snapshot = read_snapshot(reading, app.now())
                return ArchiveLook(snapshot, _read_facts(reading, app, snapshot)), damage
        except errors.ArchiveDamaged as error:
            return None, damage or [str(error.data["detail"])]


def _read_facts(reading: Reading, app: App, snapshot: HealthSnapshot) -> CheckFacts:
    size, per_day = folders.size_and_growth(reading, now=app.now())
    others = remembered_values.OTHER_CALLS.recall(reading)
    return CheckFacts(
        budget=remembered_values.BUDGET.recall(reading),
        other_calls=None if others is None else others.at,
        calls_spent=remembered_values.CALLS_SPENT.recall(reading),
        size=size,
        per_day=per_day,
        stamps=evidence.stamp_status(reading, [one.name for one in app.authorities], app.root_errors),
        put_back=tuple(put_back_databases.put_back_databases(reading)),
        put_back_told=tuple(put_back_databases.sentences(reading)),
        services=tuple(evidence.service_sentences(reading)),
        horizons=tuple(status.horizons(reading, snapshot.rooms)),
        backup=remembered_values.LAST_BACKUP.recall(reading),
        kept_by_team=keeper_of(reading.home).kept,
        copy_tool=remembered_values.LAST_COPY_TOOL.recall(reading),
        versions=status.versions(reading),
    )
