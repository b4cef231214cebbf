"""Makes the ledger in a database: roles, schema, and the steps of its versions by Alembic; opens archives in it.

It remembers the store in which the files of an archive lie by its identity, 32 hexadecimal digits.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from archiver import errors
from archiver.team.ledger.connection import (
    ask,
    connect,
    import_psycopg,
    ledger_error,
    ledger_making_errors,
    printable,
)

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

_NOTE = """
INSERT INTO store (archive, identity) VALUES (current_archive(), %s) ON CONFLICT (archive) DO NOTHING
"""

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


def known_store(address: str, archive: int, *, note: str | None = None) -> str | None:
    """The identity of the store of an archive; None if none is noted. `note` is noted where none is.

    Raises LedgerUnavailable, LedgerForbids, TeamNotInstalled.
    """
    if note is not None:
        ask(address, _NOTE, (note,), archive)
    rows = ask(address, "SELECT identity FROM store", archive=archive)
    return str(rows[0][0]) if rows else None


def archives_in_store(address: str, identity: str) -> tuple[int, int]:
    """Of how many archives the files lie in the store with this identity, and of how many in another.

    Raises LedgerUnavailable, LedgerForbids, TeamNotInstalled.
    """
    ((same, other),) = ask(address, "SELECT same, other FROM archives_in_store(%s)", (identity,))
    return int(same), int(other)


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
