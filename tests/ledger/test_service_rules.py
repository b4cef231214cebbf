"""What the database refuses of the tables of a team's service: tokens, accesses, standings, the state of the host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from archiver.team.ledger.database import open_archive
from tests.support.cases import cases_of
from tests.support.teams.postgres import Postgres

pytestmark = pytest.mark.slow

OWN, FOREIGN = 71, 72
"""Two accounts."""

TOKEN = (
    "INSERT INTO ledger.token (archive, sealed, wrapped_key, key_id) VALUES (ledger.current_archive(), 's', 'w', 'k')"
)
RECORD = "SELECT ledger.record_access('弁護士', 'export', '契約の確認')"


def number(postgres: Postgres, account: int) -> int:
    """The number of an account's archive."""
    return open_archive(postgres.address("machine"), account)


@contextmanager
def as_user(postgres: Postgres, user: str, account: int = OWN) -> Iterator[psycopg.Connection[Any]]:
    """A connection of a user that names an account's archive; nothing of it is committed."""
    archive = number(postgres, account)
    with psycopg.connect(postgres.address(user)) as connection:
        connection.execute("SELECT set_config('archiver.archive', %s, false)", (str(archive),))
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def kept(postgres: Postgres) -> Postgres:
    """A ledger in which two archives have a token and an access each."""
    for account in (OWN, FOREIGN):
        with as_user(postgres, "machine", account) as machine:
            machine.execute(TOKEN)
            machine.execute(RECORD)
            machine.commit()
    return postgres


@pytest.mark.drawn
@pytest.mark.parametrize("statement", cases_of(__file__, "a_machine_can_neither_change_an_access_nor_read_a_token"))
def test_a_machine_can_neither_change_an_access_nor_read_a_token(kept: Postgres, statement: str) -> None:
    """A machine that saves has the rights of its work: the accesses are as they were told, the tokens are closed."""
    with (
        as_user(kept, "machine") as machine,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)),
    ):
        machine.execute(statement.encode())


@pytest.mark.drawn
@pytest.mark.parametrize("user", ["reader", "overseer"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT archive FROM ledger.token",
        TOKEN,
        "DELETE FROM ledger.token",
        "UPDATE ledger.standing SET outcome = 'ok'",
        "SELECT ledger.close_archive()",
        "INSERT INTO ledger.host_breaker (host) VALUES ('h')",
    ],
)
def test_those_who_only_read_have_no_part_in_the_service(kept: Postgres, user: str, statement: str) -> None:
    """Not even which archives have a token is told to them by the table."""
    with as_user(kept, user) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.drawn
def test_a_worker_reads_the_token_of_the_archive_it_names_alone(kept: Postgres) -> None:
    """Who names no archive gets none at all."""
    with as_user(kept, "worker") as worker:
        own = worker.execute("SELECT archive, sealed, wrapped_key, key_id FROM ledger.token").fetchall()
        worker.execute("SELECT set_config('archiver.archive', '', false)")
        none = worker.execute("SELECT sealed FROM ledger.token").fetchall()

    assert ([(number(kept, OWN), b"s", b"w", "k")], []) == (own, none)


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
    assert {(OWN, False, True), (FOREIGN, True, False)} <= set(overview)


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
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.access SET reason = 'x'",
        "DELETE FROM ledger.access",
        "TRUNCATE ledger.access",
        "INSERT INTO ledger.access SELECT archive, seq + 2, at, '', '', '', '' FROM ledger.access",
        "INSERT INTO ledger.access SELECT archive, seq, at, '', '', '', '' FROM ledger.access",
    ],
    ids=["update", "delete", "truncate", "hole", "taken"],
)
def test_even_the_owner_of_the_database_is_stopped_once_at_the_accesses(kept: Postgres, statement: str) -> None:
    """A superuser meets the triggers of the accesses too."""
    with pytest.raises(psycopg.errors.IntegrityError):
        kept.execute(statement)


@pytest.mark.drawn
def test_an_access_without_an_archive_is_refused(kept: Postgres) -> None:
    """Nothing is recorded that nobody would see."""
    with psycopg.connect(kept.address("reader")) as reader, pytest.raises(psycopg.errors.IntegrityError):
        reader.execute(RECORD.encode())


@pytest.mark.drawn
def test_a_machine_states_the_standing_of_its_own_archive(kept: Postgres) -> None:
    """The last round, its outcome and when the next one is due are of the archive that is named."""
    stated = "UPDATE ledger.standing SET last_round = now(), outcome = 'ok', gaps = 1, alerts = 0, next_due = now()"
    with as_user(kept, "machine") as machine:
        changed = machine.execute(stated.encode()).rowcount
        rows = machine.execute("SELECT account_id FROM ledger.overview WHERE outcome = 'ok'").fetchall()

    assert (1, [(OWN,)]) == (changed, rows)
