"""What the database itself refuses, whoever connects to it in whatever way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from archiver.ledger import installation
from tests.support.teams.postgres import Postgres

pytestmark = pytest.mark.slow

ENTRY = "INSERT INTO ledger.entry VALUES (%s, %s, '', NULL, 'note', 1, NULL, 'note/1', '{}', 'aa')"

HOLE_WITHIN = """
INSERT INTO ledger.entry
SELECT 2, seq, '', NULL, 'note', 1, NULL, 'note/1', '{}', 'aa' FROM unnest('{2,4}'::int[]) AS seq
"""


@pytest.fixture
def machine(postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    """A machine's connection, on an archive with one entry beside another archive with one."""
    with psycopg.connect(postgres.address("machine")) as connection:
        for account in (1, 2):
            number = installation.open_archive(postgres.address("machine"), account)
            connection.execute("SELECT set_config('archiver.archive', %s, false)", (str(number),))
            if connection.execute("SELECT count(*) FROM ledger.entry").fetchone() == (0,):
                connection.execute(ENTRY, (number, 1))
        connection.commit()
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.entry SET line = 'other'",
        "DELETE FROM ledger.entry",
        "DELETE FROM ledger.standing",
        "TRUNCATE ledger.entry CASCADE",
        "INSERT INTO ledger.archive (account_id) VALUES (9)",
        "ALTER TABLE ledger.entry DISABLE TRIGGER ALL",
        "SET ROLE ledger_owner",
        "INSERT INTO ledger.entry VALUES (1, 2, '', NULL, 'note', 1, NULL, 'note/1', '{}', 'aa')",
        "INSERT INTO ledger.entry VALUES (2, 1, '', NULL, 'note', 1, NULL, 'note/1', '{}', 'aa')",
        "INSERT INTO ledger.entry VALUES (2, 3, '', NULL, 'note', 1, NULL, 'note/1', '{}', 'aa')",
        HOLE_WITHIN,
    ],
    ids=[
        "update",
        "delete",
        "standing",
        "truncate",
        "archive",
        "trigger",
        "role",
        "foreign",
        "taken",
        "hole",
        "hole-in",
    ],
)
@pytest.mark.drawn
def test_a_machine_can_neither_change_nor_skip_nor_reach_another_archive(
    machine: psycopg.Connection[Any], statement: str
) -> None:
    """Update, delete, truncate, a foreign archive, a taken number and a hole are all refused."""
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)):
        machine.execute(statement.encode())


@pytest.mark.drawn
def test_a_connection_sees_its_own_archive_alone(machine: psycopg.Connection[Any]) -> None:
    """One that names no archive sees nothing at all."""
    own = machine.execute("SELECT archive, seq FROM ledger.entry").fetchall()
    machine.execute("SELECT set_config('archiver.archive', '', false)")
    seen = [
        machine.execute(f"SELECT count(*) FROM ledger.{table}".encode()).fetchone() for table in ("entry", "archive")
    ]

    assert ([(2, 1)], [(0,), (0,)]) == (own, seen)


@pytest.mark.drawn
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "statement", ["UPDATE ledger.entry SET line = 'x'", "DELETE FROM ledger.seal", "TRUNCATE ledger.reply"]
)
def test_even_the_owner_of_the_database_is_stopped_once(postgres: Postgres, statement: str) -> None:
    """A superuser meets the triggers too; nothing keeps one from removing them, as seals and stamps then show."""
    postgres.execute(
        "INSERT INTO ledger.seal SELECT id, 1, 1, 1, '', '', '', '' FROM ledger.archive ON CONFLICT DO NOTHING",
    )

    with pytest.raises(psycopg.errors.IntegrityError):
        postgres.execute(statement)


@pytest.mark.drawn
def test_a_reader_cannot_append(postgres: Postgres) -> None:
    """Those who only read may not even name themselves the archive and insert."""
    with psycopg.connect(postgres.address("reader")) as connection:
        connection.execute("SELECT set_config('archiver.archive', '2', false)")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(ENTRY, (2, 2))


@pytest.mark.drawn
@pytest.mark.usefixtures("machine")
def test_installing_again_changes_nothing(postgres: Postgres) -> None:
    """The ledger is brought up to this version; if it is, nothing happens."""
    installation.install_ledger(postgres.address())

    assert 2 == installation.find_archive(postgres.address("reader"), 2)
