"""Which shape the database has: made new, checked when opened, brought up to date with Alembic.

The stored revision is compared with plain SQL; Alembic itself (half a second) is only imported to migrate.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DatabaseError

from archiver import errors
from archiver.store.disk import storage_error, sync_folder
from archiver.store.snapshot import copy_database

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0001"
REVISIONS = ("0001",)
"""Every revision this version knows, oldest first."""


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
    from archiver.store.archive import translate

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
    except OSError as fault:
        raise storage_error(fault, database.parent) from fault
    except DatabaseError as fault:
        raise translate(fault, database) from fault


def upgrade(database: Path) -> None:
    """Run every step that is missing, all in one transaction."""
    from alembic import command
    from alembic.config import Config

    from archiver.store.archive import build_engine

    engine = build_engine(database)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    try:
        with engine.connect() as sql:
            sql.info["immediate"] = True
            with sql.begin():
                config.attributes["connection"] = sql
                command.upgrade(config, "head")
            sql.info.pop("immediate")
            sql.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()


def migrate(database: Path) -> Path | None:
    """Bring an older database up to date after a verified copy beside it; None if nothing was to be done.

    Returns the copy. Raises NewerArchive (made by a newer version, or no space for the copy), StorageError.
    """
    found = _revision(database)
    if found not in REVISIONS:
        raise errors.NewerArchive(path=database.parent)
    if found == HEAD:
        return None
    if shutil.disk_usage(database.parent).free < 2 * database.stat().st_size:
        raise errors.NoSpaceToMigrate(path=database.parent)
    copy = _verified_copy(database, database.with_name(f"{database.stem}.before-{HEAD}.sqlite3"))
    upgrade(database)
    return copy


def _revision(database: Path) -> str:
    from archiver.store.archive import translate

    try:
        with closing(sqlite3.connect(database)) as connection:
            (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as fault:
        raise translate(fault, database) from fault
    return str(found)


def _verified_copy(database: Path, copy: Path) -> Path:
    fresh = copy.with_name(copy.name + ".new")
    with closing(sqlite3.connect(database)) as source:
        source.execute("BEGIN")
        copy_database(source, fresh)
    fresh.replace(copy)
    return copy
