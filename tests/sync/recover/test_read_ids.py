"""Recovered ids are read by API one by one; the archive has the texts from Chatwork, and can go on where it stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver import errors
from archiver.chatwork.reply_headers import Budget
from archiver.store.working.single_reads import MessagePlace
from archiver.sync.found_ids import RecoveryResult, estimate_minutes, read_recovered
from tests.support.chatwork.simulator import Fault
from tests.support.world import World, running_world

SINGLE = r"messages/[0-9]+$"
NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


def old(world: World, number: int) -> list[MessagePlace]:
    """Posts that lie before the newest 100 when the first sync comes, the newest first."""
    posts = [(world.room, int(world.post(f"前の {index}"))) for index in range(number)]
    world.posts(100)
    world.sync()
    world.take_requests()
    return posts[::-1]


def recover(world: World, places: list[MessagePlace]) -> RecoveryResult:
    """Read these ids as a program does that is started anew."""
    world.clock.pass_by(seconds=1)
    world.client = world.new_client()
    return read_recovered(
        world.archive, world.client, places, now=world.clock, progress=lambda _done, _all: None, settings=""
    )


def counts(made: RecoveryResult) -> tuple[int, int, int, int, int, int]:
    """found, held, recovered, hidden, not readable, left."""
    return made.found, made.saved_before, made.recovered, made.hidden_by_plan, made.not_readable, made.left


def test_each_id_is_read_once_and_marked_recovered(world: World) -> None:
    """The newest first, one request each after the account's; the gap is narrowed."""
    places = old(world, 5)
    (before,), last = world.gaps(), [row for row in world.rows("memory") if row["key"] == "last_sync"]

    made = recover(world, places)
    sweep = world.entries("sweep")[-1]["payload"]
    paths = world.take_requests()
    again = recover(world, places)

    sources = {one["payload"]["source"] for one in world.entries("message")}
    (after,) = world.gaps()
    assert (5, 0, 5, 0, 0, 0) == counts(made)
    assert ["/me", *(f"/rooms/{room}/messages/{position}" for room, position in places)] == paths
    assert ({"list", "recovered"}, ["前の 4"]) == (sources, world.texts(str(places[0][1])))
    assert (before[2] or 0) - 5 == after[2]
    assert ((5, 5, 0, 0, 0, 0), []) == (counts(again), world.take_requests())
    # It stands in the archive as any other run, but is no sync, so the last one stays the last.
    assert (6, 5, 5) == (sweep["requests"], sweep["totals"]["new"], sweep["totals"]["backfilled"])
    assert last == [row for row in world.rows("memory") if row["key"] == "last_sync"]


def test_held_hidden_and_vanished_are_told_apart(world: World) -> None:
    """And those that were not shown are not asked for again at once."""
    places = old(world, 3)
    world.chatwork.vanish(str(places[0][1]))
    saved_place = (world.room, int(world.rows("message")[0]["position"]))

    made = recover(world, [*places, saved_place])
    world.take_requests()
    again = recover(world, [*places, saved_place])

    assert (4, 1, 2, 0, 1, 0) == counts(made)
    assert (4, 3, 0, 0, 1, 0) == counts(again)
    assert ["/me"] == world.take_requests()


def test_what_the_plan_hides_is_counted_as_such(world: World) -> None:
    """Nothing of it is written but in the working table."""
    places = old(world, 2)
    world.clock.pass_by(days=60)
    world.chatwork.free_plan(40)

    assert (2, 0, 0, 2, 0, 0) == counts(recover(world, places))
    assert 100 == len(world.states())


@pytest.mark.drawn
def test_it_ends_at_the_limit_of_calls_and_keeps_the_reserve(tmp_path: Path) -> None:
    """240 of 300 calls are used; it does not wait itself, as whoever waits gives the lock back."""
    with running_world(tmp_path / "home", limit=300) as world:
        places = old(world, 250)
        world.clock.pass_by(minutes=6)

        made = recover(world, places)

        assert (250, 0, 239, 0, 0, 11) == counts(made)
        assert made.must_wait


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.DROP])
def test_what_cannot_be_asked_for_is_left_and_a_sync_goes_on(world: World, fault: Fault) -> None:
    """Two faults in a row end it."""
    places = old(world, 6)
    world.chatwork.fail(fault, SINGLE, times=None, after=2)

    made = recover(world, places)
    world.chatwork.heal()
    world.clock.pass_by(hours=2)
    synced = world.synced()

    assert (6, 0, 2, 0, 0, 4) == counts(made)
    assert (4, 0) == (synced.backfilled, len([row for row in world.rows("quest") if row["state"] == "waiting"]))


def test_a_room_that_refuses_leaves_its_ids(world: World) -> None:
    """Nothing is said of the messages."""
    places = old(world, 3)
    world.chatwork.remove_owner(world.room)

    made = recover(world, places)

    assert (3, 0, 0, 0, 0, 3) == counts(made)


def test_ids_newer_than_the_list_are_left_to_the_next_sync(world: World) -> None:
    """Which brings them by itself; before the first sync nothing is asked for."""
    first = (world.room, int(world.post("はい")))
    assert ((1, 0, 0, 0, 0, 1), []) == (counts(recover(world, [first])), world.take_requests())
    old(world, 1)
    fresh = (world.room, int(world.post("いま")))

    made = recover(world, [fresh])
    world.sync()
    again = recover(world, [fresh])

    assert ((1, 0, 0, 0, 0, 1), (1, 1, 0, 0, 0, 0)) == (counts(made), counts(again))


def test_another_accounts_token_writes_nothing(world: World) -> None:
    """As in a sync."""
    places = old(world, 1)
    before = world.seqs()
    world.chatwork.owner = world.tanaka

    with pytest.raises(errors.WrongAccount):
        recover(world, places)

    assert (before, []) == (world.seqs(), world.rows("quest"))


def test_a_refused_token_keeps_what_was_read(world: World) -> None:
    """The rest waits."""
    places = old(world, 3)
    world.chatwork.fail(Fault.UNAUTHORIZED, SINGLE, times=None, after=1)

    with pytest.raises(errors.TokenRefused):
        recover(world, places)

    assert ["read", "waiting", "waiting"] == sorted(row["state"] for row in world.rows("quest"))


@pytest.mark.parametrize(
    ("number", "remaining", "reserve", "expected"),
    [
        *((0, None, 60, 1), (240, None, 60, 1), (241, None, 60, 6), (1_000, None, 60, 21), (1_000, None, 290, 21)),
        *((40, 100, 60, 1), (41, 100, 60, 3), (40, 0, 60, 3), (281, 100, 60, 8), (240, 300, 60, 1)),
    ],
)
def test_the_time_comes_from_the_allowance(number: int, remaining: int | None, reserve: int, expected: int) -> None:
    """What is left until the reset in two minutes, then 240 of 300 calls in each window; untold, windows from now."""
    budget = Budget() if remaining is None else Budget(300, remaining, NOW + timedelta(minutes=2))

    assert expected == estimate_minutes(number, budget, reserve=reserve, now=NOW)
