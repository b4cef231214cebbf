"""How far re-reading and back-fill have come, in numbers."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies

from archiver.store.working.single_reads import (
    BackfillCounts,
    ItemState,
    SlowWork,
    is_in_spans,
    merge_spans,
    slow_work_progress,
    unseen_ids,
)
from tests.support.world import World

FOR_EVER = timedelta(days=3_650)
SPANS = strategies.lists(
    strategies.tuples(strategies.integers(0, 40), strategies.integers(0, 10)).map(lambda one: (one[0], sum(one))),
    max_size=12,
)


def slow_work(world: World, *, days: float = 30, rooms: list[int] | None = None) -> SlowWork:
    """What the archive tells of its rooms now."""
    with world.archive.reading() as reading:
        return slow_work_progress(reading, rooms or [world.room], since=world.clock() - timedelta(days=days))


def sync(world: World) -> None:
    """A run in which no list is due by itself."""
    world.sync(full_every=FOR_EVER, reread_every=timedelta(days=30))


def aged(world: World, old: int) -> None:
    """So many messages, the one with which the room began among them, lie before the newest 100."""
    world.posts(old - 1)
    sync(world)
    for number in (60, 40):
        world.posts(number)
        sync(world)


@given(SPANS)
def test_merged_stretches_hold_the_same_positions_and_do_not_touch(spans: list[tuple[int, int]]) -> None:
    """Whatever the lists reached."""
    found = merge_spans(spans)

    positions = {one for first, last in spans for one in range(first, last + 1)}
    assert positions == {one for one in range(-1, 60) if is_in_spans(one, found)}
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


def test_a_room_whose_messages_are_all_listed_has_nothing_old(world: World) -> None:
    """Nor has one that was never read."""
    before = slow_work(world)
    world.posts(5)
    world.sync()

    assert SlowWork(0, 0, BackfillCounts()) == before == slow_work(world)


def test_old_messages_count_as_seen_while_a_list_of_that_time_reached_them(world: World) -> None:
    """Later they are no longer, and what is read singly is again."""
    aged(world, 20)

    soon = slow_work(world)
    world.clock.pass_by(days=31)
    late = slow_work(world)
    sync(world)

    assert ((20, 20), (20, 0)) == (soon[:2], late[:2])
    assert (20, 20) == slow_work(world)[:2]


@pytest.mark.drawn
def test_the_number_seen_again_is_that_of_the_messages_that_were_read(world: World) -> None:
    """Counted beside the requests themselves, over the last five days of many."""
    aged(world, 20)
    world.take_requests()
    read: dict[str, int] = {}
    for day in range(20):
        world.clock.pass_by(days=1)
        sync(world)
        read |= {path: day for path in world.take_requests() if "/messages/" in path}

        expected = sum(day - last < 5 for last in read.values())
        assert day < 5 or expected == slow_work(world, days=4.5).confirmed
    assert 5 < len(read) < 20


@pytest.mark.drawn
def test_a_change_seen_in_a_single_reading_counts_and_what_is_gone_does_not(world: World) -> None:
    """A message that turned to `[deleted]` cannot change any more: it is none of the old ones."""
    aged(world, 4)
    posts = sorted(world.states(), key=int)
    world.clock.pass_by(days=40)
    world.chatwork.edit(posts[2], "変えた")
    world.chatwork.delete(posts[1])
    sync(world)
    for _ in range(31):
        world.clock.pass_by(days=1)
        sync(world)

    assert (3, 3) == slow_work(world)[:2]


def test_a_room_that_cannot_be_opened_is_not_read_again(world: World) -> None:
    """So its messages are not among those that should be."""
    aged(world, 4)
    world.chatwork.remove_owner(world.room)
    sync(world)

    assert 0 == slow_work(world).old


def test_quests_are_counted_by_what_came_of_them(world: World) -> None:
    """Read, hidden by the plan, not readable; with the ids between which the last two lie."""
    kept, hidden = world.post("前の"), world.post("隠れた")
    gone = str(int(hidden) + (1 << 22))
    world.posts(110)
    world.post(" ".join(f"[rp aid=1 to={world.room}-{one}]" for one in (kept, gone)))
    world.sync()
    read = slow_work(world).backfill
    with world.archive.reading() as reading:
        listed = unseen_ids(reading, world.room)

    assert BackfillCounts(read=1, unreadable=1, unseen=(int(gone), int(gone))) == read
    assert [(int(gone), ItemState.UNREADABLE)] == listed
    assert BackfillCounts() == slow_work(world, rooms=[999]).backfill
