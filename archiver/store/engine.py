"""SQLite engines and connections, an archive's transactions, copies of a database in use, and errors of SQLite as ours.

`archive` hands a transaction to what reads and to what appends; its SQL connection is used in `store/` and `team/`
alone. Whether anything was written since is told by the database's files, so that a page need not ask everything again.
"""

from __future__ import annotations

import functools
import os
import shutil
import sqlite3
import time
import urllib.parse
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import Boolean, Connection, Delete, Engine, Insert, Select, TextClause, Update, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool, StaticPool
from sqlalchemy.util import LRUCache

from archiver import errors
from archiver.corrected_clock import CorrectedClock
from archiver.folder_sync import disk_errors
from archiver.store import durable_files

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import PoolProxiedConnection

DATABASE = "archive.sqlite3"

MARK = "backup.json"
"""The file that names the archive whose copy a folder holds, also while its database is not there yet."""

IN_MEMORY = Path(":memory:")
"""SQLite's name of a database that lies in no folder."""

BUSY_SECONDS = 30

_KIBIBYTES_WHILE_MADE = 32 * 1024
"""Pages that SQLite keeps while a database is made; with its usual 2 MiB most would be written more than once."""

MOST_STATEMENTS = 1000
"""So many compiled statements are kept; all pages and commands together have fewer."""


def build_engine(
    database: Path,
    *,
    read_only: bool = False,
    scratch: bool = False,
    immutable: bool = False,
    being_made: bool = False,
) -> Engine:
    """An engine whose transactions are begun by SQLite, not by the driver.

    WAL and `synchronous=FULL` let a committed entry survive a power cut; `scratch` gives both up for tables that are
    thrown away. `being_made` is for a new database that counts for nothing before its file is synced: it is filled
    without a log on the disk. `read_only` never changes the database. On read-only media, and with `immutable`, no file
    is written beside it either (sqlite.org/uri.html). `immutable` is for a database that nobody can be writing to:
    SQLite takes no lock then.

    Every engine of the process has the same dialect and compiled statements, and nothing else in common: a page opens
    the archive anew, as its files may have been replaced meanwhile, without compiling its statements again.
    """
    if database != IN_MEMORY and not is_writable(database.parent):
        read_only = immutable = True
    shared = _shared_engine()

    def connect() -> DBAPIConnection:
        connection = _open(database, read_only=read_only, immutable=immutable)
        try:
            _prepare(connection, database, read_only=read_only, scratch=scratch, being_made=being_made)
        except BaseException:
            connection.close()
            raise
        # The driver's class has what SQLAlchemy's protocol names, which its types do not tell.
        return cast("DBAPIConnection", connection)

    pool = (StaticPool if scratch else QueuePool)(connect, dialect=shared.dialect)
    # The way of SQLAlchemy's own `create_engine`, with the dialect given: it is part of a compiled statement's key.
    return Engine(pool, shared.dialect, shared.url, query_cache_size=0, execution_options=_shared_options())


def _prepare(
    connection: sqlite3.Connection, database: Path, *, read_only: bool, scratch: bool, being_made: bool
) -> None:
    """Set a new connection up, without SQLAlchemy's events, for which every statement would pay."""
    connection.isolation_level = None  # the driver would begin transactions in its own way
    _refuse_without_locks(connection, database)
    if scratch:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
    elif being_made:
        connection.execute("PRAGMA journal_mode = MEMORY")  # so that what is refused can still be rolled back
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{_KIBIBYTES_WHILE_MADE}")
    elif not read_only:
        if not (database.parent / MARK).exists():  # a copy that is only read stays the file that the archive remembers
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")


def _refuse_without_locks(connection: sqlite3.Connection, database: Path) -> None:
    """Raise LocksMissing at once where SQLite would wait for a lock that the drive does not have."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        if _is_busy(str(error)) and durable_files.lacks_locks(database.parent):
            raise errors.LocksMissing(path=database.parent) from error
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _is_busy(text: str) -> bool:
    return "locked" in text or "busy" in text


class BeginningDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's dialect of SQLite, whose transactions begin when it says so, also with the lock for writing."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin a transaction; as `sql.info["immediate"]` says, with the lock."""
        connection: Any = dbapi_connection.driver_connection
        connection.execute("BEGIN IMMEDIATE" if dbapi_connection.info.get("immediate", False) else "BEGIN")


registry.register("sqlite.beginning", __name__, BeginningDialect.__name__)


def translate_error(error: DatabaseError | sqlite3.DatabaseError, database: Path) -> Exception:
    """The error of this program for an error of SQLAlchemy or of the driver; `error` itself if there is none."""
    cause = error.orig if isinstance(error, DatabaseError) else error
    message = str(cause)
    text = message.lower()
    if "full" in text:
        return errors.DiskFull(path=database)
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHORT_READ:  # the file ends before its pages
        return errors.ArchiveDamaged(path=database, detail=message)
    is_busy, is_disk_error = _is_busy(text), "disk i/o error" in text
    if (is_busy or is_disk_error) and durable_files.lacks_locks(
        database.parent
    ):  # SQLite has a word of its own for neither
        return errors.LocksMissing(path=database.parent)
    if is_disk_error:
        return durable_files.database_disk_error(cause, database)
    if is_busy:
        return errors.ArchiveBusy(seconds=BUSY_SECONDS)
    if "readonly" in text or "unable to open" in text:
        return durable_files.database_open_error(cause, database)
    broken = "malformed" in text or "not a database" in text
    if broken or isinstance(error, OperationalError | sqlite3.OperationalError):
        return errors.ArchiveDamaged(path=database, detail=message)
    return error


def driver_connection(sql: Connection) -> sqlite3.Connection:
    """SQLite's own connection within the open transaction, to copy a database or to run many small statements fast."""
    connection: Any = sql.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


def driver_rows(sql: Connection, query: Select[Any] | TextClause) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the driver gives them; SQLAlchemy's own take twice as long where there are very many."""
    written = query.compile(dialect=sql.dialect, compile_kwargs={"literal_binds": True})
    return driver_connection(sql).execute(str(written))


class Reading:
    """A snapshot of the archive."""

    def __init__(
        self, sql: Connection, home: Path, clock: CorrectedClock | None = None, ledger_error: str | None = None
    ) -> None:
        """Wrap an open transaction; `clock` knows the offset to Chatwork's time.

        `ledger_error`: the name of the error for which a copy could not be brought up to its team's ledger just now.
        """
        self.sql = sql
        self.home = home
        self.clock = clock
        self.ledger_error = ledger_error
        self.written: Hashable = None
        """The state of the database's files just before it began, by `engine.written_state`; None: not known."""

    @property
    def driver(self) -> sqlite3.Connection:
        """SQLite's own connection, for many small statements: SQLAlchemy takes ten times as long as it answers."""
        return driver_connection(self.sql)


class Writing(Reading):
    """A transaction that appends and that also reads what it has written itself."""


class SmallStatement:
    """A statement that every run makes and that SQLite answers at once, given to SQLite's own connection.

    It is compiled once. What SQLAlchemy does at each execution takes ten times as long as such an answer, and a quiet
    run makes a hundred of them. Rows have the values that SQLAlchemy would give; no parameter is a list.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> None:
        """Keep a statement whose parameters are `bindparam`s; its own values may be of any kind."""
        self._statement = statement

    def rows(self, sql: Connection, **parameters: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return [self._with_booleans(row) for row in self._execute(sql, parameters)]

    def mappings(self, sql: Connection, **parameters: Any) -> list[dict[str, Any]]:
        """Every row by the names of its columns."""
        cursor = self._execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, self._with_booleans(row), strict=True)) for row in cursor]

    def value(self, sql: Connection, **parameters: Any) -> Any:
        """The first column of the first row; None if there is none."""
        row = self._execute(sql, parameters).fetchone()
        return None if row is None else self._with_booleans(row)[0]

    def execute(self, sql: Connection, **parameters: Any) -> None:
        """Execute a statement that answers nothing."""
        self._execute(sql, parameters)

    def _execute(self, sql: Connection, parameters: dict[str, Any]) -> sqlite3.Cursor:
        return driver_connection(sql).execute(self._compiled.text, self._compiled.own | parameters)

    def _with_booleans(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        booleans = self._compiled.booleans
        if not booleans:
            return row
        return tuple(
            bool(value) if place in booleans and value is not None else value for place, value in enumerate(row)
        )

    @functools.cached_property
    def _compiled(self) -> _CompiledStatement:
        compiled = self._statement.compile(dialect=BeginningDialect(paramstyle="named"))
        asked = {name for name, parameter in compiled.binds.items() if parameter.required}
        written_out = compiled.construct_expanded_state(dict.fromkeys(asked))
        own = {name: value for name, value in written_out.parameters.items() if name not in asked}
        columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
        booleans = frozenset(place for place, column in enumerate(columns) if isinstance(column.type, Boolean))
        return _CompiledStatement(written_out.statement, own, booleans)


class _CompiledStatement(NamedTuple):
    text: str
    own: dict[str, Any]
    """The values that stand in the statement itself, by the names of their parameters."""
    booleans: frozenset[int]
    """The places of the columns for which SQLite has 0 or 1."""


def open_connection(database: Path) -> sqlite3.Connection:
    """A connection of the driver, also on read-only media. It never creates a database."""
    if is_writable(database.parent):
        connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)
        _refuse_without_locks(connection, database)
        return connection
    return _open(database, read_only=True, immutable=True)


def needs_scratch_copy(database: Path) -> bool:
    """Whether a log lies beside the database without its index, and none can be made in the folder."""
    log, index = (database.with_name(database.name + end) for end in ("-wal", "-shm"))
    try:
        return log.stat().st_size > 0 and not index.exists() and not is_writable(database.parent)
    except OSError:
        return False


def copy_with_log(database: Path, folder: Path) -> Path:
    """A copy of the database in the folder, with what its log holds. Raises StorageError."""
    copy = folder / database.name
    with disk_errors(folder):
        for end in ("", "-wal"):
            shutil.copyfile(database.with_name(database.name + end), copy.with_name(copy.name + end))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return copy


def _open(database: Path, *, read_only: bool, immutable: bool) -> sqlite3.Connection:
    if not read_only:
        return sqlite3.connect(database, timeout=BUSY_SECONDS, check_same_thread=False)
    log = database.with_name(database.name + "-wal")
    # On read-only media a log left from a kill can still be read if its index lies beside it.
    readable_log = log.exists() and log.stat().st_size and database.with_name(database.name + "-shm").exists()
    query = urllib.parse.urlencode({"mode": "ro"} | ({"immutable": "1"} if immutable and not readable_log else {}))
    address = f"{database.absolute().as_uri()}?{query}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)


@functools.cache
def _shared_engine() -> Engine:
    """An engine of no archive, whose dialect has learnt what SQLite it speaks to."""
    engine = create_engine("sqlite+beginning://")
    engine.connect().close()
    engine.dispose()
    return engine


@functools.cache
def _shared_options() -> dict[str, Any]:
    """Options with the cache of compiled statements, which may be used by many threads."""
    return {"compiled_cache": LRUCache(MOST_STATEMENTS)}


def is_writable(home: Path) -> bool:
    """Whether files can be written in the folder: on read-only media not even root can."""
    try:
        return os.access(home, os.W_OK) and not _is_read_only_file_system(home)
    except OSError:
        return False


def _is_read_only_file_system(home: Path) -> bool:
    status = getattr(os, "statvfs", None)
    return bool(status and status(home).f_flag & getattr(os, "ST_RDONLY", 0))


_PAGES = 2_000
"""Pages between two reports of progress (8 MB)."""

_LOG_SUFFIXES = ("-wal", "-shm", "-journal")
_EXTENT = "SELECT count(*), max(seq), (SELECT digest FROM entry ORDER BY seq DESC LIMIT 1) FROM entry"
"""Number, last number and last digest of the entries, which must be equal in a copy."""

_BUSY, _FULL, _IO_ERROR, _CORRUPT, _NO_DATABASE = 5, 13, 10, 11, 26
"""Primary result codes of SQLite (sqlite.org/rescode.html)."""


def copy_database(source: sqlite3.Connection, target: Path, *, tell: Callable[[int], None] | None = None) -> None:
    """Copy a database into a new file `target` and check the copy; `tell` is called with the bytes done.

    A `source` with an open reading is copied as of that reading, whatever others write meanwhile; without one a
    write makes SQLite begin again (sqlite.org/c3ref/backup_finish.html). A file at `target` is replaced.
    Raises ArchiveDamaged, DiskFull, DiskFailing, StorageError.
    """
    try:
        remove_with_logs(target)
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _copy_pages(source, target, tell)
        _check_copy(source, target)
        with target.open("r+b") as file:
            os.fsync(file.fileno())
    except sqlite3.Error as error:
        with suppress(OSError):
            remove_with_logs(target)
        raise _storage_error(error, target) from error
    except OSError as error:
        raise durable_files.copy_error(error, target) from error


def remove_with_logs(database: Path) -> None:
    """Remove a database file and SQLite's files beside it, as far as they exist. Raises OSError."""
    remove_logs(database)
    database.unlink(missing_ok=True)


def remove_logs(database: Path) -> None:
    """Remove SQLite's files beside a database, as a log would be applied to a new one. Raises OSError."""
    for end in _LOG_SUFFIXES:
        database.with_name(database.name + end).unlink(missing_ok=True)


def checkpoint_log(database: Path) -> None:
    """Write into a database what a killed writer left in the log beside it, if there is one."""
    logs = [database.with_name(database.name + end) for end in ("-wal", "-journal")]
    if any(log.exists() and log.stat().st_size for log in logs):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def copy_size(source: sqlite3.Connection) -> int:
    """Bytes that a copy of the database takes."""
    ((pages,), (page,)) = (source.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages) * int(page)


def _copy_pages(source: sqlite3.Connection, target: Path, tell: Callable[[int], None] | None) -> None:
    (page,) = source.execute("PRAGMA page_size").fetchone()

    def report(_status: int, left: int, total: int) -> None:
        if tell is not None:
            tell((total - left) * page)

    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # it is synced once, at the end
        source.backup(copy, pages=_PAGES, progress=report)
    with closing(sqlite3.connect(target)) as copy:
        # The copy says of itself that it has a log beside it, as the original does. In exclusive mode SQLite needs
        # no shared memory to change that, which some sticks and shares do not have (sqlite.org/wal.html, §8).
        copy.execute("PRAGMA locking_mode = EXCLUSIVE")
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()


def _check_copy(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        counted = [one.execute(_EXTENT).fetchone() for one in (source, copy)]
    if verdict != "ok" or counted[0] != counted[1]:
        raise errors.ArchiveDamaged(path=target, detail=str(verdict))


def _storage_error(error: sqlite3.Error, target: Path) -> errors.StorageError:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code == _FULL or "full" in str(error):
        return errors.DiskFull(path=target)
    if code == _IO_ERROR:
        return durable_files.database_disk_error(error, target)
    if code == _BUSY and durable_files.lacks_locks(target.parent):
        return errors.LocksMissing(path=target.parent)
    if code in (_CORRUPT, _NO_DATABASE):
        return errors.ArchiveDamaged(path=target, detail=str(error))
    return errors.StorageError(path=target, detail=str(error))


WrittenState = tuple[tuple[int, int, int, int], ...]
"""Number, size, and the times of the last change of bytes and of the file itself, of the database and of its log."""

SETTLED_SECONDS = 3
"""Two writes within one step of a disk's clock (2 s on FAT) cannot be told apart, so a state must be older."""


def written_state(database: Path) -> WrittenState | None:
    """The state of a database's files; None if it cannot tell two writes apart.

    That is so just after a write, under a clock that was set back, and on Windows, which writes the times down late.
    Taken before a transaction begins, it is that of the transaction or of an earlier moment, never of a later one.
    """
    if os.name == "nt":
        return None
    try:
        files = [database.stat(), *_filled_log(database.with_name(database.name + "-wal"))]
    except OSError:
        return None
    if time.time() - max(file.st_mtime for file in files) < SETTLED_SECONDS:
        return None
    return tuple((file.st_ino, file.st_size, file.st_mtime_ns, file.st_ctime_ns) for file in files)


def _filled_log(log: Path) -> Iterator[os.stat_result]:
    """A log with anything in it; an empty one comes and goes with each connection."""
    if log.exists() and (found := log.stat()).st_size:
        yield found
