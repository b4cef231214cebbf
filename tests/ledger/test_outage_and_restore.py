"""PostgreSQL away, restarted, cut off, and restored to an earlier time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody.put_back_databases import overview_lines
from archiver.custody.verify import verify_archive
from archiver.export.package.report_input import put_back_sentences
from archiver.health.check_result import CheckResult
from archiver.health.token import check_ledger
from archiver.records.alerts import Grade
from archiver.store import orphaned_seals
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.team.ledger.archive_in_ledger import Ledger, Row
from archiver.team.ledger.database import write_ledger_file
from tests.ledger.teams import Team, new_team, note, seal_all
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import evidence, ledger_digests, round_in, running_ledger, topped_up
from tests.support.terminals.terminal import Terminal

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


@pytest.mark.drawn
def test_without_postgresql_a_round_fails_before_it_asks_chatwork_and_reading_goes_on(team: Team) -> None:
    """Round and status say so, and nothing is asked; what is saved can be read; afterwards saving goes on as before."""
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
    status = Terminal(team.first, team.chatwork).run("status")
    team.postgres.start()
    round_in(team.first, team.environ)

    assert 0 == asked
    assert "団体の台帳が使えません" in "".join(status.split())
    assert ([], 1) == (verification.findings, verification.checked["messages"])
    assert f"message/{message}" in {row[6] for row in evidence(team.first)["entry"]}
    team.judge()


@pytest.mark.drawn
def test_check_says_whether_the_next_round_can_go_to_the_ledger_and_the_store(team: Team) -> None:
    """Good while both answer and the user may save there; else what is wrong, in the words of the round that fails."""
    good = _ledger_look(team.first)
    move_away = team.first.parent / "away"
    (team.first.parent / "shared").rename(move_away)
    without_store = _ledger_look(team.first)
    move_away.rename(team.first.parent / "shared")
    write_ledger_file(team.second, replace(team.place, address=team.postgres.address("reader")))
    as_reader = _ledger_look(team.second)
    team.postgres.stop()
    without_ledger = _ledger_look(team.first)
    team.postgres.start()

    assert (Grade.GOOD, True) == (good.grade, "store of files answer" in good.text)
    assert (Grade.ACTION, True) == (without_store.grade, "store of files" in without_store.text)
    assert (Grade.ACTION, True) == (as_reader.grade, "archive guide team" in as_reader.text)
    assert (Grade.ACTION, True) == (without_ledger.grade, "ledger" in without_ledger.text)


def _ledger_look(home: Path) -> CheckResult:
    """What `check` says of a copy's ledger."""
    with closing(Archive(home)) as archive:
        (look,) = check_ledger(archive)
        return look


@pytest.mark.drawn
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


@pytest.mark.drawn
def test_a_copy_ahead_of_a_restored_ledger_ships_its_tail(team: Team) -> None:
    """After a restore to an earlier time the copy that has more brings it back: nothing is lost."""
    team.postgres.back_up()
    team.post("復元で消える連絡")
    round_in(team.first, team.environ)
    seal_all(team.first)
    before = ledger_digests(team.postgres, team.place)
    team.postgres.restore()

    fewer = ledger_digests(team.postgres, team.place)
    round_in(team.first, team.environ)
    after = ledger_digests(team.postgres, team.place)

    assert len(fewer) < len(before)
    assert before == after[: len(before)]
    team.judge()


def lose_numbers(team: Team, *, sealed: bool = False) -> tuple[int, int, str]:
    """After a restore another machine saves first: the last numbers of first copy and ledger, and a lost message."""
    round_in(team.second, team.environ)
    team.postgres.back_up()
    message = team.post("復元で消える連絡")
    round_in(team.first, team.environ)
    if sealed:
        seal_all(team.first)
    lost = len(evidence(team.first)["entry"])
    team.postgres.restore()
    kept = len(ledger_digests(team.postgres, team.place))
    team.post("復元の後の連絡")
    round_in(team.second, team.environ)
    return lost, kept, message


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "unsealed"])
def test_a_copy_whose_numbers_were_given_to_others_is_kept_aside_and_said_to_be_a_rollback(
    team: Team, sealed: bool
) -> None:
    """The records that only the first copy has stay, and it is said."""
    lost, kept, message = lose_numbers(team, sealed=sealed)

    round_in(team.first, team.environ)

    with closing(Archive(team.first)) as archive, archive.reading() as reading:
        entries = orphaned_seals.rollback_entries(reading)
        rollbacks = [entry["payload"] for entry in entries]
        said, beside = overview_lines(reading)
    (reported,) = put_back_sentences(entries, has_records=True)
    assert ("ledger was put back" in said, "団体の台帳が" in reported) == (not sealed, not sealed)
    assert ("put it back now" in said, "orphaned" in reported) == (False, sealed)
    assert (lost, ["seals" if sealed else "ledger"]) == (rollbacks[0]["last"], [one["place"] for one in rollbacks])
    assert kept < rollbacks[0]["first"]
    assert rollbacks[0]["lost"] == lost - rollbacks[0]["first"] + 1
    assert (team.first / "archive.sqlite3.lost-1").is_file()
    assert "archive.sqlite3.lost-1" in beside
    assert f"message/{message}" in {row[6] for row in evidence(team.second)["entry"]}, "it was read again"
    team.judge()


@pytest.mark.drawn
def test_whatever_step_of_setting_a_copy_aside_a_kill_cuts_short_the_loss_is_reported(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after each renaming: the next process goes on, keeps the old copy, and records what only it has."""
    lost, kept, _message = lose_numbers(team)
    reports = []

    for moment in range(1, 8):
        home = Path(shutil.copytree(team.first, tmp_path / f"killed-{moment}"))
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", _Mortal(moment).rename)
            with pytest.raises(_Killed) if moment < 7 else nullcontext(), closing(Archive(home)) as archive:
                archive.top_up()
        with closing(Archive(home)) as archive:
            orphaned_seals.settle_seals(archive, now=datetime.now(UTC))
            with archive.reading() as reading:
                reports.append(orphaned_seals.rollback_entries(reading)[-1]["payload"])
        assert ["archive.sqlite3.lost-1"] == [path.name for path in home.glob("archive.sqlite3.*lost*")]

    assert [("ledger", kept + 1, lost)] * 7 == [(one["place"], one["first"], one["last"]) for one in reports]
    team.judge()


class _Killed(BaseException):
    """The process is gone."""


class _Mortal:
    """A process that is gone before or after one of its renamings: at moment 1 before the first, at 2 after it …"""

    def __init__(self, moments: int) -> None:
        self.moments = moments

    @property
    def rename(self) -> Callable[[Path, Path], Path]:
        """What stands in for `Path.rename`."""
        rename = Path.rename

        def mortal(path: Path, target: Path) -> Path:
            self._tick()
            renamed = rename(path, target)
            self._tick()
            return renamed

        return mortal

    def _tick(self) -> None:
        self.moments -= 1
        if self.moments == 0:
            raise _Killed


@pytest.mark.drawn
def test_a_seal_that_was_refused_is_kept_apart_and_said_to_be_none_of_the_archives(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine closed the same number: nothing is unlinked, and the sentence says that no record is missing."""
    round_in(team.second, team.environ)
    with closing(Archive(team.second)) as archive, archive.writing() as writing:
        note(writing, "覚え")
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append", _refuse_seals(Ledger.append))
        with pytest.raises(errors.StaleCopy):
            seal_all(team.second)
    refused = max((team.second / "seals").glob("*.json"))
    body = refused.read_bytes()
    with closing(Archive(team.first)) as archive, archive.writing() as writing:
        note(writing, "後の覚え")
    seal_all(team.first)

    topped_up(team.second)
    with closing(Archive(team.second)) as archive:
        orphaned_seals.settle_seals(archive, now=datetime.now(UTC))
        with archive.reading() as reading:
            said = overview_lines(reading)

    assert body == (team.second / "seals" / "orphaned" / refused.name).read_bytes()
    assert body != refused.read_bytes()
    assert 1 == len(said)
    assert "no record is known to be missing" in said[0]
    team.judge()


@pytest.mark.drawn
def test_stamps_beside_a_seal_that_is_brought_stay(team: Team) -> None:
    """A copy whose database is gone, and whose seals are those of the ledger, loses no stamp that lies beside them."""
    seal_all(team.first)
    seal = max((team.first / "seals").glob("*.json"))
    stamp = seal.with_name(f"{seal.name}.authority.tsr")
    stamp.write_bytes(b"stamp")
    (team.first / DATABASE).unlink()

    topped_up(team.first)

    assert b"stamp" == stamp.read_bytes()
    assert not (team.first / "seals" / "orphaned").exists()


def _refuse_seals(append: Callable[..., str]) -> Callable[..., str]:
    """What stands in for `Ledger.append` while another machine is quicker with each seal."""

    def refuse(ledger: Ledger, rows: Mapping[str, Iterable[Row]], **named: str) -> str:
        held = {table: list(values) for table, values in rows.items()}
        if held["seal"]:
            raise errors.StaleCopy(detail="mark")
        return append(ledger, held, **named)

    return refuse
