"""Which shape the database has: made new, checked when opened, brought up to date with Alembic.

The stored revision is compared with plain SQL; Alembic itself (half a second) is only imported to migrate.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DatabaseError

from archiver import errors
from archiver.store.disk import storage_error, sync_folder
from archiver.store.snapshot import copy_database, remove_with_logs

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVISIONS = ("0001",)
"""Every revision this version knows, oldest first."""

HEAD = REVISIONS[-1]


def check(sql: Connection, home: Path) -> str:
    """The revision of an open database. Raises NewerArchive for one that this version does not know."""
    found = sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found not in REVISIONS:
        raise errors.NewerArchive(path=home)
    return str(found)


def create(database: Path) -> None:
    """Make an empty database readable by its owner only. Raises HomeNotWritable, DiskFull.

    It is made beside its place and renamed, so a killed `init` leaves no half database; one that is there
    already is never replaced.
    """
    fresh = database.with_name(database.name + ".new")
    try:
        for stale in (fresh, *(fresh.with_name(fresh.name + end) for end in ("-wal", "-shm", "-journal"))):
            stale.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        upgrade(fresh)
        if database.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        fresh.rename(database)
        sync_folder(database.parent)
    except OSError as error:
        raise storage_error(error, database.parent) from error


def upgrade(database: Path) -> None:
    """Run every step that is missing, all in one transaction. Raises StorageError."""
    with _sole_writer(database) as connection:
        _run_steps(connection)


def is_older(database: Path) -> bool:
    """Whether a database has the form of an older version. Raises NoArchive, NewerArchive, StorageError."""
    found = _revision(database)
    if found not in REVISIONS:
        raise errors.NewerArchive(path=database.parent)
    return found != HEAD


def migrate(database: Path) -> Path | None:
    """Bring an older database up to date after a verified copy beside it; None if nothing was to be done.

    Nobody can write between the copy and the last step, so the copy is the archive as it was before; it stays. Killed
    at any moment, the database is wholly of the one form or of the other. Returns the copy. Raises NewerArchive (made
    by a newer version, or no space), ArchiveBusy, StorageError.
    """
    if not is_older(database):
        return None
    _check_writable(database)
    try:
        with _sole_writer(database) as connection:
            if check(connection, database.parent) == HEAD:  # somebody else has just done it
                return None
            copy = database.with_name(f"{database.stem}.before-{HEAD}.sqlite3")
            _copy_verified(database, copy)
            _run_steps(connection)
        return copy
    except errors.DiskFull as error:
        raise errors.NoSpaceToMigrate(path=database.parent) from error


def _check_writable(database: Path) -> None:
    from archiver.store.engine import is_writable

    if not is_writable(database.parent):
        raise errors.HomeNotWritable(path=database.parent, detail=os.strerror(errno.EROFS))
    if shutil.disk_usage(database.parent).free < 2 * database.stat().st_size:
        raise errors.NoSpaceToMigrate(path=database.parent)


def _revision(database: Path) -> str:
    from archiver.store.engine import open_plainly, translate

    if not database.is_file():
        raise errors.NoArchive(path=database.parent)
    try:
        with closing(open_plainly(database)) as connection:
            (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise translate(error, database) from error
    return str(found)


def _copy_verified(database: Path, copy: Path) -> None:
    """As of now, which the writing transaction that is open elsewhere keeps as it is."""
    fresh = copy.with_name(copy.name + ".new")
    try:
        with closing(sqlite3.connect(database)) as source:
            source.execute("BEGIN")
            copy_database(source, fresh)
        fresh.replace(copy)
    except BaseException:
        with suppress(OSError):  # half a copy takes the space that the next attempt needs
            remove_with_logs(fresh)
        raise
    sync_folder(copy.parent)


# --- Alembic ---------------------------------------------------------------------------------


@contextmanager
def _sole_writer(database: Path) -> Iterator[Connection]:
    """A transaction that holds the write lock, committed at the end; what goes wrong is said in our words."""
    from archiver.store.engine import build_engine, translate

    engine = build_engine(database)
    try:
        with engine.connect() as sql:
            sql.info["immediate"] = True
            with sql.begin():
                yield sql
            sql.info.pop("immediate")
            sql.exec_driver_sql("PRAGMA busy_timeout = 0")  # whoever reads meanwhile is not waited for
            sql.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise translate(error, database) from error
    finally:
        engine.dispose()


def _run_steps(connection: Connection) -> None:
    """Every step that is missing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
