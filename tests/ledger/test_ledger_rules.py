"""What the database itself refuses, whoever connects to it in whatever way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from archiver.evidence import chain
from archiver.team.ledger.database import find_archive, install_ledger, open_archive
from tests.support.teams.postgres import Postgres

pytestmark = pytest.mark.slow

AT = "2026-11-30T00:00:00.000Z"
FIELDS: dict[str, Any] = {"observed_at": AT, "clock": None, "kind": "note", "account_id": 1, "room_id": None}
FIELDS |= {"key": 'note/"1"\\\n', "payload": {"text": "a\ud800\0"}, "salt": "0" * 32, "reply": None}


def entry(archive: int, seq: int, **changed: object) -> str:
    """The statement that appends an entry as a copy does, with other columns than its line has."""
    line = chain.entry_line(seq=seq, **FIELDS)
    columns = {name: value for name, value in FIELDS.items() if name not in ("payload", "salt", "reply")}
    row = {"archive": archive, "seq": seq} | columns | {"line": line, "digest": chain.digest(line)} | changed
    values = ", ".join("NULL" if value is None else f"$q${value}$q$" for value in row.values())
    return f"INSERT INTO ledger.entry ({', '.join(row)}) VALUES ({values})"


def with_line(line: str, **changed: object) -> str:
    """The statement that appends a line under its digest."""
    return entry(2, 2, line=line, digest=chain.digest(line), **changed)


HOLE_WITHIN = entry(2, 2) + entry(2, 4)[entry(2, 4).index(" VALUES ") :].replace(" VALUES ", ", ")
LINE = chain.entry_line(seq=2, **FIELDS)
REACHING = {
    "update": "UPDATE ledger.entry SET line = 'other'",
    "delete": "DELETE FROM ledger.entry",
    "standing": "DELETE FROM ledger.standing",
    "truncate": "TRUNCATE ledger.entry CASCADE",
    "archive": "INSERT INTO ledger.archive (account_id) VALUES (9)",
    "trigger": "ALTER TABLE ledger.entry DISABLE TRIGGER ALL",
    "role": "SET ROLE ledger_owner",
    "foreign": entry(1, 2),
    "taken": entry(2, 1),
    "hole": entry(2, 3),
    "hole-in": HOLE_WITHIN,
}
FORGED = {
    "digest": entry(2, 2, digest="0" * 64),
    "text": entry(2, 2, line=LINE.replace("a", "b")),
    "number": with_line(chain.entry_line(seq=3, **FIELDS)),
    "kind": entry(2, 2, kind="message"),
    "key": entry(2, 2, key="note/2"),
    "room": entry(2, 2, room_id=7),
    "account": entry(2, 2, account_id=7),
    "time": entry(2, 2, observed_at="2026-11-29T00:00:00.000Z"),
    "clock": entry(2, 2, clock=AT),
    "no-json": with_line(LINE.replace('"payload":{', '"payload":{!')),
    "field-gone": with_line(LINE.replace('"reply":null,', "")),
    "other-tombstone": entry(2, 2, kind="erased", line=f'{{"digest":"{"0" * 64}","erased":true,"erasure":1}}'),
    "login": entry(2, 2, login="somebody"),
    "written": entry(2, 2, written_at="2026-01-01"),
}
"""Rows that a copy never writes, of which each has one thing that does not go with the others."""


@pytest.fixture
def machine(postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    """A machine's connection, on an archive with one entry beside another archive with one."""
    with psycopg.connect(postgres.address("machine")) as connection:
        for account in (1, 2):
            number = open_archive(postgres.address("machine"), account)
            connection.execute("SELECT set_config('archiver.archive', %s, false)", (str(number),))
            if connection.execute("SELECT count(*) FROM ledger.entry").fetchone() == (0,):
                connection.execute(entry(number, 1).encode())
        connection.commit()
        yield connection


@pytest.mark.drawn
@pytest.mark.parametrize("statement", (REACHING | FORGED).values(), ids=REACHING | FORGED)
def test_a_machine_can_neither_change_nor_skip_nor_forge_nor_reach_another_archive(
    machine: psycopg.Connection[Any], statement: str
) -> None:
    """Update, delete, truncate, a foreign archive, a taken number and a hole are all refused.

    Digest, number, kind, key and the other columns are those of the line; who wrote it and when nobody states.
    """
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError, psycopg.DataError)):
        machine.execute(statement.encode())


@pytest.mark.drawn
def test_the_ledger_says_itself_who_wrote_a_row_and_when(machine: psycopg.Connection[Any]) -> None:
    """A row as a copy writes it is taken, odd signs included."""
    machine.execute(entry(2, 2).encode())
    row = machine.execute("SELECT login, written_at = now() FROM ledger.entry WHERE seq = 2").fetchone()
    machine.rollback()

    assert ("machine", True) == row


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
        "INSERT INTO ledger.seal SELECT id, 1, 1, 1, encode(sha256(''), 'hex'), '', '', '' FROM ledger.archive "
        "ON CONFLICT DO NOTHING",
    )

    with pytest.raises(psycopg.errors.IntegrityError):
        postgres.execute(statement)


@pytest.mark.drawn
def test_a_reader_cannot_append(postgres: Postgres) -> None:
    """Those who only read may not even name themselves the archive and insert."""
    with psycopg.connect(postgres.address("reader")) as connection:
        connection.execute("SELECT set_config('archiver.archive', '2', false)")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(entry(2, 2).encode())


@pytest.mark.drawn
@pytest.mark.usefixtures("machine")
def test_installing_again_changes_nothing(postgres: Postgres) -> None:
    """The ledger is brought up to this version; if it is, nothing happens."""
    install_ledger(postgres.address())

    assert 2 == find_archive(postgres.address("reader"), 2)
