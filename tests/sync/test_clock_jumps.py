"""A clock that jumps: the order of what was observed, seals and verification stay right."""

from __future__ import annotations

from itertools import pairwise

from archiver.custody.verify import verify_archive
from archiver.store import seals
from archiver.store.time_text import from_text
from tests.support.world import World


def test_a_clock_that_jumps_back_and_forth_never_breaks_the_order(world: World) -> None:
    """Times never decrease along the entries, everything posted is held, the archive verifies in depth."""
    posts = []
    for number, jump in enumerate((0, -3600, 7200, -86400, 40, 400_000, -500_000, 10)):
        world.clock.pass_by(seconds=jump)
        posts.append(world.post(f"{number}つ目"))
        world.chatwork.edit(posts[number // 2], f"{number}に直した")
        world.sync(full=True)
        seals.close_seals(world.archive, now=world.clock())

    times = [one["observed_at"] for one in world.entries()]
    verification = verify_archive(world.archive, deep=True)

    assert times == sorted(times)
    assert set(posts) <= set(world.states())
    assert ([], []) == (world.gaps(), verification.findings)
    assert verification.checked["seals"] >= 1


def test_intervals_of_versions_stay_in_order(world: World) -> None:
    """No text was last seen before it was first seen."""
    post = world.post("30,000円で")
    for jump in (0, -7200, 3600, -600):
        world.clock.pass_by(seconds=jump)
        world.chatwork.edit(post, f"{jump}円で")
        world.sync(full=True)

    intervals = [(row["first_seen"], row["last_seen"]) for row in world.rows("message_version")]

    assert 5 == len(intervals)
    assert all(last is None or first <= last for first, last in intervals)
    assert all(from_text(one[0]) <= from_text(two[0]) for one, two in pairwise(intervals))


def test_after_a_jump_back_new_messages_are_read_at_once(world: World) -> None:
    """A visit that seems to lie in the future keeps nobody from reading."""
    world.post("一つ目")
    world.sync()
    world.clock.pass_by(days=-3)
    world.post("二つ目")

    report = world.synced()

    assert 1 == report.new
