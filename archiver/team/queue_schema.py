"""The queue's own tables in the team's database: installed by procrastinate's SQL, in a schema of their own.

Which version they are of stands in the comment of the schema. An update applies procrastinate's migrations between that
version and the installed library's, as its documentation asks for (procrastinate.readthedocs.io, migrations): each in a
transaction of its own, as some use what the one before has added, and noted, so a killed update can be gone on with.
"""

from __future__ import annotations

import re
from contextlib import closing
from gettext import gettext as _
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.team.ledger.connection import connect, ledger_errors, ledger_making_errors, printable

SCHEMA = "procrastinate"

_RIGHTS = (
    f"GRANT USAGE ON SCHEMA {SCHEMA} TO ledger_worker, ledger_overseer",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO ledger_worker",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO ledger_worker",
    f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO ledger_worker",
)

Version = tuple[int, ...]
"""Three numbers of a version of procrastinate, and the number of a migration in it."""

_WHOLE = 99
"""In place of the number of a migration: all of that version."""


def install_queue(address: str) -> None:
    """Make the tables of the queue, or bring them up to the installed library; roles and ledger are there already.

    Raises LedgerUnavailable, TeamNotInstalled.
    """
    with ledger_making_errors(address), closing(connect(address)) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION ledger_owner")
        connection.execute("SET ROLE ledger_owner")
        connection.execute(f"SET search_path TO {SCHEMA}")
        held, installed = _held_version(connection), _installed_version()
        if held is None:
            _apply(connection, _library().SchemaManager.get_schema(), installed)
        for path in _migrations(held or installed, installed):
            _apply(connection, path.read_text(encoding="utf-8"), _migration_version(path))
        if held is not None and held < installed:
            _apply(connection, "SELECT 1", installed)
        for statement in _RIGHTS:
            connection.execute(statement.encode())


def check_queue(address: str) -> None:
    """Check that the tables go with the installed library.

    Raises QueueUnavailable, LedgerUnavailable, TeamNotInstalled.
    """
    with ledger_errors(address), closing(connect(address)) as connection:
        held, installed = _held_version(connection), _installed_version()
    if held is None:
        raise errors.QueueUnavailable(ledger=printable(address), detail=_("it was not made yet"))
    if held[:2] > installed[:2] or _migrations(held, installed):
        detail = _("it is of version {held}, the library here of {installed}")
        raise errors.QueueUnavailable(
            ledger=printable(address), detail=detail.format(held=_text(held[:3]), installed=_text(installed[:3]))
        )


def _apply(connection: Any, statements: str, version: Version) -> None:
    """Run statements, and note of which version the tables are after them, in one transaction."""
    with connection.transaction():
        connection.execute(statements.encode())
        connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{SCHEMA} {_text(version)}'".encode())


def _library() -> Any:
    try:
        import procrastinate.schema
    except ImportError as error:
        raise errors.TeamNotInstalled(detail=error) from error
    return procrastinate.schema


def _installed_version() -> Version:
    _library()
    return (*_numbers(version("procrastinate"))[:3], _WHOLE)


def _held_version(connection: Any) -> Version | None:
    """The version of the tables; None: there are none."""
    query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(query, (SCHEMA,)).fetchone()
    return None if row is None or row[0] is None else _numbers(row[0])


def _migrations(after: Version, until: Version) -> list[Path]:
    """The migrations of the library after a version and up to another, in their order."""
    folder = Path(_library().SchemaManager.get_migrations_path())
    return [path for path in sorted(folder.glob("[0-9]*.sql")) if after < _migration_version(path) <= until]


def _migration_version(path: Path) -> Version:
    """The version of a migration, by its name, such as `03.04.00_50_post_add_retry_failed_job_procedure.sql`."""
    return _numbers(path.name)[:4]


def _numbers(text: str) -> Version:
    return tuple(int(number) for number in re.findall(r"[0-9]+", text))


def _text(parts: Version) -> str:
    return ".".join(map(str, parts))
