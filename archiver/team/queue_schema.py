"""The queue's own tables in the team's database: installed by procrastinate's SQL, in a schema of their own.

Which version they are of stands in the comment of the schema. An update applies procrastinate's migrations between that
version and the installed library's, as its documentation asks for (procrastinate.readthedocs.io, migrations).
"""

from __future__ import annotations

import re
from contextlib import closing
from gettext import gettext as _
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.ledger.connection import connect, ledger_errors, printable

SCHEMA = "procrastinate"

_RIGHTS = (
    f"GRANT USAGE ON SCHEMA {SCHEMA} TO ledger_worker, ledger_overseer",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO ledger_worker",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO ledger_worker",
    f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO ledger_worker",
)

Version = tuple[int, ...]


def install_queue(address: str) -> None:
    """Make the tables of the queue, or bring them up to the installed library; roles and ledger are there already.

    Raises LedgerUnavailable, QueueUnavailable, TeamNotInstalled.
    """
    with ledger_errors(address), closing(connect(address)) as connection, connection.transaction():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION ledger_owner")
        connection.execute("SET LOCAL ROLE ledger_owner")
        connection.execute(f"SET LOCAL search_path TO {SCHEMA}")
        held, installed = _held_version(connection), _installed_version()
        if held is None:
            connection.execute(_library().SchemaManager.get_schema())
        for path in _migrations(held or installed, installed):
            connection.execute(path.read_text(encoding="utf-8").encode())
        if held is None or held < installed:
            connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{SCHEMA} {_text(installed)}'".encode())
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
            ledger=printable(address), detail=detail.format(held=_text(held), installed=_text(installed))
        )


def _library() -> Any:
    try:
        import procrastinate.schema
    except ImportError as error:
        raise errors.TeamNotInstalled(detail=error) from error
    return procrastinate.schema


def _installed_version() -> Version:
    _library()
    return _version(version("procrastinate"))


def _held_version(connection: Any) -> Version | None:
    """The version of the tables; None: there are none."""
    query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(query, (SCHEMA,)).fetchone()
    return None if row is None or row[0] is None else _version(row[0].rpartition(" ")[2])


def _migrations(after: Version, until: Version) -> list[Path]:
    """The migrations of the library of versions after one and up to another, in their order."""
    folder = Path(_library().SchemaManager.get_migrations_path())
    paths = sorted(path for path in folder.glob("[0-9]*.sql"))
    return [path for path in paths if after < _version(path.name.partition("_")[0]) <= until]


def _version(text: str) -> Version:
    return tuple(int(number) for number in re.findall(r"[0-9]+", text)[:3])


def _text(parts: Version) -> str:
    return ".".join(map(str, parts))
