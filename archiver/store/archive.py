"""Opens an archive, and gives the only transactions there are: `reading()` and `writing()`.

A reading is a snapshot that nothing changes while it is open; a writing is all there or not at all, also
when the process is killed. Neither shows its connection outside `store/`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from archiver import errors
from archiver.store import migrate as revision

DATABASE = "archive.sqlite3"
BUSY_SECONDS = 30
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
                    if self._is_older and revision.check(sql, self.home) != revision.HEAD:
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
        except Timeout as busy:
            raise errors.ArchiveInUse(path=self.home) from busy
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
        except DatabaseError as fault:
            log = self.database.with_name(self.database.name + "-wal")
            full = isinstance(translate(fault, self.database), errors.DiskFull)
            if not full or (log.exists() and log.stat().st_size):
                raise
        engine = self._checked(build_engine(self.database, read_only=True, immutable=True))
        return engine.connect()

    def _checked(self, engine: Engine) -> Engine:
        with engine.connect() as sql:
            self._is_older = revision.check(sql, self.home) != revision.HEAD
        return engine

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in our words what SQLite and the disk say in theirs."""
        try:
            yield
        except (DatabaseError, sqlite3.DatabaseError) as fault:
            if self._is_older and any(words in str(fault) for words in _LACKING):
                raise errors.OlderArchive(path=self.home) from fault
            raise translate(fault, self.database) from fault


def build_engine(database: Path, *, read_only: bool = False, scratch: bool = False, immutable: bool = False) -> Engine:
    """An engine whose transactions are SQLite's own.

    WAL and `synchronous=FULL` (a committed entry survives a power cut); `scratch` gives both up, for tables
    that are thrown away. `read_only` never changes the database; on media that cannot be written, and with
    `immutable`, not a byte is written beside it either (sqlite.org/uri.html). `immutable` is for a database that
    nobody can be writing to: SQLite takes no lock then.
    """
    read_only = read_only or not is_writable(database.parent)
    immutable = immutable or not is_writable(database.parent)
    engine = create_engine(
        "sqlite://",
        creator=lambda: _open(database, read_only=read_only, immutable=immutable),
        poolclass=_pool(scratch),
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions in its own way
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        if scratch:
            cursor.execute("PRAGMA journal_mode = OFF")
            cursor.execute("PRAGMA synchronous = OFF")
        elif not read_only:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        immediate = connection.info.get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def translate(fault: DatabaseError | sqlite3.DatabaseError, database: Path) -> Exception:
    """One of our errors for what the database could not do, said by SQLAlchemy or by the driver itself."""
    said = str(fault.orig if isinstance(fault, DatabaseError) else fault)
    text = said.lower()
    if "full" in text or "disk i/o error" in text:
        return errors.DiskFull(path=database)
    if "locked" in text or "busy" in text:
        return errors.ArchiveBusy(seconds=BUSY_SECONDS)
    if "readonly" in text or "unable to open" in text:
        return errors.HomeNotWritable(path=database.parent, detail=said)
    broken = "malformed" in text or "not a database" in text
    if broken or isinstance(fault, OperationalError | sqlite3.OperationalError):
        return errors.ArchiveDamaged(path=database, detail=said)
    return fault


def open_plainly(database: Path) -> sqlite3.Connection:
    """The driver's own connection, on media that cannot be written too; it makes no file that is not there."""
    if is_writable(database.parent):
        return sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    return _open(database, read_only=True, immutable=True)


def _open(database: Path, *, read_only: bool, immutable: bool) -> sqlite3.Connection:
    if not read_only:
        return sqlite3.connect(database, timeout=BUSY_SECONDS, check_same_thread=False)
    log = database.with_name(database.name + "-wal")
    # On read-only media a log left from a kill can still be read if its index lies beside it.
    readable_log = log.exists() and log.stat().st_size and database.with_name(database.name + "-shm").exists()
    query = urllib.parse.urlencode({"mode": "ro"} | ({"immutable": "1"} if immutable and not readable_log else {}))
    address = f"{database.absolute().as_uri()}?{query}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)


def _pool(scratch: bool) -> Any:
    from sqlalchemy.pool import QueuePool, StaticPool

    return StaticPool if scratch else QueuePool


def is_writable(home: Path) -> bool:
    """Whether the folder really takes files: root may always, but not on read-only media."""
    try:
        return os.access(home, os.W_OK) and not _read_only_file_system(home)
    except OSError:
        return False


def _read_only_file_system(home: Path) -> bool:
    status = getattr(os, "statvfs", None)
    return bool(status and status(home).f_flag & getattr(os, "ST_RDONLY", 0))
