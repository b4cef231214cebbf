"""A round with the clock or the `Date` wrong falsifies no time and delays nothing: what is seen has its own time.

A `Date` that this computer's clock and the last run contradict rules nothing, and is recorded and told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from archiver import errors
from archiver.app import App, build_sender
from archiver.custody.verify import verify_archive, verify_path
from archiver.evidence.stamps.timestamp import Authority
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.health.token import ask_account
from archiver.records import JST
from archiver.rounds.round import run_round
from archiver.store import seals
from archiver.store.queries import looks_and_gaps
from archiver.store.time_text import from_text
from archiver.store.working import remembered_values, stamp_queue
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.support.chatwork.simulator import Fault
from tests.support.schedules.rounds import new_app
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import World, running_world

SPANS = (timedelta(minutes=2), timedelta(hours=9), timedelta(days=365))
WRONG = [*SPANS, *(-span for span in SPANS)]
RIGHT = timedelta()
SLACK = timedelta(seconds=2)


class Station:
    """A world with an authority that has its own, right clock."""

    def __init__(self, world: World, simulated: SimulatedAuthority) -> None:
        self.world, self.authority = world, simulated
        self.authorities = (Authority("a", build_sender(simulated.url, seconds=2), (simulated.root_der,)),)

    def round(self, wrong: timedelta = RIGHT, **later: float) -> SyncReport:
        """A round in a newly started program, with this computer's clock so far ahead."""
        self.world.wrong = wrong
        self.world.clock.pass_by(**(later or {"minutes": 5}))
        return run_round(self.app(), Options(), ProgressCallbacks())

    def app(self) -> App:
        """A newly started program."""
        return new_app(self.world, authorities=self.authorities)

    def sealed(self) -> int:
        """The last sealed entry."""
        with self.world.archive.reading() as reading:
            return seals.last_sealed(reading)

    def stamped(self) -> set[int]:
        """The numbers of the seals with a stamp."""
        with self.world.archive.reading() as reading:
            return set(stamp_queue.stamps_by_seal(reading))

    def dailies(self) -> list[str]:
        """The names of the daily copies."""
        return sorted(path.name for path in (self.world.home / "daily").rglob("*.zip"))


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A world, and an authority on loopback."""
    with running_world(tmp_path / "home") as world, SimulatedAuthority(now=world.clock) as simulated:
        yield Station(world, simulated)


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_due_tail_is_sealed_in_the_round_with_the_wrong_clock_and_stamped_in_time(
    station: Station, wrong: timedelta
) -> None:
    """No seal says that it was closed at another time than the true one, and the pause of a stamp is Chatwork's."""
    station.world.post("お願いします")
    station.round()
    tail = len(station.world.seqs())
    station.authority.stop()

    station.round(wrong, hours=7)

    for row in station.world.rows("seal"):
        closed = from_text(row["closed_at"])
        assert station.world.clock() - timedelta(hours=8) <= closed <= station.world.clock() + SLACK
        assert row["day"] == closed.astimezone(JST).date().isoformat()
    assert (True, set()) == (tail <= station.sealed(), station.stamped())
    station.authority.start()
    station.round(minutes=6)
    assert {row["number"] for row in station.world.rows("seal")} <= station.stamped()
    verification = verify_archive(station.world.archive, deep=True, authorities=station.authorities)
    assert [] == verification.findings
    assert not any("dated" in note or "set back" in note for note in verification.notes)


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_failed_with_the_clock_wrong_is_tried_and_said_again_in_time(station: Station, wrong: timedelta) -> None:
    """A download after its pause of five minutes; a trouble a day after it was said, neither before nor years later."""
    world = station.world
    file = world.chatwork.upload(world.room, world.tanaka, "見積.pdf", data=b"%PDF")
    world.chatwork.fail(Fault.NOT_FOUND, path="create_download_url", times=1)
    world.chatwork.fail(Fault.SERVER_ERROR, path="/members", times=None)
    reports = [station.round(wrong)]
    assert {} == world.blob_states()

    reports.append(station.round(minutes=6))
    assert ("saved", None) == world.blob_states().get(file)

    reports += [station.round(hours=23), station.round(hours=1)]
    assert [True, False, False, True] == [any("people" in key for key in one.reported) for one in reports]


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_round_without_a_reply_and_with_a_wrong_clock_delays_no_seal(station: Station, wrong: timedelta) -> None:
    """What it could not judge is judged by the next one."""
    station.world.post("お願いします")
    station.round()
    tail = len(station.world.seqs())
    station.world.chatwork.fail(Fault.MAINTENANCE, times=None)
    with suppress(errors.ArchiverError):
        station.round(wrong, hours=7)
    station.world.chatwork.heal()

    station.round()

    assert tail <= station.sealed()
    assert all(from_text(row["closed_at"]) <= station.world.clock() + SLACK for row in station.world.rows("seal"))


def test_a_record_of_idle_runs_that_a_wrong_clock_writes_has_their_own_time(station: Station) -> None:
    """It is written before the first reply of that run, and lies neither ahead nor behind the seal that holds it."""
    station.round()
    station.round()

    station.round(timedelta(days=365))

    times = [from_text(row["observed_at"]) for row in station.world.rows("entry")]
    closed = [from_text(row["closed_at"]) for row in station.world.rows("seal")]
    last = [times[row["last"] - 1] for row in station.world.rows("seal")]
    assert 1 < len(station.world.entries("sweep"))
    assert max(times) <= station.world.clock() + SLACK
    assert all(end <= at for at, end in zip(closed, last, strict=True))


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_it_is_known_when_the_clock_was_wrong(station: Station, wrong: timedelta) -> None:
    """Between the true times of the first and the last such round."""
    station.round()
    station.world.post("一")
    begun = station.round(wrong).started_at
    station.world.post("二")
    ended = station.round(wrong).finished_at
    station.world.post("三")
    station.round()

    with station.world.archive.reading() as reading:
        (clock,) = looks_and_gaps.wrong_clocks(reading, upto=2**60)

    assert (begun, ended) == (clock.start, clock.end)
    assert abs(clock.ahead - wrong) <= SLACK


@pytest.mark.drawn
def test_the_clock_may_jump_in_each_round(station: Station) -> None:
    """Everything is saved, sealed and stamped all the same, once every day of the story."""
    posts = []
    for wrong in [*WRONG, RIGHT, *reversed(WRONG), RIGHT]:
        posts.append(station.world.post("お願いします"))
        station.round(wrong, hours=8)

    times = [from_text(one["observed_at"]) for one in station.world.entries("message")]
    verification = verify_archive(station.world.archive, deep=True, authorities=station.authorities)
    assert (set(posts) <= set(station.world.states()), []) == (True, verification.findings)
    assert times == sorted(times)
    assert 5 == len(station.dailies())
    assert {row["number"] for row in station.world.rows("seal")} == station.stamped()


# --- a wrong `Date` ----------------------------------------------------------------------------

NINE_HOURS, YEAR = 9 * 3600, 365 * 86_400


def judge(station: Station, deleted: str, reports: list[SyncReport], after: SyncReport, minutes: int) -> None:
    """No advice, no gap, no time ahead, true bounds of a deletion that is seen within these minutes, and it is told."""
    world, runs = station.world, len(reports)
    assert [None] * runs == [one.clock_offset_ms for one in reports]
    assert [["doubtful" in line for line in one.complaints] for one in reports] == [[True]] * runs
    assert (0, ()) == (len(world.gaps()), after.complaints)
    times = [from_text(one["observed_at"]) for one in world.entries()]
    assert max(times) <= world.clock() + SLACK
    (before, gone) = [row for row in world.rows("message_version") if row["position"] == int(deleted)]
    assert timedelta() <= from_text(gone["first_seen"]) - from_text(before["last_seen"]) <= timedelta(minutes=minutes)


def judge_package(world: World, out: Path) -> None:
    """Archive and package verify."""
    order = ExportOrder(contract="job1", profile="lawyer", out=out)
    package = Path(export(world.archive, order, now=world.own_clock).path)
    assert ([], []) == (verify_archive(world.archive, deep=True).findings, verify_path(package).findings)


@pytest.mark.drawn(but="31536000-3")
@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("seconds", [YEAR, -YEAR, NINE_HOURS, -NINE_HOURS])
def test_a_wrong_date_rules_nothing_and_is_told(station: Station, tmp_path: Path, seconds: int, runs: int) -> None:
    """With this computer's clock right: what was known of it stays."""
    world = station.world
    deleted = world.post("検収OKです")
    station.round()
    with world.archive.reading() as reading:
        offset = remembered_values.CLOCK_OFFSET.recall(reading)
    world.chatwork.fail(Fault.WRONG_DATE, path="/", times=None, seconds=seconds)
    reports = [station.round() for _run in range(runs - 1)]
    world.chatwork.delete(deleted)
    reports.append(station.round())
    world.chatwork.heal()

    judge(station, deleted, reports, station.round(minutes=10), 6)
    with world.archive.reading() as reading:
        assert offset == remembered_values.CLOCK_OFFSET.recall(reading)
    assert any(abs(one["payload"].get("doubtful_ms", 0) / 1000 - seconds) < 2 for one in world.entries("sweep"))
    judge_package(world, tmp_path / "out")


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
        assert seconds / 3600 == remembered_values.DOUBTFUL_TIME.recall(reading)
    world.chatwork.heal()
    world.chatwork.delete(deleted)
    after = station.round(minutes=10)
    if witness == "no stamp":
        station.authority.start()

    judge(station, deleted, reports, after, 11)
    times = [from_text(one["observed_at"]) for one in world.entries()]
    assert (times, True) == (sorted(times), all(one <= world.clock() + SLACK for one in closed))
    station.round(hours=7)
    judge_package(world, tmp_path / "out")


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
