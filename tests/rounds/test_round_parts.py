"""A round or a recovery gives the round lock back while the allowance is used up, and is one run in its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver import errors
from archiver.rounds.recovery import recover_round
from archiver.rounds.round import rescue_round, run_round
from archiver.store import seals
from archiver.store.queries.entries import last_seq
from archiver.sync.found_ids import RecoveryResult
from archiver.sync.report import RoomOutcome, SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.support.chatwork.faults import Fault
from tests.support.schedules.rounds import new_app, next_round
from tests.support.world import World, running_world

ROOMS = 10


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Ten rooms, of which 12 calls in five minutes cannot read all."""
    with running_world(tmp_path / "home", limit=15) as made:
        rooms = [made.chatwork.add_room(f"部屋{number}", members=[made.tanaka]) for number in range(ROOMS - 1)]
        made.contract("job2", *rooms)
        yield made


def run(world: World, during_wait: Callable[[], object], **options: object) -> SyncReport:
    """A whole round of a newly started program; something happens in each of its waits."""

    def sleep(seconds: float) -> None:
        during_wait()
        world.clock.sleep(seconds)

    return run_round(new_app(world, sleep=sleep), Options(**options), ProgressCallbacks())  # type: ignore[arg-type]


def lists_read(world: World) -> list[str]:
    """The rooms whose lists of messages were asked for, in order."""
    paths = [request.path for request in world.chatwork.requests if "/messages?" in request.path]
    return [path.partition("/rooms/")[2].split("/")[0] for path in paths]


@pytest.mark.drawn
def test_another_run_saves_while_one_waits(world: World) -> None:
    """The lock is free; what the other one saved is not told as this one's,."""
    posted: list[str] = []

    def other_run() -> None:
        if not posted:
            posted.append(world.post("待つ間に"))
            with world.archive.round_lock():
                pass

    report = run(world, other_run, every_list=True)

    assert posted
    assert {RoomOutcome.ARCHIVED} == {room.outcome for room in report.rooms}
    assert ROOMS == len(report.rooms)
    assert not report.left_over
    assert () == report.reported
    assert report.complete
    assert ["待つ間に"] == world.texts(posted[0])
    assert report.requests == len(world.chatwork.requests)


def test_lists_that_were_asked_for_are_read_once(world: World) -> None:
    """The second part goes on where the first one ended, and the report is about all of it."""
    run(world, lambda: None)
    world.clock.pass_by(minutes=6)
    world.chatwork.requests.clear()

    report = run(world, lambda: None, every_list=True)

    asked = lists_read(world)
    assert ROOMS == len(set(asked))
    assert {RoomOutcome.UNCHANGED} == {room.outcome for room in report.rooms}
    assert all(room.has_read_list for room in report.rooms)


def test_a_round_whose_time_is_over_says_what_is_left(world: World) -> None:
    """It does not wait for an allowance that comes too late."""
    report = run(world, lambda: pytest.fail("it waits"), every_list=True, max_seconds=60)

    assert report.left_over
    assert "left-over" in report.reported


def test_a_refusal_in_a_later_part_ends_the_round_with_what_it_has(world: World) -> None:
    """What the first part saved is told, and that something is left."""
    report = run(world, lambda: world.chatwork.fail(Fault.SERVER_ERROR, "/rooms", times=None), every_list=True)

    assert report.left_over
    assert any(room.new for room in report.rooms)


@pytest.mark.drawn
def test_a_run_that_saves_when_the_wait_is_over_is_waited_for(world: World) -> None:
    """And then the round goes on."""
    lock, waits = world.archive.round_lock(), 0

    def hold_once() -> None:
        nonlocal waits
        waits += 1
        if waits == 1:
            lock.__enter__()
        elif waits == 3:
            lock.__exit__(None, None, None)

    report = run(world, hold_once, every_list=True)

    assert waits > 3
    assert not report.left_over


@pytest.mark.drawn
def test_a_rescue_gives_the_lock_back_too(world: World) -> None:
    """It reads all rooms shared with the counterpart, whatever it takes."""
    waits = Waits(world)

    report = rescue_round(new_app(world, sleep=waits.sleep), list(world.chatwork.rooms), ProgressCallbacks())

    assert waits.seconds
    assert not report.left_over


class Waits:
    """The waits of a run; at each of them the lock is tried, and 田中 posts something."""

    def __init__(self, world: World) -> None:
        self.world, self.posted, self.seconds = world, list[str](), list[float]()

    def sleep(self, seconds: float) -> None:
        """Wait by the world's clock."""
        self.seconds.append(seconds)
        with self.world.archive.round_lock():
            self.posted.append(self.world.post(f"待つ間に {len(self.seconds)}"))
        self.world.clock.sleep(seconds)


# --- recovery ----------------------------------------------------------------------------------


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[World]:
    """A world with 300 calls in five minutes."""
    with running_world(tmp_path / "home", limit=300) as made:
        yield made


def recover(world: World, number: int, sleep: Callable[[float], None]) -> RecoveryResult:
    """Recover so many posts before the newest 100, which no list shows."""
    places = [(world.room, int(world.post(f"前の {index}"))) for index in range(number)]
    world.posts(100)
    next_round(world)
    world.clock.pass_by(minutes=6)
    return recover_round(new_app(world, sleep=sleep), places, lambda _done, _all: None)


@pytest.mark.drawn
def test_the_lock_is_free_while_a_recovery_waits_and_every_room_is_read_meanwhile(wide: World) -> None:
    """Each id is read once; what was posted during the wait is saved before the reading goes on."""
    waits = Waits(wide)

    result = recover(wide, 400, waits.sleep)

    assert (400, 0, 1) == (result.recovered, result.left, len(waits.seconds))
    assert ["待つ間に 1"] == wide.texts(waits.posted[0])
    with wide.archive.reading() as reading:
        assert last_seq(reading) == seals.last_sealed(reading)


@pytest.mark.parametrize("begin", [lambda world: run(world, lambda: None), lambda world: recover_none(world)])
def test_the_first_part_meets_another_run_at_once(world: World, begin: Callable[[World], object]) -> None:
    """As every run does; it is waited for only between two parts."""
    with world.archive.round_lock(), pytest.raises(errors.ArchiveInUse):
        begin(world)


def recover_none(world: World) -> None:
    recover_round(new_app(world), [(world.room, 1)], lambda _done, _all: None)
