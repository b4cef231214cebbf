"""Records of runs: idle ones are collected, and a pause between them stays a pause."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from archiver.records import Watch
from archiver.store import seals
from archiver.store.queries.looks_and_gaps import watch
from tests.support.chatwork.simulator import Fault
from tests.support.world import World


def whole_second(world: World) -> datetime:
    """The present time as the `Date` of a reply says it."""
    return world.clock.time.replace(microsecond=0)


def watched(world: World, room: int) -> Watch:
    """When the archive says that a room was looked at, as an export does, which seals first."""
    with world.archive.writing() as writing:
        seals.append_pending(writing, at=world.clock())
    with world.archive.reading() as reading:
        return watch(reading, room, upto=len(world.seqs()))


def pauses(world: World) -> list[tuple[datetime, datetime]]:
    """What the archive tells of times without a look."""
    return [(one.start, one.end) for one in watched(world, world.room).pauses]


def quiet_days(world: World, days: int, *, with_idle_runs: bool) -> int:
    """Days of thirty runs without news after one with a message, sealed as soon as due; the entries before them."""
    world.post("一つ目")
    world.sync()
    seals.close_seals(world.archive, now=world.clock())
    before = len(world.entries())
    for _run in range(30 * days):
        world.clock.pass_by(minutes=48)
        with world.archive.reading() as reading:
            due = seals.is_due(reading, now=world.own_clock())
        if due:
            seals.close_seals(world.archive, now=world.own_clock(), with_idle_runs=with_idle_runs)
        world.sync(every_list=True)
    return before


def test_each_pause_of_several_days_is_told_once(world: World) -> None:
    """With news between them and without, and over the seal of each day."""
    expected, before = list[tuple[datetime, datetime]](), None
    for day in range(5):
        if day % 2:
            world.post("はい")
        world.sync(every_list=True)
        if before is not None:
            expected.append((before, whole_second(world)))
        for _run in range(3):
            world.clock.pass_by(minutes=5)
            world.sync(every_list=True)
        seals.close_seals(world.archive, now=world.own_clock(), with_idle_runs=day < 3)
        before = whole_second(world)
        world.clock.pass_by(hours=20)

    assert expected == pauses(world)


@pytest.mark.parametrize(("minutes", "is_told"), [(9, False), (20, True)])
def test_twenty_minutes_without_a_look_are_told_where_looks_come_every_five(
    world: World, minutes: int, is_told: bool
) -> None:
    """From three usual intervals on, whatever runs there were meanwhile."""
    for _run in range(12):
        world.sync(every_list=True)
        world.clock.pass_by(minutes=5, seconds=-1)
    before = whole_second(world) - timedelta(minutes=5, seconds=-1)
    world.clock.pass_by(minutes=minutes)
    for _run in range(12):
        world.sync(every_list=True)
        world.clock.pass_by(minutes=5, seconds=-1)

    told = watched(world, world.room)
    assert (timedelta(minutes=5), timedelta(minutes=15)) == (told.usual, told.limit)
    expected = [(before, before + timedelta(minutes=5 + minutes))] if is_told else []
    assert expected == pauses(world)


def test_a_run_with_a_wrong_clock_is_no_part_of_the_record_of_right_ones(world: World) -> None:
    """What is said of a wrong clock has the bounds of the runs that had it, not of the day's quiet ones."""
    world.post("一つ目")
    world.sync()
    before = len(world.entries("sweep"))
    for wrong in (timedelta(), timedelta(hours=9), timedelta(hours=9), timedelta(0)):
        world.wrong = wrong
        world.clock.pass_by(minutes=5)
        world.sync()
    seals.close_seals(world.archive, now=world.clock())

    assert [1, 2, 1] == [one["payload"]["runs"] for one in world.entries("sweep")[before:]]


@pytest.mark.drawn
def test_a_day_without_news_makes_one_record_of_each_kind_and_one_seal(world: World) -> None:
    """What only was counted is due as an entry would be: with the first look of the next day in Tokyo."""
    before = quiet_days(world, 3, with_idle_runs=True)

    assert ["steady", "sweep"] * 3 == [one["kind"] for one in world.entries()[before:]]
    assert 4 == len(world.rows("seal"))


@pytest.mark.drawn
def test_the_idle_runs_of_a_quiet_week_are_one_record(world: World) -> None:
    """Each day's seal closes the times of the looks; an export or a seal by hand closes the runs so far, too."""
    before = quiet_days(world, 10, with_idle_runs=False)
    by_itself = [one["kind"] for one in world.entries()[before:]]
    seals.close_seals(world.archive, now=world.own_clock())

    runs = [one["payload"]["runs"] for one in world.entries("sweep") if one["seq"] > before]
    assert (11, 1) == (by_itself.count("steady"), by_itself.count("sweep"))
    assert (2, 300) == (len(runs), sum(runs))
    assert 13 == len(world.rows("seal"))


def test_a_room_that_fails_was_not_looked_at(world: World) -> None:
    """Runs go on, the other room is known all the while; the one that failed has a pause once it is read again."""
    (other,) = world.more_rooms(1)
    world.post("一つ目")
    world.sync()
    before = whole_second(world)
    world.post("読めないメッセージ")
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{world.room}/messages", times=None)
    for _ in range(10):
        world.clock.pass_by(minutes=50)
        world.sync(every_list=True)
    failing, known = watched(world, world.room), watched(world, other)
    world.chatwork.heal()
    world.clock.pass_by(minutes=50)
    world.sync(every_list=True)

    assert (before, ()) == (failing.last, failing.pauses)
    assert known.last is not None
    assert known.last - before > timedelta(hours=8)
    assert [before] == [one.start for one in watched(world, world.room).pauses]
    assert () == watched(world, other).pauses


def test_a_run_over_one_room_tells_nothing_of_another(world: World) -> None:
    """Neither of one that moved nor of one whose counters stand still: nobody says that an edit moves them."""
    moved, still = world.more_rooms(2)
    world.sync()
    last = whole_second(world)
    world.chatwork.post(moved, world.tanaka, "読まれない")
    world.clock.pass_by(hours=2)

    world.sync(rooms=frozenset((world.room,)), every_list=True)

    assert [last, last] == [watched(world, room).last for room in (moved, still)]
    assert watched(world, world.room).last == whole_second(world)


def test_a_room_that_is_read_no_more_was_not_looked_at(world: World) -> None:
    """Its contract was ended: other contracts' runs tell nothing of it, and a new beginning shows the pause."""
    world.more_rooms(1)
    world.post("一つ目")
    world.sync()
    before = whole_second(world)
    world.contract("job1", world.room, state="stopped")
    for _ in range(30):
        world.clock.pass_by(hours=2)
        world.sync()
    ended = watched(world, world.room)
    world.contract("job1", world.room)
    world.clock.pass_by(minutes=5)
    world.sync()

    assert (before, ()) == (ended.last, ended.pauses)
    assert [before] == [one.start for one in watched(world, world.room).pauses]


@pytest.mark.parametrize("back", [False, True])
def test_a_room_whose_list_fails_was_not_looked_at_whatever_its_visit_says(world: World, back: bool) -> None:
    """Opened again and not readable yet, or visited in a future that a clock set back has left."""
    world.post("一つ目")
    world.sync()
    before = watched(world, world.room).last
    if back:
        world.clock.time -= timedelta(hours=2)
    else:
        world.chatwork.remove_owner(world.room)
        world.clock.pass_by(hours=2)
        world.sync()
        world.chatwork.restore_owner(world.room)
    world.post("読めないメッセージ")
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{world.room}/messages", times=None)
    world.clock.pass_by(minutes=5)
    report = world.sync()

    assert not report.complete
    assert before == watched(world, world.room).last
