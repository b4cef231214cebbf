"""Rooms that fail run after run: they come last, and no other room waits for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archiver.store.queries import last_looks
from archiver.store.working.remembered_values import RoomFailure
from archiver.sync import run_inputs
from archiver.sync.plan import FILES, KINDS, MESSAGES, PEOPLE, PlanStep
from archiver.sync.report import RoomOutcome, RoomReport
from archiver.sync.run_inputs import failures_after, split_steps
from tests.support.chatwork.simulator import Fault
from tests.support.world import BEGIN, World

HOUR = timedelta(hours=1)


def steps(*rooms: int) -> list[PlanStep]:
    """Every kind of each room, kind by kind."""
    return [PlanStep(room, kind, "moved", overdue=True) for kind in KINDS for room in rooms]


def failure(kind: str, *, hours: int = 0) -> RoomFailure:
    """Since the beginning, and last tried so many hours later."""
    return RoomFailure(kind, BEGIN, BEGIN + hours * HOUR)


def more_rooms(world: World, number: int) -> list[int]:
    """So many more rooms of one contract."""
    rooms = [world.chatwork.add_room(f"room {report}", members=[world.tanaka]) for report in range(number)]
    world.contract("job2", *rooms)
    return rooms


def talk(world: World, rooms: list[int]) -> list[str]:
    """A post in each of these rooms, ten minutes later; their ids."""
    world.clock.pass_by(minutes=10)
    return [world.chatwork.post(room, world.tanaka, "はい") for room in rooms]


# --- deciding -------------------------------------------------------------------------------------


def test_what_failed_and_what_follows_it_comes_last_room_by_room() -> None:
    """Tried longest ago first; what comes before it in the room is read as ever."""
    failures = {1: failure(MESSAGES, hours=2), 2: failure(PEOPLE), 3: failure(run_inputs.ROOM, hours=1)}

    first, last = split_steps(steps(1, 2, 3, 4), failures)

    assert [(2, MESSAGES), (4, MESSAGES), (2, FILES), (4, FILES), (4, PEOPLE)] == [(o.room_id, o.kind) for o in first]
    assert [(2, PEOPLE), *((3, kind) for kind in KINDS), *((1, kind) for kind in KINDS)] == [
        (report.room_id, report.kind) for report in last
    ]


def test_a_failure_is_remembered_since_it_began_and_until_it_is_over() -> None:
    """A run that did not come to the room changes nothing; a room that is gone from the contracts is forgotten."""
    before = {room: failure(MESSAGES) for room in (1, 2, 3, 4, 5)}
    reports = [
        RoomReport(1, failed=MESSAGES),
        RoomReport(2, read_kinds={MESSAGES}),
        RoomReport(3, read_kinds={run_inputs.ROOM}),
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


@pytest.mark.parametrize("full", [False, True])
def test_two_rooms_that_fail_for_ever_keep_no_other_from_being_read(world: World, full: bool) -> None:
    """From the second run on all of the others is saved, run after run, large files included."""
    bad = more_rooms(world, 2)
    good = [world.chatwork.add_room("later", members=[world.tanaka]) for _ in range(2)]
    world.contract("job0", *bad, *good)
    world.chatwork.fail(Fault.WRONG_SHAPE, f"/rooms/({bad[0]}|{bad[1]})/messages", times=None)
    world.sync()

    for _ in range(3):
        posts = talk(world, [*bad, *good])
        file = world.chatwork.upload(good[1], world.tanaka, "動画.mp4", data=bytes(1_000_001))
        report = world.sync(full=full)
        outcomes = {room.room_id: room.outcome for room in report.rooms}

        assert {RoomOutcome.FAILED} == {outcomes[room] for room in bad}
        assert {RoomOutcome.ARCHIVED} == {outcomes[room] for room in good}
        assert set(posts[2:]) <= world.states().keys()
        assert "saved" == world.blob_states()[file][0]
        assert not report.complete


def test_failing_rooms_are_tried_in_turn_two_in_a_run(world: World) -> None:
    """One that could be read again is read within a few runs, though four others still fail."""
    bad = more_rooms(world, 5)
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


def test_a_room_that_can_be_read_again_is_like_any_other(world: World) -> None:
    """What was said of it is forgotten with the first run that reads it."""
    (bad,) = more_rooms(world, 1)
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{bad}/members", times=None)
    world.sync()
    world.chatwork.heal()

    good = world.sync()

    assert good.complete
    assert not [row for row in world.rows("memory") if row["key"] == "failed_rooms"]


def test_absent_rooms_that_cannot_be_asked_for_keep_no_other_from_being_read(world: World) -> None:
    """They are asked for after the others."""
    absent = more_rooms(world, 2)
    for room in absent:
        world.chatwork.remove_owner(room)
    world.contract("job1", *absent, world.room)
    world.chatwork.fail(Fault.SERVER_ERROR, "/rooms/[0-9]+$", times=None)
    world.sync()
    post = world.post("急ぎです")

    report = world.sync()

    assert post in world.states()
    assert {RoomOutcome.FAILED} == {room.outcome for room in report.rooms if room.room_id in absent}


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
    rooms = more_rooms(world, 3)
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
        assert {} == last_looks.room_looks(reading, [world.room]).failing
