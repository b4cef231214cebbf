"""Back-fill: messages that no list has shown are read singly, counted, and narrow their gap."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from archiver.chatwork.reply_headers import Budget
from archiver.sync.single_reads import SINGLE_READS_LIMIT, single_reads_share
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
    """Each is new, with its source, and nothing is asked for twice."""
    posts = chain(world, 5)

    report = world.synced()
    read = singly(world)
    again = world.sync()

    sources = {one["key"]: one["payload"]["source"] for one in world.entries("message")}
    assert list(reversed(posts)) == read
    assert {"single"} == {sources[f"message/{post}"] for post in posts}
    assert (105, 5) == (report.new, report.backfilled)
    assert (2, {"read"}) == (again.requests, {row["state"] for row in world.rows("quest")})


def test_a_message_held_lowers_the_number_of_missing_ones(world: World) -> None:
    """The gap is narrowed by entries, neither split nor closed."""
    posts = chain(world, 4)

    world.sync()

    (gap,) = world.gaps()
    narrowed = [one["payload"]["missing"] for one in world.entries("gap.narrowed")]
    total = world.chatwork.rooms[world.room].message_num
    assert (None, total - 100 - len(posts), "first_sync", True) == (gap[0], *gap[2:])
    assert [total - 101, total - 102, total - 103, total - 104] == narrowed
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


def test_a_message_first_read_as_deleted_is_new_and_its_text_unknown(world: World) -> None:
    """Nothing disappeared in this run."""
    gone = world.post("消した文")
    world.posts(105)
    world.post(f"#!rid{world.room}-{gone}")
    world.chatwork.delete(gone)

    report = world.synced()

    assert (1, 0, False) == (report.backfilled, report.deleted, report.disappeared)
    assert ("deleted", ["[deleted]"]) == (world.states()[gone], world.texts(gone))


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.HTML, Fault.CUT_BODY])
def test_a_fault_is_no_answer(world: World, fault: Fault) -> None:
    """The id waits, the run says that it is not whole, and the next ones try again with a pause."""
    (post,) = chain(world, 1)
    world.chatwork.fail(fault, SINGLE, times=None)

    report = world.sync()
    world.chatwork.heal()
    world.take_requests()
    world.sync()
    at_once = singly(world)
    world.clock.pass_by(hours=2)
    later = world.sync()

    assert (False, (f"message/{world.room}/{post}",)) == (report.complete, report.reported)
    assert ([], "present") == (at_once, world.states()[post])
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


def test_a_killed_run_is_made_up_for(world: World) -> None:
    """Each message is kept with the state of its quest, in one transaction."""
    posts = chain(world, 3)
    world.chatwork.fail(Fault.UNAUTHORIZED, SINGLE, after=2, times=None)

    with pytest.raises(Exception, match="API token doesn't work"):
        world.sync()
    world.chatwork.heal()
    world.take_requests()
    world.sync()

    assert [posts[0]] == singly(world)
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
