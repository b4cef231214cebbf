"""A program beside a ledger of another version, and users of the database who lack the right: one sentence each."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from archiver import errors
from archiver.store.archive import Archive
from archiver.team.adoption import adopt
from archiver.team.ledger import installation
from archiver.team.ledger.connection import LedgerPlace, write_ledger_file
from archiver.team.ledger.service import SealedRow, TeamLedger
from archiver.team.round_queue import check_queue, install_queue
from tests.ledger.teams import Team
from tests.support.archives.fixture import ARCHIVE
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import round_in
from tests.support.terminals.terminal import Terminal

pytestmark = pytest.mark.drawn


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Postgres]:
    """Another database of the cluster, with nothing in it."""
    other = Postgres(postgres.folder, name="other")
    postgres.execute("CREATE DATABASE other")
    yield other
    postgres.execute("DROP DATABASE other WITH (FORCE)")


def move_to(home: Path, database: Postgres, user: str = "machine") -> Path:
    """Let a copy look for its archive in another database, or as another user."""
    write_ledger_file(home, LedgerPlace(database.address(user), 1))
    return home


def test_beside_an_older_ledger_a_round_names_the_command_before_it_asks_chatwork(
    team: Team, database: Postgres
) -> None:
    """The sentence says what to run, with exit code 1; what is saved can be read, and after the update it goes on."""
    terminal = Terminal(move_to(team.first, database), team.chatwork)
    team.chatwork.requests.clear()

    said = terminal.run("sync", code=1)

    assert "archive team init --ledger" in said
    assert "別の版" in said
    assert [] == team.chatwork.requests
    assert "はじめ" in terminal.run("search", "--chat", str(team.room))
    installation.install_ledger(database.address())
    installation.open_archive(database.address("machine"), team.chatwork.owner)
    terminal.run("sync")


def test_beside_an_older_ledger_the_service_names_the_command(database: Postgres) -> None:
    """The standings and the queue, too."""
    with closing(TeamLedger(database.address("worker"))) as ledger, pytest.raises(errors.LedgerOutdated):
        ledger.overview()
    with pytest.raises(errors.QueueUnavailable):
        check_queue(database.address("worker"))


def test_an_older_program_leaves_a_newer_ledger_as_it_is(database: Postgres) -> None:
    """Its version is one that the program does not know."""
    installation.install_ledger(database.address())
    with psycopg.connect(database.address()) as connection:
        connection.execute("UPDATE ledger.alembic_version SET version_num = '9999'")

    with pytest.raises(errors.LedgerNewer):
        installation.install_ledger(database.address())


def test_who_may_not_create_roles_is_told_so(database: Postgres) -> None:
    """A machine's user makes no ledger; the sentence names the user and what kind of user can."""
    with pytest.raises(errors.LedgerNotMade, match="“machine”") as refused:
        installation.install_ledger(database.address("machine"))
    with pytest.raises(errors.LedgerNotMade):
        install_queue(database.address("machine"))

    assert "archive team init --ledger" in refused.value.advice()


def test_a_user_whom_the_database_does_not_let_in_is_named(database: Postgres) -> None:
    """One that there is not; whoever makes the ledger is not told to look at the network."""
    with pytest.raises(errors.LedgerRefusesUser, match="“nobody-here”") as refused:
        installation.install_ledger(database.address("nobody-here"))

    assert "~/.pgpass" in refused.value.advice()


def test_a_user_in_no_role_is_told_so_and_not_that_the_ledger_is_missing(team: Team, postgres: Postgres) -> None:
    """Its schema is closed to them, so its tables seem not to be there; reading goes on from the copy."""
    postgres.execute("CREATE ROLE stranger LOGIN")
    home = move_to(team.first, postgres, "stranger")

    with pytest.raises(errors.LedgerForbids):
        round_in(home, team.environ)
    said = Terminal(home, team.chatwork).run("sync", code=1)

    assert "archive guide team" in said
    with closing(Archive(home)) as archive, archive.reading():
        pass


def test_a_reader_can_neither_save_nor_enter_an_archive(team: Team, postgres: Postgres, tmp_path: Path) -> None:
    """Both end with the sentence, and nothing is changed."""
    write_ledger_file(team.first, LedgerPlace(postgres.address("reader"), team.place.archive))
    with zipfile.ZipFile(ARCHIVE) as packed:
        packed.extractall(tmp_path / "own")

    team.post("届かない連絡")
    with pytest.raises(errors.LedgerForbids):
        round_in(team.first, team.environ)
    with pytest.raises(errors.LedgerForbids):
        adopt(tmp_path / "own", postgres.address("reader"), None)
    assert not (tmp_path / "own" / "ledger.toml").exists()


def test_a_machine_keeps_a_token_that_it_cannot_read(postgres: Postgres) -> None:
    """Joining needs the role of a machine alone, also where a token is given again; reading it is refused."""
    archive = installation.open_archive(postgres.address("machine"), 71)
    with (
        closing(TeamLedger(postgres.address("machine"))) as machine,
        closing(TeamLedger(postgres.address("worker"))) as worker,
    ):
        due = machine.standing(archive).opened_at
        for sealed in (b"first", b"second"):
            machine.keep_token(archive, SealedRow(sealed, b"key", "id"), first_due=due)

        assert SealedRow(b"second", b"key", "id") == worker.sealed_token(archive)
        with pytest.raises(errors.LedgerForbids):
            machine.sealed_token(archive)
