"""What a dry run tells of single messages: the same that the run then reads, and nothing is written for it."""

from __future__ import annotations

from datetime import timedelta

from archiver.sync import plan
from archiver.sync.run import Options, dry_run
from tests.support.chatwork.simulator import Fault
from tests.support.world import World

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
