"""An archive of an older version is brought to this one before a round, after a verified copy that stays beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archiver.app import App
from archiver.rounds import run_log
from archiver.store import migrate

Told = Callable[[Path], None]
"""Hears where the archive lies as it was before."""

UNHEARD: Told = lambda _copy: None  # noqa: E731


def if_older(app: App, tell: Told) -> None:
    """Do it under the round's lock, which the caller does not hold. Raises ArchiveInUse, and as `within_round`."""
    if migrate.is_older(app.archive.database):
        with app.archive.round_lock():
            within_round(app, tell)


def within_round(app: App, tell: Told) -> None:
    """Do it, the lock being held; a moment if there is nothing to do.

    Raises NewerArchive (made by a newer version, or no space for the copy), ArchiveBusy, StorageError.
    """
    if not migrate.is_older(app.archive.database):
        return
    app.archive.close()
    copy = migrate.migrate(app.archive.database)
    if copy is not None:
        run_log.note(app.archive.home, f"migrated={migrate.HEAD} copy={copy.name}", at=app.now())
        tell(copy)
