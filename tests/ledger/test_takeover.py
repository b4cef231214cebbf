"""Two machines and one archive: whatever dies or comes late, what was shipped stays, and nobody overwrites anybody."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody import erasures
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records.evidence import ErasureReason
from archiver.store.archive import Archive
from archiver.store.erasure.plan import Selection
from archiver.store.working.remembered_values import last_saved_at
from tests.ledger.teams import Team, note, noted, seal_all
from tests.support.teams.team import evidence, killed_round, ledger_digests, round_in, topped_up

pytestmark = pytest.mark.slow


def judge_kills(team: Team, *, step: int) -> int:
    """Kill the first machine after each statement to the ledger in turn (or each of so many); the second takes over."""
    moments, shipped = 1, ledger_digests(team.postgres, team.place)
    while True:
        message = team.post(f"{moments}通目")
        team.chatwork.upload(team.room, team.client, f"{moments}.bin", data=bytes([moments % 256]) * 100)
        died = killed_round(team.first, team.environ, moments)
        before = ledger_digests(team.postgres, team.place)
        assert shipped == before[: len(shipped)]
        round_in(team.second, team.environ)
        seal_all(team.second)
        shipped = ledger_digests(team.postgres, team.place)
        assert before == shipped[: len(before)]
        assert f"message/{message}" in {row[6] for row in evidence(team.second)["entry"]}
        if not died:
            return moments
        moments += step


@pytest.mark.drawn
def test_a_machine_killed_at_some_statements_is_taken_over(team: Team) -> None:
    """As below at every 61st statement, as a sample for every run of CI."""
    assert judge_kills(team, step=61) > 22
    team.judge()


@pytest.mark.drawn
def test_every_copy_tells_when_the_archive_was_last_saved(team: Team) -> None:
    """Also one in which nothing is saved, such as its owner's or the viewer's, and one that saved long before."""

    def saved_at(home: Path) -> datetime | None:
        with closing(Archive(topped_up(home))) as archive, archive.reading() as reading:
            return last_saved_at(reading)

    once = saved_at(team.second)
    round_in(team.second, team.environ)
    later = saved_at(team.first)

    assert once is not None
    assert later is not None
    assert once < later == saved_at(team.second)


def test_a_machine_killed_at_any_statement_is_taken_over(team: Team) -> None:
    """After every single statement to the ledger, also right between its commit and SQLite's: nothing is lost."""
    assert judge_kills(team, step=1) > 22
    team.judge()


@pytest.mark.drawn
def test_of_two_machines_at_once_one_is_refused(team: Team) -> None:
    """The second writer's transaction is rolled back, nothing of it is kept, and there is no hole; then it may."""
    before = evidence(topped_up(team.second))
    with closing(Archive(team.first)) as first, closing(Archive(team.second)) as second:
        with pytest.raises(errors.StaleCopy):
            write_late(second, first)
        unchanged = evidence(team.second)
        with second.writing() as late:
            note(late, "もう一度")

    assert before == unchanged
    assert ["早い", "もう一度"] == noted(team.first)
    team.judge()


def write_late(second: Archive, first: Archive) -> None:
    """Write on the second machine, while the first one begins and ends."""
    with second.writing() as late:
        note(late, "遅い")
        with second.reading():
            pass
        with first.writing() as early:
            note(early, "早い")


@pytest.mark.drawn
def test_a_stale_copy_is_refused_then_topped_up(team: Team) -> None:
    """A machine that was idle while another one saved appends nothing under numbers that are taken."""
    with closing(Archive(team.second)) as second:
        second.top_up()
        round_in(team.first, team.environ)
        with closing(Archive(team.first)) as first, first.writing() as early:
            note(early, "早い")
        with pytest.raises(errors.StaleCopy), second.writing() as late:
            note(late, "遅い")

    assert ["早い"] == noted(topped_up(team.second))
    team.judge()


@pytest.mark.drawn
def test_a_round_is_repeated_where_another_machine_saved_meanwhile(team: Team) -> None:
    """Of two rounds at the same time the later one tops its copy up and begins again; nothing stands twice."""
    messages, waiting = [team.post(f"{number}通目") for number in range(3)], [team.first]

    def save_elsewhere(*_step: object) -> None:
        while waiting:
            round_in(waiting.pop(), team.environ)

    round_in(team.second, team.environ, on_step=save_elsewhere)

    keys = [row[6] for row in evidence(team.second)["entry"]]
    assert [1, 1, 1] == [keys.count(f"message/{message}") for message in messages]
    team.judge()


@pytest.mark.drawn
def test_an_export_beside_savers_is_recorded_all_the_same(team: Team, tmp_path: Path) -> None:
    """Each round of theirs gives the ledger another mark, and an export takes longer than that."""

    def save_elsewhere(_done: int, _total: int) -> None:
        round_in(team.first, team.environ)

    with closing(Archive(topped_up(team.second))) as archive:
        order = ExportOrder(profile="lawyer", out=tmp_path / "out")
        made = export(archive, order, now=lambda: datetime.now(UTC), progress=save_elsewhere)

    assert made.recorded
    assert "export" in {row[3] for row in evidence(topped_up(team.first))["entry"]}
    team.judge()


@pytest.mark.drawn
def test_looks_are_counted_by_one_machine_at_a_time(team: Team) -> None:
    """Machines take turns at a room in which nothing happens: each look stands in one `steady` entry, once."""
    for home in (team.first, team.second, team.first, team.second):
        round_in(home, team.environ)
    seal_all(team.second)

    steady = [json.loads(row[7])["payload"] for row in evidence(topped_up(team.first))["entry"] if row[3] == "steady"]
    assert [4] == [payload["times"] for payload in steady]
    team.judge()


@pytest.mark.drawn
def test_a_machine_that_may_erase_nothing_is_refused_before_anything_is_written(team: Team) -> None:
    """The administrator of the database allows it or not; nothing is recorded meanwhile."""
    before = evidence(team.first)
    with closing(Archive(team.first)) as archive, pytest.raises(errors.UnderLedger):
        erasures.erase(archive, lambda _reading: Selection([]), ErasureReason.OWN, now=lambda: datetime.now(UTC))

    assert before == evidence(team.first)
