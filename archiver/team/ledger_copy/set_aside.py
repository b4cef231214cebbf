"""A copy whose last records a restored ledger has lost and given to others: kept under another name, and reported.

Its seals that the ledger does not have go to `seals/orphaned/`, where the next round finds and records them as those
of an older database that was put back; its unsealed records are noted for the same `rollback` entries. The note is in
the new copy before the old one loses its name, so no kill can lose it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, select

from archiver.folder_sync import sync_folder
from archiver.store import schema, seal_files
from archiver.store.durable_files import storage_error
from archiver.store.engine import checkpoint_log, remove_logs, remove_with_logs
from archiver.team.ledger.ledger import Ledger


def lost_records(sql: Connection, home: Path, ledger: Ledger) -> tuple[int, int] | None:
    """Move the seals that the ledger lacks, and return the first and last unsealed record that it lacks.

    Raises LedgerUnavailable, StorageError.
    """
    seals = list(sql.execute(select(schema.seal.c.number, schema.seal.c.sha256, schema.seal.c.last)))
    entries = sql.execute(select(func.max(schema.entry.c.seq))).scalar() or 0
    with ledger.reading() as reading:
        lost = {number for number, sha256, _last in seals if reading.seal_digest(number) != sha256}
        first = max((last for *_seal, last in seals), default=0) + 1
        while first <= entries and reading.digest(first) == _digest(sql, first):
            first += 1
    folder = home / seal_files.FOLDER
    for file in seal_files.list_files(folder):
        if file.number in lost:
            orphaned = folder / seal_files.ORPHANED
            seal_files.move(folder / file.name, orphaned / seal_files.free_name(orphaned, file.name))
    return (first, entries) if first <= entries else None


def fresh_copy(database: Path) -> Path:
    """The place of the new copy until the old one has another name, with nothing there. Raises StorageError."""
    fresh = _fresh_place(database, _last_aside(database) + 1)
    try:
        remove_with_logs(fresh)  # of a process that was killed
    except OSError as error:
        raise storage_error(error, fresh) from error
    return fresh


def put_aside(database: Path) -> None:
    """Give the database another name, which stays. Raises StorageError."""
    number = _last_aside(database) + 1
    try:
        for path in (_fresh_place(database, number), database):
            checkpoint_log(path)
            remove_logs(path)
        database.rename(_aside(database, number))
        sync_folder(database.parent)
    except OSError as error:
        raise storage_error(error, database) from error


def finish(database: Path) -> None:
    """Put the new copy in the place of the one that was set aside just before it. Raises StorageError."""
    fresh = _fresh_place(database, _last_aside(database))
    try:
        if fresh.exists():
            fresh.rename(database)
            sync_folder(database.parent)
    except OSError as error:
        raise storage_error(error, database) from error


def _last_aside(database: Path) -> int:
    number = 0
    while _aside(database, number + 1).exists():
        number += 1
    return number


def _aside(database: Path, number: int) -> Path:
    return database.with_name(f"{database.name}.lost-{number}")


def _fresh_place(database: Path, number: int) -> Path:
    """Where the copy after that setting aside is made; without that one it is of no use, and of none later."""
    return database.with_name(f"{database.name}.after-lost-{number}")


def _digest(sql: Connection, seq: int) -> str | None:
    digest: str | None = sql.execute(select(schema.entry.c.digest).where(schema.entry.c.seq == seq)).scalar()
    return digest
