"""Opens an archive, and gives the only transactions there are: `reading()` and `writing()`.

A reading is a snapshot that nothing changes while it is open; a writing is all there or not at all, also
when the process is killed. Neither shows its connection outside `store/`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from archiver import errors
from archiver.store import migrate
from archiver.store.engine import DATABASE, build_engine, translate

_LACKING = ("no such table", "no such column", "has no column")
"""What SQLite says of something that came with a later form."""


class Reading:
    """A snapshot of the archive; `sql` is for `store/` alone."""

    def __init__(self, sql: Connection, home: Path) -> None:
        """Wrap an open transaction."""
        self.sql = sql
        self.home = home


class Writing(Reading):
    """A transaction that appends; what it reads includes what it has written."""


class Archive:
    """One archive on disk: its home, its database and its transactions."""

    def __init__(
        self, home: Path, *, read_only: bool = False, still: bool = False, database: Path | None = None
    ) -> None:
        """Name the archive; nothing is opened before the first transaction.

        `still`: nobody can be writing to it, so it is read without a lock and without a byte beside it; `database`:
        another file than the home's own, such as a copy that is being made.
        """
        self.home = home
        self.read_only = read_only or still
        self.database = database or home / DATABASE
        self._still = still
        self._engine: Engine | None = None
        self._is_older = False

    def exists(self) -> bool:
        """Whether there is a database in the home."""
        return self.database.is_file()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open a snapshot, of an older form too, as far as it goes. Raises NoArchive, ArchiveDamaged, OlderArchive."""
        if not self.exists():
            raise errors.NoArchive(path=self.home)
        with self._translated(), self._connect_to_read() as sql, sql.begin():
            sql.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()  # the snapshot begins here
            yield Reading(sql, self.home)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a transaction that holds the write lock from its beginning.

        Raises NoArchive, ArchiveBusy (another writer for 30 s), DiskFull, HomeNotWritable, and OlderArchive: only
        what has the form of this version is written to.
        """
        if not self.exists():
            raise errors.NoArchive(path=self.home)
        with self._translated(), self._connect() as sql:
            sql.info["immediate"] = True
            try:
                with sql.begin():
                    if self._is_older and migrate.check(sql, self.home) != migrate.HEAD:
                        raise errors.OlderArchive(path=self.home)
                    yield Writing(sql, self.home)
            finally:
                sql.info.pop("immediate", None)

    @contextlib.contextmanager
    def round_lock(self) -> Iterator[None]:
        """Hold the lock of a sync round. Raises ArchiveInUse at once if another round holds it."""
        lock = FileLock(self.home / "sync.lock", mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise errors.ArchiveInUse(path=self.home) from error
        except OSError as fault:
            raise errors.HomeNotWritable(path=self.home, detail=fault.strerror or str(fault)) from fault
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Give back the connection; the archive can be opened again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _connect(self) -> Connection:
        if self._engine is None:
            engine = build_engine(self.database, read_only=self.read_only, immutable=self._still)
            self._engine = self._checked(engine)
        return self._engine.connect()

    def _connect_to_read(self) -> Connection:
        """As `_connect`; where even SQLite's shared memory finds no space, the database is read as it lies there."""
        try:
            return self._connect()
        except DatabaseError as error:
            log = self.database.with_name(self.database.name + "-wal")
            full = isinstance(translate(error, self.database), errors.DiskFull)
            if not full or (log.exists() and log.stat().st_size):
                raise
        engine = self._checked(build_engine(self.database, read_only=True, immutable=True))
        return engine.connect()

    def _checked(self, engine: Engine) -> Engine:
        with engine.connect() as sql:
            self._is_older = migrate.check(sql, self.home) != migrate.HEAD
        return engine

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in our words what SQLite and the disk say in theirs."""
        try:
            yield
        except (DatabaseError, sqlite3.DatabaseError) as error:
            if self._is_older and any(words in str(error) for words in _LACKING):
                raise errors.OlderArchive(path=self.home) from error
            raise translate(error, self.database) from error


def driver(sql: Connection) -> sqlite3.Connection:
    """SQLite's own connection inside the open transaction: many small statements cost a fifth there."""
    connection: Any = sql.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection
