"""Chatwork, or a room, fails: the run ends soon and says so, and the next one reads everything."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archiver.store.queries import looks_and_gaps
from archiver.store.working.remembered_values import RoomFailure
from archiver.sync import run_start
from archiver.sync.plan import FILES, MESSAGES
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.sync.run_start import failures_after
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.world import BEGIN, Clock, World

ROOMS = 60
LONGEST = timedelta(seconds=15)
"""An outage may cost a run no more than this."""


@pytest.fixture
def rooms(world: World) -> list[int]:
    """The contracted rooms of a world, each with a message that no run has read."""
    return [world.room, *world.more_rooms(ROOMS - 1)]


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
        world.more_rooms(ROOMS - 1)
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


HOUR = timedelta(hours=1)


def failure(kind: str, *, hours: int = 0) -> RoomFailure:
    """Since the beginning, and last tried so many hours later."""
    return RoomFailure(kind, BEGIN, BEGIN + hours * HOUR)


def talk(world: World, rooms: list[int]) -> list[str]:
    """A post in each of these rooms, ten minutes later; their ids."""
    world.clock.pass_by(minutes=10)
    return [world.chatwork.post(room, world.tanaka, "はい") for room in rooms]


# --- deciding -------------------------------------------------------------------------------------


def test_a_failure_is_remembered_since_it_began_and_until_it_is_over() -> None:
    """A run that did not come to the room changes nothing; a room that is gone from the contracts is forgotten."""
    before = {room: failure(MESSAGES) for room in (1, 2, 3, 4, 5)}
    reports = [
        RoomReport(1, failed=MESSAGES),
        RoomReport(2, read_kinds={MESSAGES}),
        RoomReport(3, read_kinds={run_start.ROOM}),
        RoomReport(5, outcome=RoomOutcome.INACCESSIBLE),
        RoomReport(6, failed=FILES),
    ]

    actual = failures_after(before, reports, contracted=[1, 2, 3, 5, 6], at=BEGIN + HOUR)

    assert {
        1: failure(MESSAGES, hours=1),
        3: failure(MESSAGES),
        6: RoomFailure(FILES, BEGIN + HOUR, BEGIN + HOUR),
    } == actual


# --- whole runs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("full", "path"), [(False, "messages"), (True, "messages"), (False, "members")])
def test_rooms_that_fail_for_ever_keep_nothing_else_from_being_read(world: World, full: bool, path: str) -> None:
    """From the second run on all else is saved, run after run: large files, and the lists before the one that fails."""
    bad = world.more_rooms(3)
    good = [world.chatwork.add_room("later", members=[world.tanaka]) for _ in range(2)]
    world.contract("job0", *bad, *good)
    world.chatwork.fail(Fault.WRONG_SHAPE, f"/rooms/({'|'.join(map(str, bad))})/{path}", times=None)
    world.sync()

    for _ in range(3):
        posts = talk(world, [*bad, *good])
        file = world.chatwork.upload(good[1], world.tanaka, "動画.mp4", data=bytes(1_000_001))
        world.take_requests()
        report = world.sync(full=full)
        asked = [one for one in world.take_requests() if any(f"/rooms/{room}" in one for room in bad)]
        outcomes = {room.room_id: room.outcome for room in report.rooms}

        assert {RoomOutcome.FAILED} == {outcomes[room] for room in bad}
        assert {RoomOutcome.ARCHIVED} == {outcomes[room] for room in good}
        assert set(posts[3 if path == "messages" else 0 :]) <= world.states().keys()
        assert "saved" == world.blob_states()[file][0]
        assert not report.complete
        assert path == "members" or all(one.endswith("/messages?force=1") for one in asked)  # nothing behind it


def test_failing_rooms_are_tried_in_turn_two_in_a_run(world: World) -> None:
    """One that could be read again is read within a few runs, though four others still fail."""
    bad = world.more_rooms(5)
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/({'|'.join(map(str, bad))})/messages", times=None)
    for _ in range(4):
        talk(world, bad)
        world.sync()
    world.chatwork.heal()
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/({'|'.join(map(str, bad[:4]))})/messages", times=None)
    world.take_requests()

    posts = talk(world, bad)
    tried = []
    for _ in range(3):
        world.sync()
        tried.append(len({path for path in world.take_requests() if path.endswith("messages?force=1")}))
        talk(world, bad)

    assert posts[4] in world.states()
    assert max(tried) <= 3  # and the one that works


def test_absent_rooms_that_cannot_be_asked_for_keep_no_other_from_being_read(world: World) -> None:
    """Two in a row end a round, and in the next one they are asked for after the others."""
    absent = world.more_rooms(4)
    for room in absent:
        world.chatwork.remove_owner(room)
    world.contract("job1", *absent, world.room)
    world.chatwork.fail(Fault.SERVER_ERROR, "/rooms/[0-9]+$", times=None)
    first, _second = world.sync(), world.sync()
    post = world.post("急ぎです")

    report = world.sync()

    assert post in world.states()
    for run in (first, report):
        assert {RoomOutcome.FAILED} == {room.outcome for room in run.rooms if room.room_id in absent}
    assert [False, False, True, True] == [room.is_unreached for room in first.rooms if room.room_id in absent]
    assert first.left_over
    assert [] == world.entries("room.inaccessible")  # only Chatwork's own 403 or 404 says so


def test_half_a_surrogate_in_a_rooms_name_or_role_is_no_trouble(world: World) -> None:
    """The room is read, and a quiet run stays one of two requests."""
    world.chatwork.rooms[world.room].name = "動画\ud83d編集\x00"
    world.post("はい")

    first = world.sync()
    world.take_requests()
    world.sync()

    assert first.complete
    assert ["/me", "/rooms"] == world.take_requests()


def test_a_room_that_waits_its_turn_leaves_nothing_else_over(world: World) -> None:
    """With three that fail the third is told so, and a left-over of another kind stays news."""
    rooms = world.more_rooms(3)
    world.sync()
    for room in rooms:
        world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{room}/messages", times=None)
    for _ in range(3):
        talk(world, rooms)
        report = world.sync()

    assert not report.left_over
    assert "left-over" not in report.troubles
    assert {RoomOutcome.FAILED} == {one.outcome for one in report.rooms if one.room_id in rooms}
    assert 1 == sum("tried again in a later one" in (one.error or "") for one in report.rooms)


def test_a_single_message_that_is_refused_is_no_failing_list(world: World) -> None:
    """The room is read as ever in the next run, and nobody is told that it cannot be."""
    first = world.posts(150)[0]
    world.sync()
    world.chatwork.post(world.room, world.tanaka, f"[rp aid=1 to={world.room}-{first}]これです")
    world.chatwork.fail(Fault.FORBIDDEN, f"/rooms/{world.room}/messages/[0-9]+", times=1)
    world.clock.pass_by(minutes=10)
    world.sync()

    with world.archive.reading() as reading:
        assert {} == looks_and_gaps.room_looks(reading, [world.room]).failing
