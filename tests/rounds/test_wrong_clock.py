"""A round with the clock wrong falsifies no time and delays nothing; what is seen has the time of its seeing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archiver import errors
from archiver.app import App, build_sender
from archiver.custody.verify import verify_archive
from archiver.evidence.stamps.timestamp import Authority
from archiver.records import JST
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.round import run_round
from archiver.settings.model import FileSettings, Settings
from archiver.store import seals
from archiver.store.queries import looks_and_gaps
from archiver.store.time_text import from_text
from archiver.store.working import remembered_values, stamp_queue
from archiver.sync import plan
from archiver.sync.report import SyncReport
from archiver.sync.run import Options, ProgressCallbacks
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.schedules.rounds import new_app
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import BEGIN, Clock, World, running_world

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
def test_a_due_tail_is_sealed_in_the_round_with_the_wrong_clock(station: Station, wrong: timedelta) -> None:
    """No seal says that it was closed at another time than the true one, and the archive verifies without a note."""
    station.world.post("お願いします")
    station.round()
    tail = len(station.world.seqs())

    station.round(wrong, hours=7)

    for row in station.world.rows("seal"):
        closed = from_text(row["closed_at"])
        assert station.world.clock() - timedelta(hours=8) <= closed <= station.world.clock() + SLACK
        assert row["day"] == closed.astimezone(JST).date().isoformat()
    verification = verify_archive(station.world.archive, deep=True, authorities=station.authorities)
    assert tail <= station.sealed()
    assert [] == verification.findings
    assert not any("dated" in note or "set back" in note for note in verification.notes)


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
def test_a_stamp_that_failed_with_the_clock_wrong_is_asked_for_in_time(station: Station, wrong: timedelta) -> None:
    """Its pause was reckoned by Chatwork's time."""
    station.world.post("お願いします")
    station.round()
    station.authority.stop()
    station.round(wrong, hours=7)
    waiting = station.stamped()
    station.authority.start()

    station.round(minutes=6)

    assert (set(), True) == (waiting, {row["number"] for row in station.world.rows("seal")} <= station.stamped())


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_daily_copy_comes_on_its_day(station: Station, wrong: timedelta) -> None:
    """Once, with the name of the day whose news it holds, whenever in that morning the clock was wrong."""
    station.world.post("一日目")
    station.round()
    station.round(wrong)
    before = station.dailies()
    station.round(wrong, days=1)
    station.round()

    day = BEGIN.astimezone(JST).date().isoformat()
    assert ([], [f"{day}_job1_daily.zip"]) == (before, station.dailies())


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_download_that_failed_with_the_clock_wrong_is_tried_again_in_time(station: Station, wrong: timedelta) -> None:
    """After its pause of five minutes."""
    world = station.world
    file = world.chatwork.upload(world.room, world.tanaka, "見積.pdf", data=b"%PDF")
    world.chatwork.fail(Fault.NOT_FOUND, path="create_download_url", times=1)
    station.round(wrong)
    failed = world.blob_states()

    station.round(minutes=6)

    assert ({}, ("saved", None)) == (failed, world.blob_states().get(file))


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_trouble_is_repeated_a_day_after_it_was_said_with_the_clock_wrong(station: Station, wrong: timedelta) -> None:
    """Not before, and not a year later."""
    station.world.chatwork.fail(Fault.SERVER_ERROR, path="/members", times=None)
    reports = [station.round(wrong), station.round(), station.round(hours=23), station.round(hours=1)]

    assert [True, False, False, True] == [any("people" in key for key in one.reported) for one in reports]


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


LIMIT, SHARE = 300, 60
TICK = timedelta(seconds=6)
"""The daemon asks ten times a minute what is due."""


class Watcher:
    """A daemon over so many chats, each read once, and what it asks for."""

    def __init__(self, folder: Path, rooms: int) -> None:
        self.clock = Clock()
        self.chatwork = without_sockets(Chatwork(now=self.clock, limit=LIMIT))
        self.world = World(folder / "home", self.chatwork, self.clock)
        for session in (self.world.api, self.world.downloads):
            connect_session(session, self.chatwork, self.clock)
        others = [self.chatwork.add_room(f"{n}", members=[self.world.tanaka]) for n in range(rooms - 1)]
        self.rooms = [self.world.room, *others]
        self.world.contract("job2", *self.rooms)
        self.settings = Settings(self.world.home, files=FileSettings(stop_when_free_gb=0))
        self.daemon = DaemonWork(lambda: self.settings, self._build, lambda _: "", now=self.clock)
        self.reads: dict[str, list[datetime]] = {f"/rooms/{room}/messages": [] for room in self.rooms}
        self.windows: dict[int, int] = {}
        """Our calls in each window of the allowance, by its end."""
        while not self._has_read_everything():
            self.live(minutes=5)
        self.live(minutes=10)

    def live(self, *, minutes: float) -> datetime:
        """So much time with the rounds that are due in it; returns when it began."""
        begun = self.clock.time
        gate = self.chatwork
        while self.clock.time < begun + timedelta(minutes=minutes):
            end, before = gate.reset, gate.used
            self.daemon.round()
            self.windows[gate.reset] = (
                self.windows.get(gate.reset, 0) + gate.used - (before if gate.reset == end else 0)
            )
            self._note_reads()
            self.clock.time += TICK
        return begun

    def longest_unread(self, since: datetime) -> timedelta:
        """The longest time in which any list was not read since then."""
        return max(
            later - earlier
            for times in self.reads.values()
            for earlier, later in pairwise([since, *(one for one in times if one >= since), self.clock.time])
        )

    def most_in_window(self, since: datetime) -> int:
        """Our calls in the window that has most of those that began since then."""
        first = since.timestamp() + 300
        return max(spent for end, spent in self.windows.items() if end >= first)

    def _note_reads(self) -> None:
        for path in self.world.take_requests():
            times = self.reads.get(path.partition("?")[0])
            if times is not None:
                times.append(self.clock.time)

    def _has_read_everything(self) -> bool:
        with self.world.archive.reading() as reading:
            found = remembered_values.last_visits(reading)
        return all((room, kind) in found for room in self.rooms for kind in plan.KINDS)

    def _build(self, settings: Settings) -> App:
        return new_app(self.world, settings=settings, now=self.clock)


@pytest.mark.slow
@pytest.mark.parametrize(("rooms", "minutes"), [(10, 1), (58, 5)])
def test_every_list_is_read_within_its_bound_and_the_share(tmp_path: Path, rooms: int, minutes: int) -> None:
    """Against the simulated Chatwork; of more chats the decisions alone are played (`test_call_share`)."""
    watcher = Watcher(tmp_path, rooms)

    since = watcher.live(minutes=3 * max(minutes, 10))

    assert watcher.longest_unread(since) <= timedelta(minutes=minutes) + 2 * TICK
    assert watcher.most_in_window(since) <= SHARE


@pytest.mark.drawn
def test_an_edit_undone_after_two_minutes_is_held_by_the_daemon(tmp_path: Path) -> None:
    """Ten chats: both texts, though no counter ever moved."""
    watcher = Watcher(tmp_path, 10)
    post = watcher.world.post("30,000円で")
    watcher.live(minutes=2)
    for body in ("20,000円で", "30,000円で"):
        watcher.chatwork.edit(post, body, moves_update_time=False)
        watcher.live(minutes=2)

    assert ["30,000円で", "20,000円で", "30,000円で"] == watcher.world.texts(post)
