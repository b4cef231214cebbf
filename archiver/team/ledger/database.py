"""The database of the ledger: where it is (`ledger.toml` in a home), connections, errors; how it is made by Alembic.

psycopg is imported with the first connection: it is in the extra `[team]`, and nobody else needs it.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver import errors
from archiver.settings.token import replace_file
from archiver.store.keeper import LEDGER_FILE

COPY_SETTINGS = b"[exports]\ndaily = false\n[notify]\ndesktop = false\n"
"""The `archive.toml` of a copy for which there is none: its machine has no desk and no folder of anybody's."""

_HEAD = "# This home is a copy of an archive of a team. Without this file it would be an archive of its own.\n"


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """An archive in a ledger."""

    address: str
    """As libpq takes it (postgresql.org/docs/17/libpq-connect.html); better without a password."""
    archive: int
    """The archive's number in the ledger."""
    files: str | None = None
    """The store of files: a folder that all machines of the team see, or `s3://…`; None: there is none."""


def read_ledger_file(home: Path) -> LedgerPlace | None:
    """The ledger of a home; None for an archive of its own. Raises BadLedgerFile, NotAllowed."""
    path = home / LEDGER_FILE
    try:
        text = path.read_text(encoding="utf-8")
        import tomllib

        table = tomllib.loads(text)
        files = table.get("files")
        return LedgerPlace(str(table["address"]), int(table["archive"]), None if files is None else str(files))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise errors.NotAllowed(path=path, detail=error.strerror or str(error)) from error
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise errors.BadLedgerFile(path=path, detail=error) from error


def make_copy_home(home: Path, place: LedgerPlace, settings: bytes = COPY_SETTINGS) -> None:
    """Make the home of a copy, or write its files anew where they differ.

    Raises BadLedgerFile, NotAllowed, DiskFull, DiskFailing, HomeNotWritable.
    """
    path = home / "archive.toml"
    if not path.is_file() or path.read_bytes() != settings:
        replace_file(path, settings)
    if read_ledger_file(home) != place:
        write_ledger_file(home, place)


def write_ledger_file(home: Path, place: LedgerPlace) -> None:
    """Write the file for the owner alone, whole or not at all. Raises DiskFull, DiskFailing, HomeNotWritable."""
    lines = [f"address = {_toml_text(place.address)}", f"archive = {place.archive}"]
    if place.files is not None:
        lines.append(f"files = {_toml_text(place.files)}")
    replace_file(home / LEDGER_FILE, (_HEAD + "\n".join(lines) + "\n").encode("utf-8"))


def _toml_text(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON but for DEL (toml.io/en/v1.0.0)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


if TYPE_CHECKING:
    import psycopg

_IDLE_SECONDS = 1.0
"""A connection that nobody has used for so long is tried before it is used again."""

_SETTINGS = (
    "SET search_path TO ledger",
    "SET lock_timeout TO '30s'",
    "SET statement_timeout TO '120s'",
    "SET idle_in_transaction_session_timeout TO '600s'",  # a machine that is gone must not keep others out for ever
)
_IS_CLOSED_TO_USER = """
SELECT CASE WHEN to_regnamespace('ledger') IS NULL THEN false ELSE NOT has_schema_privilege('ledger', 'USAGE') END
"""
"""Asked at once, as the tables of a schema that a user may not use seem not to be there."""
_MISSING = ("3F000", "42P01", "42703", "42704", "42883")
"""SQLSTATE of a schema, a table, a column, another object or a function that is not there."""
_FORBIDDEN = "42501"
_REFUSED = re.compile(
    r"authentication failed|role .* does not exist|no password supplied|no pg_hba\.conf entry|pg_hba\.conf rejects"
    r"|認証に失敗|ロール.*存在しません|パスワードが指定|pg_hba\.conf"
)
"""What PostgreSQL says where it does not let a user in; with these errors libpq gives no SQLSTATE."""
_CONNECTING = {
    "application_name": "archiver",
    "client_encoding": "UTF8",
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "tcp_user_timeout": "30000",
}


def connect(address: str) -> psycopg.Connection[Any]:
    """A connection whose transactions begin and end by statements. Raises LedgerUnavailable, TeamNotInstalled."""
    library = import_psycopg()
    with ledger_errors(address):
        given = {name: str(value) for name, value in library.conninfo.conninfo_to_dict(address).items() if value}
        parameters = {**_CONNECTING, **given}  # what the address itself states wins
        connection: psycopg.Connection[Any] = library.connect(address, autocommit=True, **parameters)
        for statement in _SETTINGS:
            connection.execute(statement)
        if connection.execute(_IS_CLOSED_TO_USER).fetchone() == (True,):
            raise errors.LedgerForbids(ledger=printable(address), detail="permission denied for schema ledger")
        return connection


def begin_on_archive(connection: Any, archive: int, begin: str = "BEGIN") -> Any:
    """Begin a transaction on one archive alone, and return the connection: row-level security shows it nothing of any
    other.
    """
    connection.execute(f"{begin}; SELECT set_config('archiver.archive', '{archive:d}', true)")
    return connection


def ask(
    address: str,
    query: str,
    values: Any = None,
    archive: int | None = None,
    *,
    open_connection: Callable[[str], Any] = connect,
) -> list[Any]:
    """The rows that one statement gives, in a transaction on one archive if it is named.

    Raises LedgerUnavailable, TeamNotInstalled.
    """
    with ledger_errors(address), closing(open_connection(address)) as connection:
        if archive is not None:
            begin_on_archive(connection, archive)
        cursor = connection.execute(query, values)
        rows: list[Any] = cursor.fetchall() if cursor.description else []
        if archive is not None:
            connection.execute("COMMIT")
    return rows


class KeptConnections:
    """Connections to one ledger that a process uses in turn, so that not every round opens one; any thread may."""

    def __init__(self, address: str, *, most: int = 8) -> None:
        """Keep the address, and how many connections at most are kept while nobody uses them."""
        self._address, self._most = address, most
        self._idle: list[tuple[Any, float]] = []
        self._one_at_a_time = threading.Lock()

    def take(self, _address: str) -> KeptConnection:
        """A connection that answers, for the caller alone until it is closed. Raises LedgerUnavailable."""
        while True:
            with self._one_at_a_time:
                connection, since = self._idle.pop() if self._idle else (None, 0.0)
            if connection is None:
                return KeptConnection(connect(self._address), self._put_back)
            if time.monotonic() - since < _IDLE_SECONDS or _answers(connection):
                return KeptConnection(connection, self._put_back)

    def close(self) -> None:
        """Close those that nobody uses."""
        with self._one_at_a_time:
            idle, self._idle = self._idle, []
        for connection, _since in idle:
            _close(connection)

    def _put_back(self, connection: Any) -> None:
        """Keep a connection on which nothing is open; any other one is closed."""
        library = import_psycopg()
        is_clean = connection.info.transaction_status == library.pq.TransactionStatus.IDLE
        with self._one_at_a_time:
            if is_clean and len(self._idle) < self._most:
                self._idle.append((connection, time.monotonic()))
                return
        _close(connection)


class KeptConnection:
    """A connection that goes back to where it was taken from."""

    def __init__(self, connection: Any, put_back: Callable[[Any], None]) -> None:
        """Take an open connection."""
        self._connection, self._put_back = connection, put_back

    def execute(self, *arguments: Any) -> Any:
        """Execute a statement."""
        return self._connection.execute(*arguments)

    def close(self) -> None:
        """Give it back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._put_back(connection)


def _answers(connection: Any) -> bool:
    """Whether the server is still there; a connection that it has closed is closed here too."""
    try:
        connection.execute("SELECT 1")
    except import_psycopg().Error:
        _close(connection)
        return False
    return True


def _close(connection: Any) -> None:
    with suppress(Exception):
        connection.close()


def import_psycopg() -> Any:
    """The library. Raises TeamNotInstalled where the extra is missing."""
    try:
        import psycopg
    except ImportError as error:
        raise errors.TeamNotInstalled(detail=error) from error
    return psycopg


@contextmanager
def ledger_errors(address: str) -> Iterator[None]:
    """Raise PostgreSQL's errors as errors of this program: numbers that are taken already as StaleCopy."""
    psycopg = import_psycopg()
    try:
        yield
    except psycopg.errors.IntegrityError as error:
        raise errors.StaleCopy(detail=first_line(error)) from error
    except psycopg.Error as error:
        raise ledger_error(error, address) from error


@contextmanager
def ledger_making_errors(address: str) -> Iterator[None]:
    """Raise LedgerNotMade where the user may not do what making or updating a ledger needs."""
    try:
        with ledger_errors(address):
            yield
    except errors.LedgerForbids as error:
        raise errors.LedgerNotMade(**error.data) from error


def ledger_error(error: Exception, address: str) -> errors.LedgerUnavailable:
    """What an error of PostgreSQL says of the ledger.

    What is not there was not made yet, as the program is newer than the ledger; the codes are those of
    postgresql.org/docs/17/errcodes-appendix.html.
    """
    state = getattr(error, "sqlstate", None)
    kind = errors.LedgerUnavailable
    if state in _MISSING:
        kind = errors.LedgerOutdated
    elif state == _FORBIDDEN:
        kind = errors.LedgerForbids
    elif state is None and _REFUSED.search(str(error)):
        kind = errors.LedgerRefusesUser
    return kind(ledger=printable(address), user=user_of(address), detail=first_line(error))


def printable(address: str) -> str:
    """Host and database of an address, without user and password."""
    psycopg = import_psycopg()
    try:
        parts = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        return "?"
    return f"{parts.get('host') or 'localhost'}/{parts.get('dbname') or ''}"


def user_of(address: str) -> str:
    """The user that an address names; else that of this computer, as libpq takes it."""
    psycopg = import_psycopg()
    try:
        named = psycopg.conninfo.conninfo_to_dict(address).get("user")
    except psycopg.Error:
        named = None
    try:
        return str(named or os.environ.get("PGUSER") or getpass.getuser())
    except (KeyError, OSError):
        return "?"


def first_line(error: Exception) -> str:
    """What PostgreSQL says, without the place in the statement."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


ROLES = (
    "ledger_owner",
    "ledger_writer",
    "ledger_reader",
    "ledger_worker",
    "ledger_overseer",
    "ledger_clerk",
    "ledger_eraser",
    "ledger_organisation",
)
"""Groups without login: of migrations only, of machines that save, of those who only read an archive, of machines that
may also read sealed tokens, of those who see how every archive stands and nothing of what is in it, of those who may
have erased what an entry says; one that owns the function that erases, and has no members but the first; and of those
who may name any archive. Whoever is not in the last one sees the archive to which it is held, or none."""

_CREATE_ROLE = (
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
    "THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
)


def install_ledger(address: str) -> None:
    """Make the ledger, or bring it up to this version; the address is of one who may create roles.

    Raises LedgerUnavailable, TeamNotInstalled.
    """
    with ledger_making_errors(address):
        _make_roles(address)
        _run_migrations(address)


def _make_roles(address: str) -> None:
    """Make the roles, and the schema in which the tables will be."""
    with closing(connect(address)) as connection:
        encoding = connection.execute("SHOW server_encoding").fetchone()
        if encoding != ("UTF8",):
            raise errors.LedgerUnavailable(ledger=printable(address), detail=f"server_encoding = {encoding}")
        for role in ROLES:
            connection.execute(_CREATE_ROLE.format(role=role))
        connection.execute("GRANT ledger_owner TO CURRENT_USER")
        connection.execute("CREATE SCHEMA IF NOT EXISTS ledger AUTHORIZATION ledger_owner")
        connection.execute(
            "GRANT USAGE ON SCHEMA ledger TO ledger_writer, ledger_reader, ledger_overseer, ledger_clerk, ledger_eraser"
        )
        connection.execute("GRANT ledger_eraser TO ledger_owner")  # who gives it its function
        connection.execute("GRANT ledger_writer, ledger_organisation TO ledger_worker")
        connection.execute("GRANT ledger_organisation TO ledger_owner")  # who opens archives for others


def open_archive(address: str, account: int, *, number: int | None = None) -> int:
    """The number of an account's archive in the ledger, which is made if there is none yet, as `number` if it is free.

    Raises LedgerUnavailable, TeamNotInstalled.
    """
    return int(ask(address, "SELECT open_archive(%s, %s)", (account, number))[0][0])


def find_archive(address: str, account: int) -> int:
    """The number of an account's archive in the ledger.

    Raises NotInLedger, ArchiveForbidden where the user of the database is held to another archive, LedgerUnavailable,
    TeamNotInstalled.
    """
    ((number, only),) = ask(address, "SELECT archive_of(%s), current_archive()", (account,))
    if number is None:
        raise errors.AccountNotInLedger(ledger=printable(address), account=account)
    if only is not None and only != number:  # whatever number it names, it would be given its own archive
        raise errors.ArchiveForbidden(account=account)
    return int(number)


def _run_migrations(address: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    psycopg = import_psycopg()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET ROLE ledger_owner")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise ledger_error(error.orig if isinstance(error.orig, Exception) else error, address) from error
    except CommandError as error:  # its revision is one that this program does not know
        raise errors.LedgerNewer(ledger=printable(address), detail=error) from error
