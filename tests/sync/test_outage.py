"""Chatwork fails as a whole: one probe finds it, the run ends soon and says so, and the next one reads everything."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archiver import errors
from archiver.sync.report import RoomOutcome, SyncReport
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.world import Clock, World

ROOMS = 60
LONGEST = timedelta(seconds=15)
"""An outage may cost a run no more than this."""


@pytest.fixture
def rooms(world: World) -> list[int]:
    """The contracted rooms of a world, each with a message that no run has read."""
    return add_rooms(world)


def add_rooms(world: World) -> list[int]:
    """More contracted rooms, each with a message that no run has read; all rooms."""
    more = [world.chatwork.add_room(f"部屋{number}", members=[world.tanaka]) for number in range(ROOMS - 1)]
    world.contract("job2", *more)
    for room in more:
        world.chatwork.post(room, world.tanaka, "読まれるまで")
    return [world.room, *more]


class RunningClock(Clock):
    """A clock that goes on by itself, and by each sleep at once."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = time.monotonic()

    def __call__(self) -> datetime:
        """The present time of this clock."""
        return self.time + timedelta(seconds=time.monotonic() - self._begun)


def refuse(world: World) -> None:
    """Nothing listens on the port any more."""
    world.chatwork.stop()


def answer(fault: Fault) -> Callable[[World], None]:
    """Every request is answered with an error of the server."""
    return lambda world: world.chatwork.fail(fault, "", times=None)


def heal(world: World) -> None:
    """Chatwork answers again."""
    world.chatwork.heal()
    world.chatwork.stop()
    world.chatwork.start()


OUTAGES = {"refused": refuse, "500": answer(Fault.SERVER_ERROR), "503": answer(Fault.MAINTENANCE)}


def run_into(world: World, begin: Callable[[World], None]) -> SyncReport:
    """A run that Chatwork fails right after its list of rooms."""
    return world.sync(every_list=True, after_first_replies=lambda: begin(world))


@pytest.mark.drawn(but="503")
@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_within_a_run_ends_it_soon(world: World, rooms: list[int], name: str) -> None:
    """One room is tried with patience, the next once; every room says why it was not read, the next run reads all."""
    world.take_requests()
    begun = world.clock.time
    report = run_into(world, OUTAGES[name])
    lasted, asked = world.clock.time - begun, len(world.take_requests())
    heal(world)
    world.clock.pass_by(minutes=5)
    after = world.sync(every_list=True)

    assert lasted <= LONGEST
    assert asked <= 2 + 5 + 1
    assert {RoomOutcome.FAILED} == {room.outcome for room in report.rooms}
    assert "Chatwork gave no proper answer" in (report.rooms[-1].error or "")
    assert (False, True) == (report.complete, "left-over" in report.reported)
    assert {RoomOutcome.ARCHIVED} == {room.outcome for room in after.rooms}


@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_before_a_run_ends_it_soon(world: World, name: str) -> None:
    """The first request is tried with patience, and that is the run."""
    world.sync()
    world.clock.pass_by(hours=1)
    OUTAGES[name](world)
    begun = world.clock.time

    with pytest.raises(errors.Unreachable):
        world.sync()

    assert world.clock.time - begun <= LONGEST


@pytest.mark.drawn
def test_a_room_whose_own_list_fails_is_no_outage(world: World, rooms: list[int]) -> None:
    """The next room answers the probe, and all others are read."""
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{rooms[3]}/messages", times=None)

    report = world.sync(every_list=True)

    outcomes = [room.outcome for room in report.rooms]
    assert (1, ROOMS - 1) == (outcomes.count(RoomOutcome.FAILED), outcomes.count(RoomOutcome.ARCHIVED))


@contextmanager
def full_queue(port: int) -> Iterator[None]:
    """A port whose queue is full, so that no connection to it is answered."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        for _caller in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield


@pytest.mark.drawn
@pytest.mark.parametrize("is_open", [False, True], ids=["takes no connection", "takes connections and is silent"])
def test_a_host_that_does_not_answer_is_not_waited_for_by_each_room(tmp_path: Path, is_open: bool) -> None:
    """In real time: one room waits for the connection or the first byte, the next less long, and that is the run."""
    clock = RunningClock()
    with ExitStack() as stack:
        world = World(tmp_path / "home", stack.enter_context(Chatwork(now=clock, limit=100_000)), clock)
        stack.callback(world.close)
        add_rooms(world)
        outage = stack.enter_context(ExitStack())

        def begin(world: World) -> None:
            if is_open:
                world.chatwork.fail(Fault.HANG, "", times=None, seconds=60)
            else:
                world.chatwork.stop()
                outage.enter_context(full_queue(urlsplit(world.chatwork.base_url).port or 0))

        begun = clock()
        report = run_into(world, begin)
        lasted = clock() - begun
        outage.close()
        heal(world)
        after = world.sync(every_list=True)

    assert lasted <= LONGEST
    assert {RoomOutcome.FAILED} == {room.outcome for room in report.rooms}
    assert {RoomOutcome.ARCHIVED} == {room.outcome for room in after.rooms}


@pytest.mark.drawn
def test_a_host_that_answers_late_is_read(tmp_path: Path) -> None:
    """In real time: seven seconds for a reply are slow, and no outage."""
    clock = RunningClock()
    with Chatwork(now=clock, limit=100_000) as chatwork:
        world = World(tmp_path / "home", chatwork, clock)
        world.post("読まれる")
        chatwork.fail(Fault.HANG, "/messages", times=1, seconds=7)
        report = world.sync(every_list=True)
        world.close()

    assert [RoomOutcome.ARCHIVED] == [room.outcome for room in report.rooms]
