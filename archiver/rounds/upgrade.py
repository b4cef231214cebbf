"""Upgrades an archive of an older version before a round, after making a verified copy that stays beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archiver.app import App
from archiver.rounds import run_log
from archiver.store import migrate

TellUpgraded = Callable[[Path], None]
"""A callback that is given the path of the copy made before the upgrade."""

TELL_NOBODY: TellUpgraded = lambda _copy: None  # noqa: E731


def if_older(app: App, tell: TellUpgraded) -> None:
    """Upgrade an older archive, taking the round lock. Raises ArchiveInUse, and as `within_round`."""
    if migrate.is_older(app.archive.database):
        with app.archive.round_lock():
            within_round(app, tell)


def within_round(app: App, tell: TellUpgraded) -> None:
    """Upgrade an older archive; the caller holds the round lock.

    Raises NewerArchive (made by a newer version, or no space for the copy), ArchiveBusy, StorageError.
    """
    archive = app.archive
    if (archive.ledger is not None and not archive.database.is_file()) or not archive.is_older():
        return
    app.archive.close()
    copy = migrate.migrate(app.archive.database)
    if copy is not None:
        run_log.note(app.archive.home, f"migrated={migrate.HEAD} copy={copy.name}", at=app.now())
        tell(copy)
