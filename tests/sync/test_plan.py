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
from archiver.sync.plan import FILES, KINDS, MESSAGES, PEOPLE, PlanStep, counters_text, is_due, plan_steps
from tests.support.world import running_world

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


def test_lists_are_due_after_their_time_and_people_daily() -> None:
    """Put off for twice the time, it is overdue."""
    once = planned(ONE, last_visits=visits(ONE, ago=EVERY))
    twice = planned(ONE, last_visits=visits(ONE, ago=2 * EVERY))
    daily = planned(ONE, last_visits=visits(ONE, ago=plan.DAILY))

    assert [PlanStep(1, kind, "due", requests=1) for kind in (MESSAGES, FILES)] == once
    assert [PlanStep(1, kind, "due", overdue=True, requests=1) for kind in (MESSAGES, FILES)] == twice[:2]
    assert PlanStep(1, PEOPLE, "due", requests=4) == daily[2]


def test_what_is_merely_due_waits_for_rooms_that_moved() -> None:
    """Unless it was put off for twice its time; of those that moved the one read longest ago comes first."""
    moved = visits(TWO, ago=timedelta(minutes=5), counted="moved")
    older = planned(ONE, TWO, last_visits=visits(ONE, counted="moved") | moved)

    once = planned(ONE, TWO, last_visits=moved | visits(ONE, ago=EVERY))
    twice = planned(ONE, TWO, last_visits=moved | visits(ONE, ago=2 * EVERY))

    assert [(kind, room) for kind in KINDS for room in (2, 1)] == [(step.kind, step.room_id) for step in older]
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


@pytest.mark.drawn
def test_files_and_people_get_their_turn_in_the_end(tmp_path: Path) -> None:
    """Although messages alone would eat the budget of every run."""
    with running_world(tmp_path / "home", limit=16) as world:
        rooms = world.more_rooms(10)

        for _ in range(55):
            for room in rooms:
                world.clock.pass_by(milliseconds=10)
                world.chatwork.post(room, world.tanaka, "はい")
            world.clock.pass_by(minutes=60)
            world.sync(max_seconds=30)

        visited = {(row["room_id"], row["kind"]) for row in world.rows("visit")}
        assert {(room, kind) for room in rooms for kind in plan.KINDS} <= visited
        assert [] == world.gaps()
