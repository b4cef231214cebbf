"""Packages for somebody else: only under the worker's grant, and never without a row that the worker sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archiver import errors
from archiver.store.archive import Archive
from archiver.team import adopt_and_take_home
from archiver.team.commands.ledger_and_archives import user_name
from archiver.team.disclosure import Grant, disclosed_copy, grants, state_grant, withdraw_grants
from archiver.team.ledger.service_tables import accesses, record_access, row_writers
from tests.ledger.teams import Team, account_of, new_team
from tests.support.teams.postgres import Postgres
from tests.support.terminals.terminal import Terminal

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def team(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A worker's archive with a contract and a message."""
    with new_team(postgres, tmp_path_factory.mktemp("team")) as team:
        yield team


def _unavailable(*_place: object, **_words: object) -> int:
    raise errors.LedgerUnavailable(ledger="ledger", detail="gone")


def disclosed(team: Team, recipient: str, today: date = TODAY) -> bool:
    """Whether a copy is handed out for the worker's contract."""
    try:
        with disclosed_copy(team.place, "job1", recipient, reason="相談", today=today) as home:
            return (home / "archive.sqlite3").is_file()
    except errors.NotGranted:
        return False


@pytest.mark.drawn
def test_a_grant_counts_until_its_day_or_its_withdrawal(team: Team) -> None:
    """Before, after, and for anybody else nothing is handed out; every attempt is a row, without holes."""
    with closing(Archive(team.first)) as archive:
        before = disclosed(team, "法務")
        grant = state_grant(archive, "job1", "法務", date(2026, 11, 28), at=NOW)
        again = state_grant(archive, "job1", "法務", date(2026, 11, 28), at=NOW)
        with archive.reading() as reading:
            known = grants(reading)
        results = [disclosed(team, "法務", day) for day in (TODAY, date(2026, 11, 28), date(2026, 11, 29))]
        other = disclosed(team, "総務")
        number = withdraw_grants(archive, "job1", "法務", at=NOW)
        after = disclosed(team, "法務")

    assert (Grant("job1", "法務", date(2026, 11, 28), 1), grant, [grant]) == (grant, again, known)
    assert (False, [True, True, False], False, 1, False) == (before, results, other, number, after)
    refused, given = "refused: export job1", "export job1"
    rows = accesses(team.place)
    expected = [refused, given, given, refused, refused, refused]
    assert expected == [one.what for one in rows]
    assert list(range(1, 7)) == [one.number for one in rows]
    assert {"machine"} == {one.login for one in rows}
    assert "総務" in {one.who for one in rows}


@pytest.mark.drawn
def test_nothing_is_read_before_the_row_is_there(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the row cannot be added, no copy was made, and for a refusal none is made at all."""
    topped: list[Path] = []
    with closing(Archive(team.first)) as archive:
        state_grant(archive, "job1", "経理", date(2026, 11, 28), at=NOW)
    monkeypatch.setattr(Archive, "top_up", lambda archive: topped.append(archive.home))
    with monkeypatch.context() as patch:
        patch.setattr("archiver.team.disclosure.record_access", _unavailable)
        with pytest.raises(errors.LedgerUnavailable):
            disclosed(team, "経理")

    assert not disclosed(team, "だれか")
    assert [] == topped


@pytest.mark.drawn
def test_whoever_takes_an_archive_home_leaves_a_row_first(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By any user of the database, with the system's name of whoever did it; where no row can be, nothing is made."""
    stranger = Terminal(tmp_path / "stranger", team.chatwork)
    owner = team.chatwork.owner
    team.postgres.execute(
        "SET session_replication_role = replica",
        f"UPDATE ledger.archive SET account_id = {owner} WHERE id = {team.place.archive}",
    )
    words = ("team", "take-home", owner, tmp_path / "taken", "--ledger", team.postgres.address("reader"))
    with monkeypatch.context() as patch:
        patch.setattr(adopt_and_take_home, "record_access", _unavailable)
        with pytest.raises(errors.LedgerUnavailable):
            adopt_and_take_home.take_home(team.place, tmp_path / "taken", tmp_path / "nowhere", who="somebody")
    assert not (tmp_path / "taken").exists()

    stranger.run(*words, "--files", team.place.files)

    row = accesses(team.place)[-1]
    assert ("take-home", "reader", user_name()) == (row.what, row.login, row.who)
    audit = Terminal(team.first, team.chatwork).run("team", "audit")
    assert "まるごと取り出す" in audit
    assert f"許可は要りません: {row.number}行目" in audit


@pytest.mark.drawn
def test_nobody_is_shown_as_the_owner_who_only_says_so(team: Team) -> None:
    """Only a user of the database that is held to this archive is; whoever looks after machines may say anything."""
    account = account_of(team.postgres, team.place.archive)
    team.postgres.execute(
        "CREATE ROLE bound LOGIN IN ROLE ledger_reader", f"SELECT ledger.bind_login('bound', {account})"
    )
    own = replace(team.place, address=team.postgres.address("bound"))
    record_access(team.place, who="owner", what="export job1", reason="のぞき")
    record_access(team.place, who="owner", what="grant job1 2099-01-31", reason="管理者から")
    record_access(own, who="owner", what="grant job1 2099-01-31", reason="自分から")
    number = record_access(own, who="root", what="take-home", reason="持ち帰り")

    lines = Terminal(team.first, team.chatwork).run("team", "audit").splitlines()

    names = [
        line.split("  ")[2] for why in ("のぞき", "管理者から", "自分から", "持ち帰り") for line in lines if why in line
    ]
    assert ["owner", "本人と名乗る人", "本人", "本人"] == names
    assert [] == [line for line in lines if "許可は要りません" in line and str(number) in line]


@pytest.mark.drawn
def test_the_audit_says_which_user_of_the_database_wrote_records(team: Team) -> None:
    """The ledger itself says so: one that is none of the savers' shows there."""
    ((login, count, first, last),) = row_writers(team.place)

    assert ("machine", True) == (login, first <= last)
    assert f"machineが書いた記録と応答: {count}件" in Terminal(team.first, team.chatwork).run("team", "audit")


def test_the_commands_of_worker_and_recipient(team: Team, tmp_path: Path) -> None:
    """grant, export, revoke, audit and status; a package is made under the grant alone and leaves the grant out."""
    worker = Terminal(team.first, team.chatwork)
    desk = Terminal(tmp_path / "desk", team.chatwork)
    export = (
        "team",
        "export",
        account_of(team.postgres, team.place.archive),
        "job1",
        "--as",
        "法務部",
        "--reason",
        "未払いの相談",
    )
    reader = team.postgres.address("reader")  # who may write nothing into the member's archive
    where = ("--ledger", reader, "--files", team.place.files, "--for", "lawyer", "--out", tmp_path / "out")

    refused = desk.run(*export, *where, code=2)
    granted = worker.run("team", "grant", "job1", "法務部", "--until", "2099-01-31")
    _out, made = desk.both(*export, *where)
    worker.run("team", "revoke", "job1", "法務部")
    later = desk.run(*export, *where, code=2)
    nothing = worker.run("team", "revoke", "job1", "法務部", code=2)
    audit, status = worker.run("team", "audit"), worker.run("status")

    assert "法務部" in refused
    assert "2099-01-31" in granted
    assert granted.endswith("archive team revoke job1 法務部\n")
    assert "バックアップ" not in made, made
    assert "許可を受けて作ったことは、本人に見えます: archive team audit" in made
    assert "法務部" in later
    packages = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert 1 == len(packages)
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in packages[0].rglob("*.jsonl")]
    assert any("はじめ" in text for text in texts)
    assert all("法務部" not in text for text in texts)
    assert "未払いの相談" in audit
    assert audit.count("断ったもの: ") >= 2
    assert "  本人と名乗る人  許可 job1 2099-01-31  法務部  " in audit
    assert "archive team audit" in nothing
    assert "team audit" in status
    assert "団体が行います" in status
