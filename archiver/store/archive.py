"""Opens an archive and gives its transactions: `reading()` and `writing()`.

A reading is a snapshot that does not change while it is open. A writing is committed as a whole or not at all, even
if the process is killed. Their SQL connection is used in `store/` and `team/` alone.

What a team keeps of it is brought before it is used, and a writing is committed there before it is committed here
(`store.keeper`).
"""

from __future__ import annotations

import contextlib
import functools
import json
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from gettext import gettext as _
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from archiver import errors
from archiver.corrected_clock import CorrectedClock
from archiver.evidence.chain import digest_bytes
from archiver.evidence.masked_and_erased import read_tombstone
from archiver.folder_sync import disk_errors, sync_folder
from archiver.store import durable_files, migrate
from archiver.store.durable_files import sync_file
from archiver.store.engine import (
    DATABASE,
    Reading,
    Writing,
    build_engine,
    copy_with_log,
    driver_connection,
    needs_scratch_copy,
    translate_error,
)
from archiver.store.keeper import Keeper, keeper_of

__all__ = ["ROUND_LOCK", "Archive", "Reading", "Writing", "again_if_stale"]

P = ParamSpec("P")
T = TypeVar("T")

ROUND_LOCK = "sync.lock"
"""The file in a home whose lock a sync round holds."""

_MISSING_SCHEMA = ("no such table", "no such column", "has no column")
"""How SQLite reports a table or column that an older revision of the database does not have yet."""


_REMAINS = (f"{durable_files.SEALS}/*.json", "files/??/??/*", "erasures/*.json", "daily/*/*.zip")
"""What an archive leaves in its home beside the database: seals, saved files, notes of erasures, daily copies."""


def again_if_stale(write: Callable[P, T]) -> Callable[P, T]:
    """The same function, begun once more where another machine of the team has saved the archive meanwhile."""

    @functools.wraps(write)
    def again(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return write(*arguments, **named)
        except errors.StaleCopy:
            return write(*arguments, **named)

    return again


class Archive:
    """One archive on disk: its home, its database and its transactions."""

    def __init__(
        self,
        home: Path,
        *,
        read_only: bool = False,
        unchanging: bool = False,
        database: Path | None = None,
        being_made: bool = False,
        clock: CorrectedClock | None = None,
    ) -> None:
        """Keep the paths; nothing is opened before the first transaction.

        `unchanging`: nobody can be writing to the archive, so it is read without a lock and without files beside it.
        `database`: another file than the home's own, such as a copy that is being made. `being_made`: it counts for
        nothing before `sync`, so it is filled faster than what must survive a power cut. `clock`: the one whose offset
        to Chatwork's time this process measures; None: none is.
        """
        self.home = home
        self.clock = clock
        self.read_only = read_only or unchanging
        self.database = database or home / DATABASE
        self.scratch_folder: Path | None = None
        """Where a copy is made that is read in place of a database whose log needs an index; None: the usual place."""
        self._still, self._is_being_made = unchanging, being_made
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._engine: Engine | None = None
        self._at_hand: list[Connection] = []
        """The connection that the last transaction has left, if any: a pool takes longer than a small query."""
        self._is_older = False
        self._is_own = self.read_only or database is not None
        self._is_topped_up = False
        with contextlib.suppress(errors.NotAllowed):  # said when it is needed; what says nothing is an error at once
            self.keeper = self._find_keeper()

    @functools.cached_property
    def keeper(self) -> Keeper:
        """Who keeps the archive beside its home; nobody is asked where it is only looked at.

        Where the home may not be looked at, that is raised when it is needed, so that such a home can still be told
        from none. Raises NotAllowed.
        """
        return self._find_keeper()

    def exists(self) -> bool:
        """Whether there is a database in the home, or can be made from what a team keeps."""
        return self._has_database() or self.keeper.is_team

    def absence(self) -> errors.NoArchive:
        """The error of a home without a database: DatabaseGone where what lies there tells that there was one."""
        is_gone = any(next(self.home.glob(remains), None) is not None for remains in _REMAINS)
        return (errors.DatabaseGone if is_gone else errors.NoArchive)(path=self.home)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open a snapshot, also of an older revision. Raises NoArchive, ArchiveDamaged, OlderArchive (no table).

        While a team's ledger cannot be used, reading goes on from the copy as it is.
        """
        ledger_error = self._try_to_top_up()
        self._check_database()
        with self._translate_errors(), self._kept_at_hand(self._connect_to_read()) as sql, sql.begin():
            driver_connection(sql).execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # it begins here
            yield Reading(sql, self.home, self.clock, ledger_error)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a transaction that holds the write lock from its beginning.

        Raises NoArchive, ArchiveBusy (another writer for 30 s), DiskFull, HomeNotWritable, OlderArchive for a
        database of an older revision, and of a copy of a ledger LedgerUnavailable and StaleCopy.
        """
        self.top_up()
        self._check_database()
        try:
            with self.immediate() as sql, self.keeper.committing(sql):
                yield Writing(sql, self.home, self.clock)
        except BaseException:
            self._is_topped_up = False  # the ledger may have committed what the copy has not
            raise

    def read(self, query: Callable[Concatenate[Reading, P], T], /, *given: P.args, **named: P.kwargs) -> T:
        """The result of one query, in a reading of its own; of no iterator, which would outlive it."""
        with self.reading() as reading:
            return query(reading, *given, **named)

    def write(self, change: Callable[Concatenate[Writing, P], T], /, *given: P.args, **named: P.kwargs) -> T:
        """The result of one change, in a writing of its own."""
        with self.writing() as writing:
            return change(writing, *given, **named)

    def top_up(self) -> None:
        """Bring the home up to what a team keeps, once until a writing fails.

        Raises LedgerUnavailable, StaleCopy, StorageError.
        """
        if not self._is_topped_up:
            self.keeper.top_up(self)
            self._is_topped_up = True

    def _try_to_top_up(self) -> str | None:
        """Bring a copy up to its ledger if that can be used; the name of the error if it cannot."""
        try:
            self.top_up()
            self.keeper.check_open()
        except errors.LedgerUnavailable as error:
            return type(error).__name__
        except (errors.StaleCopy, errors.ArchiveBusy, errors.OlderArchive):
            return None
        return None

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """A transaction on the database as it is: nothing is topped up or committed elsewhere."""
        with self._translate_errors(), self._kept_at_hand(self._connect()) as sql, sql.begin():
            yield sql

    @contextlib.contextmanager
    def immediate(self) -> Iterator[Connection]:
        """The same, holding the write lock from its beginning. Raises OlderArchive."""
        with self._translate_errors(), self._kept_at_hand(self._connect()) as sql:
            sql.info["immediate"] = True
            try:
                with sql.begin():
                    if self._is_older and migrate.check_revision(sql, self.home) != migrate.HEAD:
                        raise errors.OlderArchive(path=self.home, is_written=True)
                    yield sql
            finally:
                sql.info.pop("immediate", None)

    def is_older(self) -> bool:
        """Whether the database has an older revision. Raises NoArchive, NewerArchive, StorageError."""
        self._check_database()
        with self.connection() as sql:
            self._is_older = migrate.check_revision(sql, self.home) != migrate.HEAD
        return self._is_older

    def create(self) -> None:
        """Create an empty database. Raises HomeNotWritable, DiskFull."""
        migrate.create_database(self.database)

    def sync(self) -> None:
        """Close an archive that was being made, and bring it to the disk. Raises StorageError."""
        self.close()
        with disk_errors(self.home):
            sync_file(self.database)
            sync_folder(self.home)

    @contextlib.contextmanager
    def round_lock(self) -> Iterator[None]:
        """Hold the lock of a sync round. Raises ArchiveInUse at once if another round holds it, and NoArchive.

        A home that was moved away is not made anew for its lock.
        """
        if not self.home.is_dir():
            raise self.absence()
        with durable_files.held_lock(self.home / ROUND_LOCK):
            yield

    def close(self) -> None:
        """Close the connections. The archive can be opened again."""
        self._is_topped_up = False
        if (keeper := vars(self).get("keeper")) is not None:  # if it was needed at all
            keeper.close()
        engine, self._engine = self._engine, None
        while self._at_hand:
            self._at_hand.pop().close()
        if engine is not None:
            engine.dispose()
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def _find_keeper(self) -> Keeper:
        return Keeper(self.home) if self._is_own else keeper_of(self.home)

    def _has_database(self) -> bool:
        """Whether there is a file of the database; also where the system does not let it be looked at."""
        try:
            return self.database.is_file()
        except OSError:
            return True

    def _check_database(self) -> None:
        """Raise NoArchive, ArchiveDamaged for a file without a byte, NotAllowed for one that may not be looked at."""
        try:
            found = self.database.stat()
        except OSError as error:
            if not self._has_database():
                raise self.absence() from None
            raise errors.NotAllowed(path=self.database, detail=error.strerror or str(error)) from error
        if not stat.S_ISREG(found.st_mode):
            raise self.absence()
        if not found.st_size:  # SQLite would make a new database of it, or wait for a lock that nobody holds
            raise errors.ArchiveDamaged(path=self.database, detail=_("it is empty"))

    def _connect(self) -> Connection:
        try:
            return self._at_hand.pop()
        except IndexError:  # not asked before: several threads may take it
            pass
        if self._engine is None:
            database = self._readable_database()
            read_only = self.read_only or self._scratch is not None
            being_made = self._is_being_made
            engine = build_engine(database, read_only=read_only, immutable=self._still, being_made=being_made)
            self._engine = self._with_revision_read(engine)
        return self._engine.connect()

    @contextlib.contextmanager
    def _kept_at_hand(self, sql: Connection) -> Iterator[Connection]:
        """A connection for one transaction, kept for the next one if that has ended well."""
        try:
            yield sql
        except BaseException:
            sql.close()
            raise
        if self._at_hand or sql.engine is not self._engine:
            sql.close()
        else:
            self._at_hand.append(sql)

    def _readable_database(self) -> Path:
        """The database, or a copy of it with its log where SQLite cannot make the index of the log beside it."""
        if not needs_scratch_copy(self.database):
            return self.database
        try:
            self._scratch = tempfile.TemporaryDirectory(prefix=".archive-", dir=self.scratch_folder)
        except OSError:
            self._scratch = tempfile.TemporaryDirectory(prefix=".archive-")
        return copy_with_log(self.database, Path(self._scratch.name))

    def _connect_to_read(self) -> Connection:
        """Connect as `_connect` does; if the disk cannot hold SQLite's shared memory, read the file as it is."""
        try:
            return self._connect()
        except DatabaseError as error:
            log = self.database.with_name(self.database.name + "-wal")
            by_disk = isinstance(translate_error(error, self.database), errors.DiskFull | errors.DiskFailing)
            if not by_disk or (log.exists() and log.stat().st_size):
                raise
        engine = self._with_revision_read(build_engine(self.database, read_only=True, immutable=True))
        return engine.connect()

    def _with_revision_read(self, engine: Engine) -> Engine:
        with engine.connect() as sql:
            self._is_older = migrate.check_revision(sql, self.home) != migrate.HEAD
        return engine

    @contextlib.contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise errors of SQLite and of the disk, and of a line that is no record, as errors of this program."""
        try:
            yield
        except json.JSONDecodeError as error:
            raise errors.ArchiveDamaged(path=self.database, detail=str(error)) from error
        except (LookupError, TypeError, AttributeError) as error:
            if not self._has_altered_line():  # a bug of the program
                raise
            detail = _("a record has another form than this program writes")
            raise errors.ArchiveDamaged(path=self.database, detail=detail) from error
        except (DatabaseError, sqlite3.DatabaseError) as error:
            if self._is_older and any(words in str(error) for words in _MISSING_SCHEMA):
                raise errors.OlderArchive(path=self.home, is_written=False) from error
            cause = error.orig if isinstance(error, DatabaseError) else error
            if (self.read_only or self._scratch is not None) and "readonly" in str(cause):  # opened so, for good
                raise errors.HomeNotWritable(path=self.home, detail=str(cause)) from error
            raise translate_error(error, self.database) from error

    def _has_altered_line(self) -> bool:
        """Whether a record is not the one that was saved, and was not erased."""
        with self._connect_to_read() as sql:
            lines = driver_connection(sql).execute("SELECT CAST(line AS BLOB), digest FROM entry")
            return any(digest_bytes(line) != digest and read_tombstone(line) is None for line, digest in lines)
