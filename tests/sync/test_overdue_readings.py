"""What a run leaves unread, and what later readers are told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archiver.store.queries import looks_and_gaps
from archiver.store.queries.looks_and_gaps import LastLooks
from archiver.store.queries.status import status
from archiver.store.working import remembered_values
from tests.support.chatwork.simulator import Fault
from tests.support.schedules.rounds import next_round
from tests.support.world import World

DAY = timedelta(days=1)


def looks(world: World, *rooms: int) -> LastLooks:
    """What the archive tells of these rooms."""
    with world.archive.reading() as reading:
        return looks_and_gaps.room_looks(reading, rooms)


def second_room(world: World) -> int:
    """Another room of the same contract."""
    room = world.chatwork.add_room("別", members=[world.tanaka])
    world.contract("job1", world.room, room)
    return room


def test_a_list_of_rooms_without_movement_is_no_look_at_a_room(world: World) -> None:
    """Nobody says that an edit moves a counter: only its own list of messages tells. It is not behind either."""
    world.sync()
    read_at = looks(world, world.room).at
    world.clock.pass_by(hours=1)

    report = world.sync()

    assert report.complete
    assert read_at == looks(world, world.room).at
    assert frozenset() == looks(world, world.room).behind


def test_a_room_that_no_run_is_asked_for_is_behind_when_it_moves(world: World) -> None:
    """`complete` is false, and the time of its last reading stays. A quiet one is behind after twice its time."""
    other = second_room(world)
    read_at = world.sync().finished_at
    assert read_at is not None
    for hours, is_complete in ((11, True), (2, False)):
        world.clock.pass_by(hours=hours)
        assert is_complete == world.sync(rooms=frozenset({world.room})).complete
    assert {other} == looks(world, other).behind

    for _ in range(5):
        world.chatwork.post(other, world.tanaka, "急ぎです")
        world.clock.pass_by(days=1)
        report = world.sync(rooms=frozenset({world.room}))

    last_looks_now = looks(world, world.room, other)
    assert not report.complete
    assert ([other], []) == (list(last_looks_now.behind), list(last_looks_now.failing))
    assert [other] == last_looks_now.older(world.clock() - DAY)
    at = last_looks_now.at[other]
    assert at is not None
    assert read_at - at < timedelta(minutes=1)


@pytest.mark.parametrize("path", ["/me", "/messages"])
def test_runs_without_a_call_left_are_no_save(world: World, path: str) -> None:
    """Nor are those that could look at no room: the last save stays the one that was, and the next is as ever."""
    saved = next_round(world)
    read_at = looks(world, world.room).at
    for _ in range(5):
        world.post("見られない間のメッセージ")
        world.chatwork.fail(Fault.RATE_LIMIT, path, times=1, seconds=250)
        starved = next_round(world, minutes=60 * 24, max_seconds=10)
    memory = {row["key"]: row["value"] for row in world.rows("memory")}
    with world.archive.reading() as reading:
        spent = remembered_values.CALLS_SPENT.recall(reading)
    assert read_at == looks(world, world.room).at  # nor was any room looked at
    again = next_round(world)

    assert saved.finished_at is not None
    assert f"{saved.finished_at:%Y-%m-%dT%H:%M:%S}" in memory["last_sync"]
    assert spent is not None
    assert (False, True) == (starved.complete, starved.rooms[0].is_unreached)
    assert again.complete
    with world.archive.reading() as reading:
        assert remembered_values.CALLS_SPENT.recall(reading) is None


def test_a_failing_room_is_told_with_the_time_since_when(world: World) -> None:
    """It is another thing than one that was left over."""
    other = second_room(world)
    world.sync()
    world.chatwork.fail(Fault.WRONG_SHAPE, f"/rooms/{other}/messages", times=None)
    begun = world.clock()
    for _ in range(3):
        world.chatwork.post(other, world.tanaka, "はい")
        world.clock.pass_by(days=1)
        world.sync()

    last_looks_now = looks(world, world.room, other)

    assert [other] == list(last_looks_now.failing)
    assert timedelta() < last_looks_now.failing[other] - begun < 2 * DAY
    assert {other} == last_looks_now.behind


def test_a_room_that_was_only_listed_is_called_by_its_name(world: World) -> None:
    """Until it was read once nothing else tells it; then the name is that of the room itself."""
    world.chatwork.fail(Fault.FORBIDDEN, "/messages|/files|/members|/tasks", times=4)
    world.sync()
    with world.archive.reading() as reading:
        before = status(reading).rooms[0].name

    world.chatwork.heal()
    world.sync()

    assert "動画編集" == before
    assert not [row for row in world.rows("memory") if row["key"] == remembered_values.LISTED_NAMES.key]
