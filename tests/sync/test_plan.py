"""What is read in a run, in which order, and why; what a dry run tells of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.chatwork.models import Room
from archiver.records import RoomId
from archiver.records.alerts import CLOCK_TOLERANCE
from archiver.store.working.remembered_values import Visit
from archiver.sync import plan
from archiver.sync.plan import (
    FILES,
    KINDS,
    MESSAGES,
    PEOPLE,
    REQUESTS_OF_KIND,
    PlanStep,
    counters_text,
    is_due,
    plan_steps,
)
from archiver.sync.report import SyncReport
from archiver.sync.run import Options, dry_run
from tests.support.chatwork.simulator import Fault
from tests.support.world import World, running_world

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
EVERY = timedelta(hours=6)
ONE, TWO = (Room(RoomId(number), name="x", message_num=5, last_update_time=9) for number in (1, 2))


def visits(room: Room, *, ago: timedelta = timedelta(0), counted: str | None = None) -> dict[tuple[int, str], Visit]:
    """Every kind of a room, read some time ago."""
    return {
        (room.room_id, kind): Visit(NOW - ago, counters_text(room) if counted is None else counted) for kind in KINDS
    }


def planned(*rooms: Room, last_visits: dict[tuple[int, str], Visit], full: bool = False) -> list[PlanStep]:
    """The steps of a run now."""
    return plan_steps(rooms, last_visits, now=NOW, full_every=EVERY, full=full)


def test_messages_of_every_room_come_before_files_and_people() -> None:
    """Text costs one request and never waits for members and tasks."""
    actual = planned(ONE, TWO, last_visits={})

    expected = [(1, MESSAGES), (2, MESSAGES), (1, FILES), (2, FILES), (1, PEOPLE), (2, PEOPLE)]
    assert expected == [(step.room_id, step.kind) for step in actual]
    assert {("first", True)} == {(step.reason, step.overdue) for step in actual}


def test_a_room_in_which_nothing_moved_is_not_read() -> None:
    """Only the room that moved is."""
    moved = visits(TWO, counted=counters_text(ONE) + "1")

    actual = planned(ONE, TWO, last_visits=visits(ONE) | moved)

    assert [PlanStep(2, kind, "moved", overdue=True, requests=REQUESTS_OF_KIND[kind]) for kind in KINDS] == actual


def test_every_list_is_read_where_that_is_asked_for() -> None:
    """The list of messages alone: nobody says that an edit moves a counter."""
    actual = plan_steps([ONE, TWO], visits(ONE) | visits(TWO), now=NOW, full_every=EVERY, every_list=True)

    assert [(1, MESSAGES, "asked"), (2, MESSAGES, "asked")] == [
        (step.room_id, step.kind, step.reason) for step in actual
    ]


def test_any_counter_name_or_role_tells_that_a_room_moved() -> None:
    """What one's own reading changes (unread, mentions) does not."""
    changed = [
        Room(RoomId(1), name="y", message_num=5, last_update_time=9),
        Room(RoomId(1), name="x", message_num=6, last_update_time=9),
        Room(RoomId(1), name="x", message_num=5, last_update_time=10),
        Room(RoomId(1), name="x", message_num=5, last_update_time=9, file_num=1),
        Room(RoomId(1), name="x", message_num=5, last_update_time=9, task_num=1),
        Room(RoomId(1), name="x", message_num=5, last_update_time=9, role="readonly"),
    ]
    same = Room(RoomId(1), name="x", message_num=5, last_update_time=9, unread_num=3, mention_num=1)

    assert all(counters_text(one) != counters_text(ONE) for one in changed)
    assert counters_text(same) == counters_text(ONE)


def test_full_reads_everything() -> None:
    """Whether or not anything moved."""
    actual = planned(ONE, last_visits=visits(ONE), full=True)

    assert [PlanStep(1, kind, "asked", overdue=True, requests=REQUESTS_OF_KIND[kind]) for kind in KINDS] == actual


def test_lists_are_due_after_their_time_and_people_daily() -> None:
    """Put off for twice the time, it is overdue."""
    once = planned(ONE, last_visits=visits(ONE, ago=EVERY))
    twice = planned(ONE, last_visits=visits(ONE, ago=2 * EVERY))
    daily = planned(ONE, last_visits=visits(ONE, ago=plan.DAILY))

    assert [PlanStep(1, kind, "due", requests=1) for kind in (MESSAGES, FILES)] == once
    assert [PlanStep(1, kind, "due", overdue=True, requests=1) for kind in (MESSAGES, FILES)] == twice[:2]
    assert PlanStep(1, PEOPLE, "due", requests=4) == daily[2]


def test_the_room_read_longest_ago_comes_first_within_a_kind() -> None:
    """So a small budget starves no room."""
    older = visits(TWO, ago=timedelta(minutes=10), counted="moved")

    actual = planned(ONE, TWO, last_visits=visits(ONE, ago=timedelta(minutes=5), counted="moved") | older)

    expected = [(room, kind) for kind in KINDS for room in (2, 1)]
    assert expected == [(step.room_id, step.kind) for step in actual]


def test_what_is_merely_due_waits_for_rooms_that_moved() -> None:
    """Unless it was put off for twice its time."""
    moved = visits(TWO, ago=timedelta(minutes=5), counted="moved")

    once = planned(ONE, TWO, last_visits=moved | visits(ONE, ago=EVERY))
    twice = planned(ONE, TWO, last_visits=moved | visits(ONE, ago=2 * EVERY))

    assert [2, 1] == [step.room_id for step in once if step.kind == MESSAGES]
    assert [1, 2] == [step.room_id for step in twice if step.kind == MESSAGES]


def test_what_was_put_off_while_messages_were_read_comes_before_everything() -> None:
    """A few such steps at once; after a pause messages come first all the same."""
    numbers = range(1, 21)
    rooms = [Room(RoomId(number), message_num=1) for number in numbers]
    fresh = {(number, MESSAGES): Visit(NOW - timedelta(minutes=5), "moved") for number in numbers}
    old = {(number, kind): Visit(NOW - 2 * plan.DAILY, "moved") for number in numbers for kind in (FILES, PEOPLE)}

    busy = planned(*rooms, last_visits=fresh | old)
    long_ago: dict[tuple[int, str], Visit] = {key: Visit(NOW - 2 * plan.DAILY, "moved") for key in fresh | old}
    paused = planned(*rooms, last_visits=long_ago)

    assert plan.EARLY_REQUESTS == sum(step.requests for step in busy if step.early)
    assert [step for step in busy if step.early] == busy[: sum(step.early for step in busy)]
    assert [MESSAGES] * 20 == [step.kind for step in busy if not step.early][:20]
    assert len(busy) == len({(step.room_id, step.kind) for step in busy}) == 60
    assert [MESSAGES] * 20 == [step.kind for step in paused[:20]]


def test_a_plan_knows_what_it_costs() -> None:
    """Account, rooms, lists, four requests for people, and the counters once more."""
    assert 2 == plan.count_requests([])
    assert 2 + 1 + 1 + 4 == plan.count_requests(planned(ONE, last_visits={}))


@given(
    room=strategies.integers(1, 2**62),
    start=strategies.integers(0, 10**7).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    every=strategies.integers(60, 86400).map(lambda seconds: timedelta(seconds=seconds)),
)
def test_a_turn_comes_exactly_once_in_its_time(room: int, start: datetime, every: timedelta) -> None:
    """Looked at in small steps, it is due once in `every`, and at the latest when `every` is over."""
    step, last, due = every / 10, start, 0

    for at in (start + step * index for index in range(1, 41)):
        if is_due(room, last, at, every):
            assert at - last <= every
            last = at
            due += 1

    assert 4 == due
    assert is_due(room, start, start + every, every)


def test_a_clock_that_was_set_back_makes_everything_due() -> None:
    """Better read too often than never again."""
    assert is_due(1, NOW + CLOCK_TOLERANCE + timedelta(seconds=1), NOW, EVERY)


@given(strategies.integers(1, 10**8), strategies.integers(1, 1000))
def test_clocks_of_two_runs_that_differ_by_a_moment_make_nothing_due(room: int, milliseconds: int) -> None:
    """Times are corrected by the seconds of Chatwork's replies, so a second run may seem to begin before the first."""
    assert not is_due(room, NOW + timedelta(milliseconds=milliseconds), NOW, EVERY)


@pytest.mark.drawn
@given(strategies.sets(strategies.integers(10**8, 10**8 + 10**6), min_size=100, max_size=200))
def test_rooms_are_spread_over_the_time(rooms: set[int]) -> None:
    """No tenth of the time has more than a third of the turns."""
    last, tenth = NOW, EVERY / 10

    turns = [next(part for part in range(11) if is_due(room, last, last + part * tenth, EVERY)) for room in rooms]

    assert max(turns.count(part) for part in range(11)) <= len(rooms) / 3


ROOMS = 30
LIMIT = 30
"""Calls in five minutes, a fifth of which stays unused."""


def busy(world: World, number: int = ROOMS) -> list[int]:
    """So many more contracted rooms."""
    rooms = [world.chatwork.add_room(f"room {one}", members=[world.tanaka]) for one in range(number)]
    world.contract("job2", *rooms)
    return rooms


def talk_and_sync(world: World, rooms: list[int], *, minutes: int) -> SyncReport:
    """Something is said in every room, then a run that does not wait for calls."""
    for room in rooms:
        world.clock.pass_by(milliseconds=10)
        world.chatwork.post(room, world.tanaka, "はい")
    world.clock.pass_by(minutes=minutes)
    return world.sync(max_seconds=30)


@pytest.mark.drawn
def test_every_room_is_read_in_turn_while_all_are_busy(tmp_path: Path) -> None:
    """Three runs reach every room's messages, and each run says that it left something over."""
    with running_world(tmp_path / "home", limit=LIMIT) as world:
        rooms = busy(world)

        reports = [talk_and_sync(world, rooms, minutes=6) for _ in range(4)]
        world.take_requests()
        for _ in range(3):
            talk_and_sync(world, rooms, minutes=6)

        read = {path.split("/")[2] for path in world.take_requests() if "messages?force=1" in path}
        assert {str(room) for room in rooms} <= read
        assert not any(report.complete for report in reports)


@pytest.mark.drawn
def test_files_and_people_get_their_turn_in_the_end(tmp_path: Path) -> None:
    """Although messages alone would eat the budget of every run."""
    with running_world(tmp_path / "home", limit=16) as world:
        rooms = busy(world, 10)

        for _ in range(55):
            talk_and_sync(world, rooms, minutes=60)

        visited = {(row["room_id"], row["kind"]) for row in world.rows("visit")}
        assert {(room, kind) for room in rooms for kind in plan.KINDS} <= visited
        assert [] == world.gaps()


PERIOD, FOR_EVER = timedelta(days=10), timedelta(days=3_650)


def singles(world: World) -> list[tuple[str, str, int]]:
    """Kind, reason and cost of each step about single messages, as a dry run tells them."""
    options = Options(full_every=FOR_EVER, reread_every=PERIOD)
    steps = dry_run(world.archive, world.new_client(), now=world.clock, options=options)
    world.take_requests()
    return [
        (step.kind, step.reason, step.requests) for step, _name in steps if step.kind in (plan.BACKFILL, plan.REREAD)
    ]


def single_requests(world: World) -> list[str]:
    """The messages that a run reads one by one."""
    world.sync(full_every=FOR_EVER, reread_every=PERIOD)
    return [path for path in world.take_requests() if "/messages/" in path]


def aged(world: World, old: int) -> list[str]:
    """Messages that are held and lie before the newest 100."""
    posts = world.posts(old)
    world.sync(full_every=FOR_EVER)
    for number in (60, 40):
        world.posts(number)
        world.sync(full_every=FOR_EVER)
    return posts


def test_nothing_is_told_where_nothing_is_to_be_read(world: World) -> None:
    """A room whose messages are all listed has none."""
    world.posts(3)
    world.sync()

    assert [] == singles(world)


def test_ids_that_something_named_are_told(world: World) -> None:
    """With one request each, and those that were put off only once their time has come."""
    named = world.posts(2, "前の")
    world.posts(110)
    world.post(" ".join(f"[rp aid=1 to={world.room}-{one}]" for one in named))
    world.chatwork.fail(Fault.SERVER_ERROR, r"messages/[0-9]+$", times=None)
    world.sync(full_every=FOR_EVER)
    world.chatwork.heal()

    soon = singles(world)
    world.clock.pass_by(hours=2)
    steps = singles(world)

    assert [] == soon
    assert [(plan.BACKFILL, "named", 2)] == steps
    assert {*named} <= {path.rpartition("/")[2] for path in single_requests(world)}


def test_old_messages_whose_turn_it_is_are_told_as_they_are_read(world: World) -> None:
    """As many as the run then reads; asking changes nothing."""
    aged(world, 20)
    world.clock.pass_by(hours=2)
    single_requests(world)
    world.clock.pass_by(days=5)

    first, second = singles(world), singles(world)
    read = len(single_requests(world))

    assert [(plan.REREAD, "due", read)] == first == second
    assert read > 0


def test_neighbours_of_a_change_are_told_apart(world: World) -> None:
    """A change that a run has seen while it read again is for the next one."""
    posts = aged(world, 20)
    world.clock.pass_by(hours=2)
    single_requests(world)
    world.chatwork.edit(posts[-1], "変えた")
    world.clock.pass_by(days=2)
    single_requests(world)

    steps = singles(world)

    assert [plan.REREAD] == [kind for kind, why, _cost in steps if why == "near"]
    assert len(single_requests(world)) == sum(cost for _kind, _why, cost in steps)
