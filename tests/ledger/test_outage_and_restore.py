"""PostgreSQL away, restarted, cut off, and restored to an earlier time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody.verify import verify_archive
from archiver.store import orphaned_seals
from archiver.store.archive import Archive
from tests.ledger.teams import Team, new_team, seal_all
from tests.support.postgres import Postgres
from tests.support.team import evidence, ledger_digests, round_in, running_ledger
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A cluster that a test may stop and restore."""
    with running_ledger() as postgres:
        yield postgres


@pytest.fixture
def team(own_postgres: Postgres, tmp_path: Path) -> Iterator[Team]:
    """A team on that cluster."""
    with new_team(own_postgres, tmp_path) as team:
        yield team


@pytest.mark.sample
def test_without_postgresql_a_round_fails_before_it_asks_chatwork_and_reading_goes_on(team: Team) -> None:
    """The round says so and asks nothing; what is saved can be read; afterwards saving goes on as before."""
    message = team.post("届かない間の連絡")
    team.postgres.stop()
    team.chatwork.requests.clear()

    with pytest.raises(errors.LedgerUnavailable):
        round_in(team.first, team.environ)
    asked = len(team.chatwork.requests)
    with closing(Archive(team.first)) as archive:
        verification = verify_archive(archive, deep=True)
        with pytest.raises(errors.LedgerUnavailable), archive.writing():
            pass
    team.postgres.start()
    round_in(team.first, team.environ)

    assert 0 == asked
    assert ([], 1) == (verification.findings, verification.checked["messages"])
    assert f"message/{message}" in {row[6] for row in evidence(team.first)["entry"]}
    team.judge()


def test_without_postgresql_commands_say_so_and_reading_goes_on(team: Team) -> None:
    """Whatever writes ends with one sentence and 1; show and verify read the copy."""
    terminal = Terminal(team.first, team.chatwork)
    team.postgres.stop()

    refused = terminal.run("sync", code=1)
    written = terminal.run("contract", "close", "job1", code=1)
    shown = terminal.run("show", str(team.room))
    verified = terminal.json("verify")

    assert "台帳" in refused
    assert "台帳" in written
    assert "はじめ" in shown
    assert verified["ok"]


def test_a_crash_of_postgresql_within_a_round_loses_nothing(team: Team) -> None:
    """The server dies between two writings of a round: the round fails, and the next one makes up for it."""
    message = team.post("落ちる前の連絡")
    waiting = [team.postgres.crash]

    def crash(*_step: object) -> None:
        while waiting:
            waiting.pop()()

    with pytest.raises(errors.LedgerUnavailable):
        round_in(team.first, team.environ, on_step=crash)
    team.postgres.start()
    round_in(team.first, team.environ)

    assert f"message/{message}" in {row[6] for row in evidence(team.first)["entry"]}
    team.judge()


@pytest.mark.sample
def test_a_copy_ahead_of_a_restored_ledger_ships_its_tail(team: Team) -> None:
    """After a restore to an earlier time the copy that has more brings it back: nothing is lost."""
    team.postgres.back_up()
    team.postgres.execute("SELECT pg_create_restore_point('before')")
    team.post("復元で消える連絡")
    round_in(team.first, team.environ)
    seal_all(team.first)
    before = ledger_digests(team.postgres, team.place)
    restore(team)

    fewer = ledger_digests(team.postgres, team.place)
    round_in(team.first, team.environ)
    after = ledger_digests(team.postgres, team.place)

    assert len(fewer) < len(before)
    assert before == after[: len(before)]
    team.judge()


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "unsealed"])
def test_a_copy_whose_numbers_were_given_to_others_is_kept_aside_and_said_to_be_a_rollback(
    team: Team, sealed: bool
) -> None:
    """After a restore another machine saved first: the records that only the first copy has stay, and it is said."""
    round_in(team.second, team.environ)
    team.postgres.back_up()
    team.postgres.execute("SELECT pg_create_restore_point('before')")
    message = team.post("復元で消える連絡")
    round_in(team.first, team.environ)
    if sealed:
        seal_all(team.first)
    lost = len(evidence(team.first)["entry"])
    restore(team)
    kept = len(ledger_digests(team.postgres, team.place))
    team.post("復元の後の連絡")
    round_in(team.second, team.environ)

    round_in(team.first, team.environ)

    with closing(Archive(team.first)) as archive, archive.reading() as reading:
        rollbacks = [entry["payload"] for entry in orphaned_seals.rollback_entries(reading)]
    assert (lost, ["seals" if sealed else "ledger"]) == (rollbacks[0]["last"], [one["place"] for one in rollbacks])
    assert kept < rollbacks[0]["first"]
    assert (team.first / "archive.sqlite3.lost-1").is_file()
    assert f"message/{message}" in {row[6] for row in evidence(team.second)["entry"]}, "it was read again"
    team.judge()


def restore(team: Team) -> None:
    """Restore the ledger to the point before."""
    team.postgres.execute("SELECT pg_switch_wal()")
    team.postgres.stop()
    team.postgres.restore_to("before")
    team.postgres.start()
