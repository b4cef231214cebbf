"""Every list is read in turn, within its share of the allowance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archiver.chatwork.ratelimit import Budget
from archiver.store.working.remembered_values import WindowRequests
from archiver.sync.report import RoomOutcome
from archiver.sync.window_share import longest_unseen, requests_in_share, spent_in_window
from tests.support.world import World, running_world

RESET = datetime(2026, 7, 1, 3, 5, tzinfo=UTC)


def test_a_fifth_of_the_allowance_is_for_lists() -> None:
    """Sixty calls of 300, less those that we made in this window."""
    assert 58 == requests_in_share(Budget(300, 298, RESET), spent=2, reserve=60, share=20)
    assert 0 == requests_in_share(Budget(300, 240, RESET), spent=60, reserve=60, share=20)


def test_where_others_call_half_of_what_is_left_is_for_lists() -> None:
    """Never all of what others need, and nothing at the reserve."""
    assert 20 == requests_in_share(Budget(300, 100, RESET), spent=2, reserve=60, share=20)
    assert 0 == requests_in_share(Budget(300, 61, RESET), spent=2, reserve=60, share=20)


def test_the_count_is_of_all_processes_in_one_window() -> None:
    """What another run spent before the same end counts, what it spent in an earlier window does not."""
    remembered = WindowRequests(RESET, 30)

    assert 32 == spent_in_window(remembered, RESET + timedelta(seconds=1), requests=2)
    assert 2 == spent_in_window(remembered, RESET + timedelta(minutes=5), requests=2)
    assert 2 == spent_in_window(None, RESET, requests=2)


@pytest.mark.parametrize(
    ("rooms", "every", "minutes"), [(10, 1, 1), (58, 5, 5), (100, 5, 10), (300, 5, 30), (1, 60, 60)]
)
def test_the_bound_is_that_of_the_design(rooms: int, every: int, minutes: int) -> None:
    """Ten rooms a minute, 58 within five, a hundred within ten, 300 within thirty."""
    assert timedelta(minutes=minutes) == longest_unseen(rooms, every=timedelta(minutes=every), share=20)


def test_an_edit_that_was_undone_after_two_minutes_is_held(world: World) -> None:
    """Ten rooms, a run every minute: both texts, though no counter ever moved."""
    rooms = [world.chatwork.add_room(f"チャット{number}", members=[world.tanaka]) for number in range(9)]
    world.contract("job2", *rooms)
    post = world.post("30,000円で")
    world.sync(window_share=20)
    for body in ("20,000円で", "30,000円で"):
        world.chatwork.edit(post, body, moves_update_time=False)
        for _minute in range(2):
            world.clock.pass_by(minutes=1)
            world.sync(window_share=20)

    assert ["30,000円で", "20,000円で", "30,000円で"] == world.texts(post)


def test_a_room_whose_turn_did_not_come_waits(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No trouble and no exit 4; the rooms unread for longest come next, so that every list is read within two runs."""
    with running_world(tmp_path_factory.mktemp("share") / "home", limit=60) as world:
        world.contract("job2", *(world.chatwork.add_room(f"{n}", members=[world.tanaka]) for n in range(14)))
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

    assert all(10 == each.count(RoomOutcome.UNCHANGED) for each in outcomes)
    assert all(5 == each.count(RoomOutcome.WAITING) for each in outcomes)
    assert 15 == len(set(lists))
