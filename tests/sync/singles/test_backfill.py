"""Single messages: those that no list has shown are read and narrow their gap, old ones are read again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.chatwork.reply_headers import Budget
from archiver.store.seals import append_idle_runs
from archiver.sync import plan
from archiver.sync.backfill_and_rereads import (
    BATCH_EVERY,
    NEIGHBOURS_REACH,
    SINGLE_READS_LIMIT,
    due_count,
    single_reads_share,
)
from archiver.sync.report import SyncReport
from archiver.sync.run import dry_run
from archiver.sync.run_start import Options
from tests.support.chatwork.simulator import Fault
from tests.support.world import BEGIN, World, running_world

SINGLE = r"messages/[0-9]+$"


def singly(world: World) -> list[str]:
    """Ids of the messages read one by one since last asked, in order."""
    return [path.rpartition("/")[2] for path in world.take_requests() if "/messages/" in path]


def chain(world: World, length: int) -> list[str]:
    """Old posts of which each answers the one before; only the last is named inside the list."""
    posts = [world.post("はじめ")]
    for index in range(length - 1):
        posts.append(world.post(f"[rp aid=1 to={world.room}-{posts[-1]}]返事 {index}"))
    world.posts(105)
    world.post(f"[rp aid=1 to={world.room}-{posts[-1]}]きょうの返事")
    return posts


def test_a_chain_of_replies_is_followed_to_its_beginning(world: World) -> None:
    """Each is new, with its source, and nothing is asked for twice; entries narrow the gap and close none."""
    posts = chain(world, 5)

    report = world.synced()
    read = singly(world)
    again = world.sync()

    sources = {one["key"]: one["payload"]["source"] for one in world.entries("message")}
    assert list(reversed(posts)) == read
    assert {"single"} == {sources[f"message/{post}"] for post in posts}
    assert (105, 5) == (report.new, report.backfilled)
    assert (2, {"read"}) == (again.requests, {row["state"] for row in world.rows("quest")})
    (gap,), total = world.gaps(), world.chatwork.rooms[world.room].message_num
    narrowed = [one["payload"]["missing"] for one in world.entries("gap.narrowed")]
    assert (None, total - 105, "first_sync", True) == (gap[0], *gap[2:])
    assert [total - number for number in range(101, 106)] == narrowed
    assert [] == world.entries("gap.closed")


def test_a_gap_between_two_lists_is_narrowed_to_zero_and_stays_open(world: World) -> None:
    """Zero is an estimate: that nothing is missing must be shown by a list."""
    world.posts(3)
    world.sync()
    missed = [world.post("見逃した")]
    missed.append(world.post(f"[rp aid=1 to={world.room}-{missed[0]}]"))
    world.posts(99)
    world.post(f"#!rid{world.room}-{missed[1]}")

    report = world.synced()

    (gap,) = [one for one in world.gaps() if one[0] is not None]
    assert [2] == [one["missing"] for one in report.gaps]
    assert (0, "window", True) == gap[2:]
    assert set(missed) <= world.states().keys()


def test_a_gap_of_unknown_size_stays_unknown(world: World) -> None:
    """Nothing is subtracted from what is not known."""
    world.post("はい")
    world.sync()
    missed = world.post("見逃した")
    world.posts(99)
    world.post(f"#!rid{world.room}-{missed}")
    world.chatwork.rooms[world.room].message_num = 0

    world.sync()

    (gap,) = [one for one in world.gaps() if one[0] is not None]
    assert (None, True) == (gap[2], gap[4])
    assert [] == world.entries("gap.narrowed")


def test_what_was_never_seen_and_is_not_there_is_recorded_as_refused(world: World) -> None:
    """Once, in an entry that shows no message; it is told in the report, and asked for again after a month."""
    gone = world.post("消える")
    world.posts(105)
    world.post(f"#!rid{world.room}-{gone}")
    world.chatwork.vanish(gone)

    report = world.synced()
    world.take_requests()
    world.clock.pass_by(days=1)
    world.sync(full=True)
    soon = singly(world)
    world.clock.pass_by(days=30)
    world.sync()

    (row,) = world.rows("quest")
    assert (0, 1, 0) == (report.backfilled, report.not_readable, report.hidden_by_plan)
    assert gone not in world.states()
    assert [] == soon
    assert (gone in singly(world), "unreadable", 2) == (True, row["state"], row["attempts"])
    assert [{"ids": [], "refused": {gone: "unreadable"}}] == [one["payload"] for one in world.entries("reading")]
    assert [] == world.rows("reading")


def test_what_the_plan_hides_is_told_apart(world: World) -> None:
    """404 with the limitation header; it comes when the plan shows it again."""
    old = world.chatwork.post(world.room, world.tanaka, "古い", at=BEGIN - timedelta(days=60))
    world.posts(105)
    world.post(f"#!rid{world.room}-{old}")
    world.chatwork.free_plan(40)

    report = world.synced()
    state = [row["state"] for row in world.rows("quest")]
    world.chatwork.free_plan(None)
    world.clock.pass_by(days=31)
    later = world.synced()

    assert (1, 0, ["hidden"]) == (report.hidden_by_plan, report.not_readable, state)
    assert {old: "hidden"} == world.entries("reading")[0]["payload"]["refused"]
    assert (1, "present") == (later.backfilled, world.states()[old])


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.HTML, Fault.CUT_BODY])
def test_a_fault_is_no_answer(world: World, fault: Fault) -> None:
    """The id waits, the run says that it is not whole, and the next ones try again with a pause.

    One that was deleted meanwhile is new, its text unknown: nothing disappeared in this run.
    """
    (post,) = chain(world, 1)
    world.chatwork.delete(post)
    world.chatwork.fail(fault, SINGLE, times=None)

    report = world.sync()
    world.chatwork.heal()
    soon = told(world)
    world.sync()
    at_once = singly(world)
    world.clock.pass_by(hours=2)
    due = told(world)
    later = world.sync()

    assert (False, (f"message/{world.room}/{post}",)) == (report.complete, report.reported)
    assert ([], "deleted", ["[deleted]"]) == (at_once, world.states()[post], world.texts(post))
    assert (0, False) == (later.rooms[0].deleted, later.disappeared)
    assert ([], [(plan.BACKFILL, "named", 1)]) == (soon, due)
    assert [] == [row for row in world.rows("quest") if row["state"] == "waiting"]
    assert (1, ()) == (later.rooms[0].backfilled, later.reported)


def test_a_room_that_refuses_is_asked_for_itself(world: World) -> None:
    """403 for a message is the room's trouble: nothing is said of the message."""
    chain(world, 1)
    world.chatwork.fail(Fault.FORBIDDEN, SINGLE, times=None)

    report = world.synced()

    assert ("failed", 0) == (report.outcome.value, report.not_readable)
    assert ["waiting"] == [row["state"] for row in world.rows("quest")]


@pytest.mark.drawn
def test_a_round_reads_a_share_and_the_next_ones_the_rest(tmp_path: Path) -> None:
    """It never waits for single messages, and takes half of what is left above the reserve."""
    with running_world(tmp_path / "home", limit=300) as world:
        posts = chain(world, 260)

        first = world.sync()
        world.clock.pass_by(minutes=5)
        second = world.sync()
        while world.sync().rooms[0].backfilled:
            world.clock.pass_by(minutes=5)

        assert SINGLE_READS_LIMIT == first.rooms[0].backfilled == second.rooms[0].backfilled
        assert (False, ()) == (first.complete, first.reported)
        assert [] == world.clock.slept
        assert set(posts) <= world.states().keys()


def test_the_share_leaves_the_next_round_its_calls() -> None:
    """Half of what is above the reserve, all of it when everything is asked for, none where it would wait."""
    soon, past = BEGIN + timedelta(minutes=3), BEGIN - timedelta(minutes=1)

    shares = [
        single_reads_share(Budget(), BEGIN, reserve=60),
        single_reads_share(Budget(300, 160, soon), BEGIN, reserve=60),
        single_reads_share(Budget(300, 160, soon), BEGIN, reserve=60, full=True),
        single_reads_share(Budget(300, 60, soon), BEGIN, reserve=60),
        single_reads_share(Budget(300, 300, soon), BEGIN, reserve=60),
        single_reads_share(Budget(300, 10, past), BEGIN, reserve=60),
    ]

    assert [50, 50, 100, 0, SINGLE_READS_LIMIT, SINGLE_READS_LIMIT] == shares


PERIOD = timedelta(days=10)
FOR_EVER = timedelta(days=3_650)
"""Lists and people are not due in these tests: what is asked for is the re-reading alone."""


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
    return report, singly(world)


def told(world: World) -> list[tuple[str, str, int]]:
    """Kind, reason and cost of each step about single messages, as a dry run tells them."""
    options = Options(full_every=FOR_EVER, reread_every=PERIOD)
    steps = dry_run(world.archive, world.new_client(), now=world.clock, options=options)
    world.take_requests()
    return [
        (step.kind, step.reason, step.requests) for step, _name in steps if step.kind in (plan.BACKFILL, plan.REREAD)
    ]


def days(world: World, number: int) -> list[str]:
    """The messages read one by one in six runs a day."""
    return [message for _ in range(6 * number) for message in turn(world, hours=4)[1]]


@pytest.mark.drawn
def test_each_old_message_comes_once_in_the_period_the_youngest_first(world: World) -> None:
    """One's own and the others': each kind has a round of its own, so that neither waits for the other."""
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

    world.clock.pass_by(days=5)
    first, second = told(world), told(world)
    report, read = turn(world)

    (entry,) = world.entries("reading")
    assert list(reversed(posts))[:10] == read
    assert read == entry["payload"]["ids"]
    assert 10 == report.rooms[0].reread
    assert [(plan.REREAD, "due", 10)] == first == second  # as many as the run then reads; asking changes nothing


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
    announced = told(world)
    _, read = turn(world, minutes=5)
    idle, _ = turn(world, minutes=5)

    assert 1 == found.rooms[0].deleted
    assert [(plan.REREAD, "near", len(read))] == announced
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
