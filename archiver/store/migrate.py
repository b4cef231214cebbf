"""The revision of the database: created, checked when it is opened, upgraded with Alembic.

The stored revision is compared with plain SQL; Alembic itself (half a second) is only imported to migrate.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DatabaseError

from archiver import errors
from archiver.folder_sync import storage_error, sync_folder
from archiver.store.engine import copy_database, remove_logs, remove_with_logs

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVISIONS = ("0001",)
"""Every revision that this version knows, oldest first."""

HEAD = REVISIONS[-1]

_ALEMBIC = threading.Lock()
"""Alembic has one context for the whole process, in which two databases must not meet."""


def check_revision(sql: Connection, home: Path) -> str:
    """The revision of an open database. Raises NewerArchive for one that this version does not know."""
    revision = sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision not in REVISIONS:
        raise errors.NewerArchive(path=home)
    return str(revision)


def create_database(database: Path) -> None:
    """Create an empty database that only its owner can read. Raises HomeNotWritable, DiskFull.

    It is made under another name and renamed, so a failed or killed `init` leaves no half database. A database that
    exists already is never replaced.
    """
    fresh = database.with_name(database.name + ".new")
    try:
        remove_with_logs(fresh)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        upgrade(fresh)
        if database.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        fresh.rename(database)
        sync_folder(database.parent)
    except BaseException as error:
        with suppress(OSError):
            remove_with_logs(fresh)
        if isinstance(error, OSError):
            raise storage_error(error, database.parent) from error
        raise


def upgrade(database: Path) -> None:
    """Run all missing migration steps in one transaction. Raises StorageError."""
    with _sole_writer(database) as connection:
        _run_steps(connection)


def is_older(database: Path) -> bool:
    """Whether a database has an older revision. Raises NoArchive, NewerArchive, StorageError."""
    revision = _read_revision(database)
    if revision not in REVISIONS:
        raise errors.NewerArchive(path=database.parent)
    return revision != HEAD


def migrate(database: Path) -> Path | None:
    """Upgrade an older database after making a verified copy beside it, and return the copy; None if it was up to date.

    Nobody can write between the copy and the last step, so the copy is the archive as it was before. It is kept. If the
    process is killed, the database has either the old or the new revision as a whole. Raises NewerArchive (made by a
    newer version, or no space), ArchiveBusy, StorageError.
    """
    if not is_older(database):
        return None
    _check_writable(database)
    try:
        with _sole_writer(database) as connection:
            if check_revision(connection, database.parent) == HEAD:  # somebody else has just done it
                return None
            copy = database.with_name(f"{database.stem}.before-{HEAD}.sqlite3")
            _make_verified_copy(database, copy)
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


def _read_revision(database: Path) -> str:
    from archiver.store.engine import open_connection, translate_error

    if not database.is_file():
        raise errors.NoArchive(path=database.parent)
    try:
        with closing(open_connection(database)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise translate_error(error, database) from error
    return str(revision)


def _make_verified_copy(database: Path, copy: Path) -> None:
    """Copy the database as it is now; the open writing transaction keeps others from changing it."""
    fresh = copy.with_name(copy.name + ".new")
    try:
        with closing(sqlite3.connect(database)) as source:
            source.execute("BEGIN")
            copy_database(source, fresh)
        fresh.replace(copy)
        remove_logs(fresh)  # SQLite tells nobody if it could not remove its journal
    except BaseException:
        with suppress(OSError):  # half a copy takes the space that the next attempt needs
            remove_with_logs(fresh)
        raise
    sync_folder(copy.parent)


# --- Alembic ---------------------------------------------------------------------------------


@contextmanager
def _sole_writer(database: Path) -> Iterator[Connection]:
    """A transaction that holds the write lock and is committed at the end. Raises errors of this program."""
    from archiver.store.engine import build_engine, translate_error

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
        raise translate_error(error, database) from error
    finally:
        engine.dispose()


def _run_steps(connection: Connection) -> None:
    """Run all missing migration steps on an open connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")
