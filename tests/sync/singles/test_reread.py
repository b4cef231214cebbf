"""Checked again: old messages come round once in a period, and the neighbours of a change soon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies

from archiver.store.seals import append_idle_runs
from archiver.sync.report import SyncReport
from archiver.sync.single_reads import BATCH_EVERY, NEIGHBOURS_REACH, due_count
from tests.support.chatwork.simulator import Fault
from tests.support.world import World

PERIOD = timedelta(days=10)
FOR_EVER = timedelta(days=3_650)
"""Lists and people are not due in these tests: what is asked for is the re-reading alone."""

SINGLE = r"messages/[0-9]+$"


def aged(world: World, old: int, *, own: int = 0) -> list[str]:
    """Messages that are held and lie before the newest 100: so many of 田中's after so many of one's own.

    Gives 田中's, or one's own and then 田中's; the first of one's own is what the room began with.
    """
    posts = [world.post(f"自分 {index}", by=world.chatwork.owner) for index in range(own - 1)]
    posts += [world.post(f"相手 {index}") for index in range(old)]
    world.sync(full_every=FOR_EVER)
    world.posts(60)
    world.sync(full_every=FOR_EVER)
    world.posts(40)
    world.sync(full_every=FOR_EVER)
    world.take_requests()
    return [min(world.states(), key=int), *posts] if own else posts


def turn(world: World, **span: float) -> tuple[SyncReport, list[str]]:
    """Let time pass and run once: the report and the messages read one by one."""
    world.clock.pass_by(**span)
    report = world.sync(full_every=FOR_EVER, reread_every=PERIOD)
    return report, [path.rpartition("/")[2] for path in world.take_requests() if "/messages/" in path]


def days(world: World, number: int) -> list[str]:
    """The messages read one by one in six runs a day."""
    return [message for _ in range(6 * number) for message in turn(world, hours=4)[1]]


@pytest.mark.drawn
def test_each_old_message_comes_once_in_the_period_the_youngest_first(world: World) -> None:
    """The counterpart's; nothing is read in the list's own span."""
    posts = aged(world, 12)
    turn(world, hours=1)

    read = days(world, 10)
    again = days(world, 4)

    assert list(reversed(posts)) == [one for one in read if one in posts]
    assert list(reversed(posts))[:4] == again


@pytest.mark.drawn
def test_ones_own_go_round_beside_the_others(world: World) -> None:
    """Each kind has a round of its own, so that neither waits for the other."""
    posts = aged(world, 6, own=3)
    turn(world, hours=1)

    read = days(world, 10)

    own, others = posts[:3], posts[3:]
    assert list(reversed(others)) == [one for one in read if one in others]
    assert list(reversed(own)) == [one for one in read if one in own]


def test_what_is_found_unchanged_is_one_entry_for_room_and_run(world: World) -> None:
    """The ids stand in it, and the report tells the cost."""
    posts = aged(world, 20)
    turn(world, hours=1)

    report, read = turn(world, days=5)

    (entry,) = world.entries("reading")
    assert list(reversed(posts))[:10] == read
    assert read == entry["payload"]["ids"]
    assert 10 == report.rooms[0].reread


def test_the_cost_stands_in_the_record_of_collected_runs(world: World) -> None:
    """Runs that are collected add their re-reading up."""
    aged(world, 50)
    turn(world, hours=1)

    turn(world, days=1)
    turn(world, minutes=50)
    turn(world, minutes=50)
    with world.archive.writing() as writing:
        append_idle_runs(writing, at=world.clock())

    totals = [one["payload"].get("totals", {}).get("reread", 0) for one in world.entries("sweep")]
    assert 5 == sum(totals)


def test_idle_runs_between_two_batches_cost_two_requests(world: World) -> None:
    """However much is due; every ten minutes one more, for the requests of contacts."""
    aged(world, 50)
    turn(world, hours=1)
    turn(world, days=3)

    reports = [turn(world, minutes=5)[0] for _ in range(11)]

    assert [2, *[3, 2] * 5] == [report.requests for report in reports]
    assert timedelta(hours=1) == BATCH_EVERY


def test_an_old_edit_and_an_old_deletion_are_found_with_an_interval(world: World) -> None:
    """The earlier text was last seen by the list that last showed it."""
    posts = aged(world, 2)
    turn(world, hours=1)
    world.chatwork.edit(posts[1], "書き換えた", moves_update_time=False)
    world.chatwork.delete(posts[0])

    first, _ = turn(world, days=6)
    second, _ = turn(world, days=4)

    versions = [row for row in world.rows("message_version") if str(row["position"]) == posts[1]]
    intervals = sorted((row["first_seen"], row["last_seen"]) for row in versions)
    assert (1, 1) == (first.rooms[0].edited, second.rooms[0].deleted)
    assert ("edited", "deleted") == (world.states()[posts[1]], world.states()[posts[0]])
    assert intervals[0][1] < intervals[1][0]


def test_the_neighbours_of_a_change_are_read_at_once(world: World) -> None:
    """A change in the list brings up what lies just before the list; later changes bring up more."""
    posts = aged(world, 40)
    listed = [row["message_id"] for row in world.rows("message") if row["message_id"] not in posts]
    first = min((one for one in listed if int(one) > int(posts[-1])), key=int)
    world.chatwork.edit(first, "変えた", moves_room=True)

    report, read = turn(world, minutes=5)
    _, again = turn(world, minutes=5)

    assert list(reversed(posts))[:NEIGHBOURS_REACH] == read
    assert (1, NEIGHBOURS_REACH) == (report.rooms[0].edited, report.rooms[0].reread)
    assert [] == again


def test_what_the_re_reading_finds_brings_up_its_own_neighbours(world: World) -> None:
    """In the next run, even between two batches."""
    posts = aged(world, 40)
    turn(world, hours=1)
    world.chatwork.delete(posts[-1])

    found, _ = turn(world, hours=6)
    _, read = turn(world, minutes=5)
    idle, _ = turn(world, minutes=5)

    assert 1 == found.rooms[0].deleted
    assert list(reversed(posts))[1 : NEIGHBOURS_REACH + 1] == read
    assert 3 == idle.requests  # one for the requests of contacts


def test_a_message_that_is_gone_is_missing(world: World) -> None:
    """404 without the limitation header; it goes round no more."""
    posts = aged(world, 1)
    turn(world, hours=1)
    world.chatwork.vanish(posts[0])

    report, _ = turn(world, days=11)
    _, later = turn(world, days=11)

    assert (1, "missing") == (report.rooms[0].missing, world.states()[posts[0]])
    assert posts[0] not in later


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.DROP])
def test_a_fault_does_not_hold_up_the_round(world: World, fault: Fault) -> None:
    """It is told; what comes after it has its turn all the same."""
    posts = aged(world, 4)
    turn(world, hours=1)
    world.chatwork.fail(fault, posts[-1], times=None)

    report, _ = turn(world, days=3)
    world.chatwork.heal()
    _, read = turn(world, days=3)

    assert (f"room/{world.room}/reread/failed",) == report.reported
    assert [posts[-2]] == read


def test_a_long_pause_is_caught_up_in_bounded_batches(world: World) -> None:
    """Thirty a room and hour, so that the round is never held up."""
    aged(world, 80)
    turn(world, hours=1)

    batches = [len(turn(world, days=20)[1])] + [len(turn(world, hours=1)[1]) for _ in range(3)]

    assert [30, 30, 21, 0] == batches  # with what the room began with


def test_a_clock_that_was_set_back_begins_anew(world: World) -> None:
    """Rather too often than never again."""
    posts = aged(world, 10)
    turn(world, hours=1)
    turn(world, days=5)
    world.clock.pass_by(days=-20)

    _, at_once = turn(world, hours=0)
    _, later = turn(world, days=1)

    assert ([], [posts[-1]]) == (at_once, later)


@given(strategies.integers(0, 10_000), strategies.integers(1, 720))
def test_the_quota_reads_everything_within_the_period_and_nothing_twice(eligible: int, hours: int) -> None:
    """Hour by hour, whatever the number."""
    period = timedelta(hours=hours)
    done = 0
    for hour in range(hours + 1):
        done += due_count(eligible, done, timedelta(hours=hour), period)

    assert eligible == done


@given(
    strategies.integers(0, 1_000),
    strategies.integers(0, 1_000),
    strategies.timedeltas(timedelta(days=-9), timedelta(days=90)),
)
def test_the_quota_is_never_negative_nor_more_than_there_are(eligible: int, done: int, elapsed: timedelta) -> None:
    """Also for a clock that was set back."""
    assert 0 <= due_count(eligible, done, elapsed, PERIOD) <= eligible
