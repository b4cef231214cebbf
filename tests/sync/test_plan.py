"""What is read in a run, in which order, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
