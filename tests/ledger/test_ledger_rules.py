"""What the database itself refuses, whoever connects to it in whatever way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from archiver.evidence import chain
from archiver.team.ledger.database import find_archive, install_ledger, open_archive
from tests.support.cases import cases_of
from tests.support.teams.postgres import Postgres

pytestmark = pytest.mark.slow

AT = "2026-11-30T00:00:00.000Z"
FIELDS: dict[str, Any] = {"observed_at": AT, "clock": None, "kind": "note", "account_id": 1, "room_id": None}
FIELDS |= {"key": 'note/"1"\\\n', "payload": {"text": "a\ud800\0"}, "salt": "0" * 32, "reply": None}
TOKEN = (
    "INSERT INTO ledger.token (archive, sealed, wrapped_key, key_id) VALUES (ledger.current_archive(), 's', 'w', 'k')"
)
RECORD = "SELECT ledger.record_access('弁護士', 'export', '契約の確認')"
SEAL = "INSERT INTO ledger.seal SELECT id, 1, 1, 1, encode(sha256(''), 'hex'), '', '', '' FROM ledger.archive"


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


LINE = chain.entry_line(seq=2, **FIELDS)
FORGED = {
    "foreign": entry(1, 2),
    "taken": entry(2, 1),
    "hole": entry(2, 3),
    "hole-in": entry(2, 2) + entry(2, 4)[entry(2, 4).index(" VALUES ") :].replace(" VALUES ", ", "),
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


@contextmanager
def as_user(postgres: Postgres, user: str, archive: int = 2) -> Iterator[psycopg.Connection[Any]]:
    """A connection of a user that names an archive; nothing of it is committed."""
    with psycopg.connect(postgres.address(user)) as connection:
        connection.execute("SELECT set_config('archiver.archive', %s, false)", (str(archive),))
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def kept(postgres: Postgres) -> Postgres:
    """A ledger in which two archives, 1 and 2 by their accounts' numbers, have an entry, a seal, a token, an access."""
    for number in (1, 2):
        assert number == open_archive(postgres.address("machine"), number)
        with as_user(postgres, "machine", number) as machine:
            for statement in (entry(number, 1), TOKEN, RECORD):
                machine.execute(statement.encode())
            machine.commit()
    postgres.execute(SEAL)
    return postgres


REFUSALS: dict[str, Any] = {
    **dict.fromkeys(("machine", "clerk"), (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)),
    "postgres": psycopg.errors.IntegrityError,
}
"""Who may write meets rules, a superuser those alone, and all others have no right to it."""


@pytest.mark.drawn
@pytest.mark.parametrize(("user", "statement"), cases_of(__file__, "refused"))
def test_each_user_is_refused_what_is_none_of_its_work(kept: Postgres, user: str, statement: str) -> None:
    """Of records, tokens and accesses nothing is changed or taken away; even the owner of the database is stopped once.

    Nothing keeps a superuser from removing the triggers, as seals and stamps then show.
    """
    with as_user(kept, user) as connection, pytest.raises(REFUSALS.get(user, psycopg.errors.InsufficientPrivilege)):
        connection.execute(statement.encode())


@pytest.mark.drawn
@pytest.mark.parametrize("statement", FORGED.values(), ids=FORGED)
def test_a_machine_can_neither_skip_nor_forge_nor_reach_another_archive(kept: Postgres, statement: str) -> None:
    """Digest, number, kind, key and the other columns are those of the line; who wrote it and when nobody states."""
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError, psycopg.DataError)
    with as_user(kept, "machine") as machine, pytest.raises(refusals):
        machine.execute(statement.encode())


@pytest.mark.drawn
def test_the_ledger_says_itself_who_wrote_a_row_and_when(kept: Postgres) -> None:
    """A row as a copy writes it is taken, odd signs included."""
    with as_user(kept, "machine") as machine:
        machine.execute(entry(2, 2).encode())
        row = machine.execute("SELECT login, written_at = now() FROM ledger.entry WHERE seq = 2").fetchone()

    assert ("machine", True) == row


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("user", "table"), [("machine", "entry"), ("machine", "archive"), ("worker", "token"), ("reader", "access")]
)
def test_a_connection_sees_its_own_archive_alone(kept: Postgres, user: str, table: str) -> None:
    """One that names no archive sees nothing at all."""
    query = f"SELECT count(*) FROM ledger.{table}".encode()
    with as_user(kept, user) as connection:
        own = connection.execute(query).fetchone()
        connection.execute("SELECT set_config('archiver.archive', '', false)")

        assert ((1,), (0,)) == (own, connection.execute(query).fetchone())


@pytest.mark.drawn
def test_a_token_is_destroyed_with_the_closing_of_its_archive_alone(kept: Postgres) -> None:
    """Whoever leaves has no token in the ledger at once; what was saved can be read, and nobody else is touched."""
    with as_user(kept, "worker") as worker:
        worker.execute("SELECT ledger.close_archive()")
        left = worker.execute("SELECT count(*) FROM ledger.token").fetchone()
        overview = worker.execute("SELECT account_id, has_token, closed_at IS NOT NULL FROM ledger.overview").fetchall()
        worker.execute("SELECT ledger.reopen_archive()")
        closed = worker.execute("SELECT closed_at FROM ledger.archive").fetchone()

    assert ((0,), (None,)) == (left, closed)
    assert {(2, False, True), (1, True, False)} == set(overview)


@pytest.mark.drawn
def test_accesses_are_numbered_without_holes_and_say_the_login(kept: Postgres) -> None:
    """Each archive has numbers of its own, the time and the user come from the database."""
    with as_user(kept, "reader") as reader:
        numbers = [reader.execute(RECORD.encode()).fetchone() for _time in range(2)]
        rows = reader.execute("SELECT seq, login, who, what, reason, at <= clock_timestamp() FROM ledger.access")
        told = rows.fetchall()

    assert [(2,), (3,)] == numbers
    assert [(1, "machine"), (2, "reader"), (3, "reader")] == [row[:2] for row in told]
    assert {("弁護士", "export", "契約の確認", True)} == {row[2:] for row in told}


@pytest.mark.drawn
def test_a_machine_states_the_standing_of_its_own_archive(kept: Postgres) -> None:
    """The last round, its outcome and when the next one is due are of the archive that is named."""
    stated = "UPDATE ledger.standing SET last_round = now(), outcome = 'ok', gaps = 1, alerts = 0, next_due = now()"
    with as_user(kept, "machine") as machine:
        changed = machine.execute(stated.encode()).rowcount
        rows = machine.execute("SELECT account_id FROM ledger.overview WHERE outcome = 'ok'").fetchall()

    assert (1, [(2,)]) == (changed, rows)


@pytest.mark.drawn
def test_installing_again_changes_nothing(kept: Postgres) -> None:
    """The ledger is brought up to this version; if it is, nothing happens."""
    install_ledger(kept.address())

    assert 2 == find_archive(kept.address("reader"), 2)
