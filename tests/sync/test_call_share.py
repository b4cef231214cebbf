"""Every list is read in turn within its share of the allowance, whatever other tools take."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine, event

from archiver import errors
from archiver.chatwork.models import Room
from archiver.chatwork.reply_headers import Budget
from archiver.records import RoomId
from archiver.rounds.alerting import departing_people, judge
from archiver.store.working.remembered_values import Visit, WindowRequests
from archiver.sync import plan
from archiver.sync.plan import (
    daemon_interval,
    daemon_unseen,
    lists_of_round,
    longest_unseen,
    present_unseen,
    requests_in_share,
    rounds_to_come,
    window_requests,
)
from archiver.sync.report import RoomOutcome, SyncReport
from tests.support.chatwork.simulator import Fault
from tests.support.world import World, running_world

RESET = datetime(2026, 7, 1, 3, 5, tzinfo=UTC)
ROOMS = [Room(room_id=RoomId(number), name=f"{number}", message_num=9) for number in range(300)]


@pytest.mark.parametrize(
    ("left", "spent", "looks", "expected"),
    [(298, 2, 2, 58), (200, 100, 2, 58), (240, 60, 60, 0), (100, 2, 2, 20), (61, 2, 2, 0)],
)
def test_a_fifth_of_the_allowance_is_for_lists(left: int, spent: int, looks: int, expected: int) -> None:
    """Less what looking for changes took, not downloads; where others call, half of what is left above the reserve."""
    assert expected == requests_in_share(Budget(300, left, RESET), spent=spent, looks=looks, reserve=60, share=20)


def test_the_count_is_of_all_processes_in_one_window() -> None:
    """What another run spent before the same end counts, what it spent in an earlier window does not."""
    remembered, soon, later = WindowRequests(RESET, 30, 20), RESET + timedelta(seconds=1), RESET + timedelta(minutes=5)

    assert WindowRequests(soon, 32, 21) == window_requests(remembered, soon, WindowRequests(soon, 2, 1))
    for other in (remembered, None):
        assert WindowRequests(later, 2, 1) == window_requests(other, later, WindowRequests(later, 2, 1))


def test_rounds_of_one_window_share_its_turns() -> None:
    """Each minute's round leaves as many lists to those to come, which have one more call each."""
    left, every = timedelta(seconds=299), timedelta(minutes=1)

    assert [4, 0, 0] == [rounds_to_come(*given) for given in ((left, every), (left, None), (timedelta(0), every))]
    assert [11, 10] == [lists_of_round(300, requests, later=4) for requests in (59, 58)]
    # Three hundred rooms take six windows all the same, with fifty a window and not 59: calls are left for files.
    assert [50, 58, 0] == [lists_of_round(*given, later=0) for given in ((300, 59), (58, 58), (300, 0))]


@pytest.mark.parametrize(("rooms", "minutes"), [(1, 1), (10, 1), (11, 2), (58, 5), (100, 10), (300, 30)])
def test_the_daemon_s_bound_is_that_of_the_design(rooms: int, minutes: int) -> None:
    """Its rounds come every minute, or as far apart as lets each room have its turn sooner."""
    every = daemon_interval(rooms, share=20)

    assert timedelta(minutes=minutes) == daemon_unseen(rooms, every=every, share=20)
    assert (rooms == 58) == (every > timedelta(minutes=1))


@pytest.mark.parametrize(
    ("rooms", "every", "minutes"), [(10, 1, 1), (58, 5, 5), (100, 5, 10), (300, 5, 30), (1, 60, 60)]
)
def test_the_bound_is_that_of_the_design(rooms: int, every: int, minutes: int) -> None:
    """Ten rooms a minute, 58 within five, a hundred within ten, 300 within thirty."""
    assert timedelta(minutes=minutes) == longest_unseen(rooms, every=timedelta(minutes=every), share=20)


@pytest.mark.drawn(but="10-1")
@pytest.mark.parametrize(("rooms", "minutes"), [(10, 1), (58, 5), (100, 10), (300, 30)])
def test_for_hours_each_list_is_read_within_its_bound_and_the_share(rooms: int, minutes: int) -> None:
    """A daemon's decisions over chats in which nothing moves: at most a fifth of the allowance, all included."""
    every = daemon_interval(rooms, share=20)
    begun, window, spent, most = RESET, RESET, 0, 0
    visits = {
        (room, kind): Visit(begun - timedelta(seconds=37 * room % 1500), plan.counters_text(ROOMS[room]))
        for room in range(rooms)
        for kind in plan.KINDS
    }
    longest = timedelta()
    for number in range(int(timedelta(hours=4) / every)):
        now = begun + number * every
        if now >= window:
            window, spent = now + timedelta(minutes=5), 0
        spent += 2 if number % int(timedelta(minutes=30) / every) == 0 else 1
        left = requests_in_share(Budget(300, 300 - spent, window), spent=spent, looks=spent, reserve=60, share=20)
        later = rounds_to_come(window - now, every)
        turns = plan.Turns(lists_of_round(rooms, left, later=later), 0 if later else left)
        steps = plan.plan_steps(
            [ROOMS[room] for room in range(rooms)], visits, now=now, full_every=timedelta(hours=6), turns=turns
        )
        for step in steps:
            before = visits[step.room_id, step.kind]
            if step.kind == plan.MESSAGES and number * every > timedelta(minutes=30):
                longest = max(longest, now - before.at)
            visits[step.room_id, step.kind] = before._replace(at=now)
            spent += step.requests
        most = max(most, spent)

    assert timedelta(minutes=minutes) == longest
    assert most <= 60


def test_first_readings_take_nothing_from_the_share(tmp_path: Path) -> None:
    """Right after the first save of ten chats (members, tasks, files: 65 calls) their lists go on being read."""
    with running_world(tmp_path / "home", limit=300) as world:
        world.more_rooms(9)
        world.sync(window_share=20)
        world.take_requests()
        world.sync(window_share=20)
        first_lists = [path for path in world.take_requests() if "/messages" in path]

    assert 10 == len(set(first_lists))


@pytest.mark.drawn
def test_a_room_whose_turn_did_not_come_waits(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No trouble and no exit 4; the rooms unread for longest come next, so that every list is read within two runs."""
    with running_world(tmp_path_factory.mktemp("share") / "home", limit=60) as world:
        world.more_rooms(14)
        for _run in range(4):
            world.sync(window_share=20)
            world.clock.pass_by(minutes=5)
        world.take_requests()
        outcomes, lists = [], []
        for _run in range(2):
            report = world.sync(window_share=20)
            outcomes.append([room.outcome for room in report.rooms])
            lists += [path for path in world.take_requests() if "/messages" in path]
            assert ((), True) == (report.reported, report.complete)
            world.clock.pass_by(minutes=5)

    assert all(8 == each.count(RoomOutcome.UNCHANGED) for each in outcomes)
    assert all(7 == each.count(RoomOutcome.WAITING) for each in outcomes)
    assert 15 == len(set(lists))


def test_the_bound_lasts_until_the_window_ends_where_its_calls_are_used_up() -> None:
    """After typed runs or `recover`; in the usual pace of rounds nothing is added."""
    left, minute = timedelta(minutes=4), timedelta(minutes=1)

    def bound(looks: int, left: timedelta = left) -> timedelta:
        spent = WindowRequests(RESET, looks, looks)
        return present_unseen(minute, spent, RESET - left, every=minute, rooms=10, reserve=50, share=20)

    assert (minute, left + minute) == (bound(11), bound(50))
    assert minute == bound(60, timedelta())


LIMIT, RESERVE = 300, 60
LEFT_OVER = "not read in this save, which ended too early"


class OtherTool:
    """Calls up to so often, as its own work wants it."""

    def __init__(self, world: World, most: int) -> None:
        self._world, self._most, self._chance = world, most, random.Random(most)
        self._session = requests.Session()
        self._session.trust_env = False
        self.calls = 0

    def work(self) -> None:
        """Call some times in a row."""
        for _call in range(self._chance.randint(0, self._most)):
            self.call()

    def call(self) -> int:
        """Call once; what is left then."""
        self.calls += 1
        headers = {"x-chatworktoken": self._world.chatwork.token}
        answer = self._session.get(f"{self._world.chatwork.base_url}/my/status", headers=headers, timeout=9)
        return int(answer.headers["x-ratelimit-remaining"])


def minute(world: World, tool: OtherTool) -> tuple[SyncReport, int, int, int]:
    """The other tool works, and again in the middle of a run: what we called, what was left for it, what is left."""
    world.clock.pass_by(minutes=1)
    tool.work()
    before, tool.calls = tool.call(), 0
    world.take_requests()
    report = world.sync(window_share=20, max_seconds=20, pace=timedelta(minutes=1), after_first_replies=tool.work)
    ours = len(world.take_requests()) - tool.calls
    return report, ours, before - tool.calls, tool.call()


@pytest.mark.drawn
@pytest.mark.parametrize("most", [25, 110])
def test_at_most_half_of_what_another_tool_leaves_is_used(tmp_path: Path, most: int) -> None:
    """Fifteen rounds, one a minute, over thirty chats; the second tool takes all of most windows itself."""
    with running_world(tmp_path / "home", limit=LIMIT) as world:
        world.more_rooms(29)
        world.sync()
        world.clock.pass_by(minutes=6)
        tool = OtherTool(world, most)
        rounds = [minute(world, tool) for _round in range(15)]
        world.clock.pass_by(minutes=6)
        after = world.sync(every_list=True)

    used = [(ours, left) for _report, ours, left, still_left in rounds if still_left < left]  # within one window
    failed = {(one.outcome, one.error) for report, *_rest in rounds for one in report.rooms if one.error}
    assert [] == [(ours, left) for ours, left in used if ours > max(2, left / 2)]
    assert any(ours > 2 for ours, _left in used)
    assert failed <= {(RoomOutcome.FAILED, LEFT_OVER)}
    assert [] == [left for ours, left in used if ours > 3 and left - ours < RESERVE]  # one list tells what is left
    assert {RoomOutcome.UNCHANGED} == {room.outcome for room in after.rooms}


def test_a_run_that_fails_at_once_leaves_word_of_the_calls_it_made(tmp_path: Path) -> None:
    """Its retries used up the window: the next run asks nothing before that has ended."""
    with running_world(tmp_path / "home", limit=20) as world:
        world.sync()
        world.clock.pass_by(minutes=6)
        world.take_requests()
        for _ in range(5):
            world.sync()
        assert 10 == len(world.take_requests())
        world.chatwork.fail(Fault.SERVER_ERROR, "/rooms$", times=5)
        with pytest.raises(errors.Unreachable):
            world.sync()
        assert 6 == len(world.take_requests())

        report = world.sync(max_seconds=10)

    assert ([], True) == (world.take_requests(), report.left_over)


def statements_a_room(home: Path, rooms: int) -> float:
    """SQL statements of a first run with its judgement, over so many rooms with the same client, for each room."""
    counted: list[str] = []

    def count(*given: object) -> None:
        counted.append(str(given[2]))

    with running_world(home) as world:
        for room in world.more_rooms(rooms - 1):
            world.chatwork.post(room, world.tanaka, "はじめまして")
        event.listen(Engine, "before_cursor_execute", count)
        try:
            world.sync(find_departing=departing_people)
            judge(world.archive, now=world.clock)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
    return len(counted) / rooms


@pytest.mark.drawn
def test_a_room_of_many_asks_no_more_than_one_of_few(tmp_path: Path) -> None:
    """A person who is in all of them is asked about once, not once for each room and step."""
    few, many = (statements_a_room(tmp_path / str(rooms), rooms) for rooms in (4, 16))

    assert many <= few
