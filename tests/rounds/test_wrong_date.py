"""A `Date` that this computer's clock and the last run contradict rules nothing, and is recorded and told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.custody.verify import verify_archive, verify_path
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.health.token import ask_account
from archiver.store.time_text import from_text
from archiver.store.working import remembered_values
from tests.rounds.test_wrong_clock import Station
from tests.support.chatwork.simulator import Fault
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import running_world

NINE_HOURS, YEAR = 9 * 3600, 365 * 86_400
SLACK = timedelta(seconds=2)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A world, and an authority on loopback."""
    with running_world(tmp_path / "home") as world, SimulatedAuthority(now=world.clock) as simulated:
        yield Station(world, simulated)


@pytest.mark.drawn(but="31536000-3")
@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("seconds", [YEAR, -YEAR, NINE_HOURS, -NINE_HOURS])
def test_a_wrong_date_rules_nothing_and_is_told(station: Station, tmp_path: Path, seconds: int, runs: int) -> None:
    """With this computer's clock right: no advice, no gap, true bounds of a deletion, a package that verifies."""
    world = station.world
    deleted = world.post("検収OKです")
    station.round()
    with world.archive.reading() as reading:
        offset = remembered_values.CLOCK_OFFSET.recall(reading)
    world.chatwork.fail(Fault.WRONG_DATE, path="/", times=None, seconds=seconds)
    reports = [station.round() for _run in range(runs - 1)]
    world.chatwork.delete(deleted)
    reports.append(station.round())
    wrong = len(world.seqs())
    world.chatwork.heal()
    after = station.round(minutes=10)

    assert [None] * runs == [one.clock_offset_ms for one in reports]
    assert [["doubtful" in line for line in one.complaints] for one in reports] == [[True]] * runs
    assert (0, ()) == (len(world.gaps()), after.complaints)
    with world.archive.reading() as reading:
        assert offset == remembered_values.CLOCK_OFFSET.recall(reading)
    found = world.entries("sweep")[-1 - (wrong < len(world.seqs())) :]
    assert any(abs(one["payload"].get("doubtful_ms", 0) / 1000 - seconds) < 2 for one in world.entries("sweep")), found
    times = [from_text(one["observed_at"]) for one in world.entries()]
    assert max(times) <= world.clock() + SLACK
    (before, gone) = [row for row in world.rows("message_version") if row["position"] == int(deleted)]
    assert timedelta() <= from_text(gone["first_seen"]) - from_text(before["last_seen"]) <= timedelta(minutes=6)
    order = ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out")
    package = Path(export(world.archive, order, now=world.own_clock).path)
    assert ([], []) == (verify_archive(world.archive, deep=True).findings, verify_path(package).findings)


@pytest.mark.drawn(but="no stamp-31536000-1")
@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("seconds", [YEAR, -YEAR, NINE_HOURS, -NINE_HOURS])
@pytest.mark.parametrize("witness", ["stamp", "no stamp"])
def test_a_wrong_date_in_the_first_runs_ever_rules_nothing(
    station: Station, tmp_path: Path, witness: str, seconds: int, runs: int
) -> None:
    """A stamp's time decides, else what was sent; where nothing does the earlier time counts, and no seal is closed."""
    world = station.world
    deleted = world.post("検収OKです")
    if witness == "no stamp":
        station.authority.stop()
    world.chatwork.fail(Fault.WRONG_DATE, path="/", times=None, seconds=seconds)
    reports = [station.round() for _run in range(runs)]
    closed = [from_text(one["closed_at"]) for one in world.rows("seal")]
    with world.archive.reading() as reading:
        told = remembered_values.DOUBTFUL_TIME.recall(reading)
    world.chatwork.heal()
    world.chatwork.delete(deleted)
    after = station.round(minutes=10)
    if witness == "no stamp":
        station.authority.start()

    assert [["doubtful" in line for line in one.complaints] for one in reports] == [[True]] * runs
    assert ([None] * runs, seconds / 3600) == ([one.clock_offset_ms for one in reports], told)
    assert (0, ()) == (len(world.gaps()), after.complaints)
    times = [from_text(one["observed_at"]) for one in world.entries()]
    assert (times, True) == (sorted(times), max([*times, *closed]) <= world.clock() + SLACK)
    (before, gone) = [row for row in world.rows("message_version") if row["position"] == int(deleted)]
    assert timedelta() <= from_text(gone["first_seen"]) - from_text(before["last_seen"]) <= timedelta(minutes=11)
    station.round(hours=7)
    order = ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out")
    package = Path(export(world.archive, order, now=world.own_clock).path)
    assert ([], []) == (verify_archive(world.archive, deep=True).findings, verify_path(package).findings)


@pytest.mark.parametrize("since", ["first run", "check"])
def test_a_check_does_not_go_by_a_wrong_date(station: Station, since: str) -> None:
    """Else the last save lay in the future, which would be told as this computer's wrong clock."""
    station.authority.stop()
    for now in ("first run", "check"):
        if now == since:
            station.world.chatwork.fail(Fault.WRONG_DATE, path="/", times=None, seconds=-NINE_HOURS)
        if now == "first run":
            station.world.post("検収OKです")
            station.round()
    app = station.app()

    trial = ask_account(app, is_known=True, budget=None)

    assert (None, None) == (trial.error, trial.offset)
    assert abs(app.chatwork.transport.clock() - station.world.clock()) < SLACK


def test_without_any_witness_the_earlier_of_two_times_counts_and_the_seal_waits(station: Station) -> None:
    """Nothing was sent, and no stamp came: no more is sealed than before, and no pause is told by the next run."""
    station.authority.stop()
    station.world.chatwork.fail(Fault.WRONG_DATE, path="/", times=None, seconds=-NINE_HOURS)
    first = station.round(hours=10)
    undecided, sealed = first.is_undecided, station.sealed()
    station.world.chatwork.heal()
    second = station.round(hours=7)
    with station.world.archive.reading() as reading:
        pause = remembered_values.ENDED_PAUSE.recall(reading)

    assert (True, 1, False, None, True) == (undecided, sealed, second.is_undecided, pause, station.sealed() > 1)


def test_a_message_sent_later_than_this_computer_says_shows_that_the_clock_is_wrong(station: Station) -> None:
    """The clock stood still for nine hours after the last run: the `Date` is further ahead, and a message agrees."""
    station.world.post("検収OKです")
    station.round()
    station.world.clock.pass_by(hours=9)
    station.world.post("まだですか")

    report = station.round(-timedelta(hours=9))

    assert (None, True) == (report.doubtful, (report.clock_offset_ms or 0) > 8 * 3_600_000)
