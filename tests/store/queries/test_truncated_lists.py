"""Lists that Chatwork cuts even person by person, derived from what is held."""

from __future__ import annotations

import pytest

from archiver.store.queries.looks_and_gaps import DONE, FILES, OPEN, TruncatedList, truncated_lists
from tests.support.world import World


def truncated_in_room(world: World) -> list[TruncatedList]:
    """Of the room."""
    with world.archive.reading() as reading:
        return truncated_lists(reading, [world.room])


def upload(world: World, number: int) -> list[int]:
    """Files of 田中's."""
    return [world.chatwork.upload(world.room, world.tanaka, f"f{one}", data=b"x") for one in range(number)]


def give(world: World, number: int, *, to: int, by: int, done: bool = False) -> None:
    """Tasks of one person for another."""
    for index in range(number):
        task = world.chatwork.add_task(world.room, to, by, f"t{index}")
        if done:
            world.chatwork.finish_task(task, announce=False)


@pytest.mark.drawn
def test_a_hundred_files_of_one_person_may_be_more(world: World) -> None:
    """It is said run after run until the list is shorter; of rooms that were not asked for nothing is told."""
    files = upload(world, 100)
    world.sync()
    at_the_cap = truncated_in_room(world)
    again = world.sync().complete
    world.chatwork.remove_file(files[0])
    after = world.sync(full=True)

    assert [TruncatedList(world.room, FILES)] == at_the_cap
    assert (False, True) == (again, after.complete)
    assert [] == truncated_in_room(world)
    with world.archive.reading() as reading:
        assert [] == truncated_lists(reading, [])


@pytest.mark.drawn
def test_many_files_of_several_people_are_all_there(world: World) -> None:
    """Person by person the list was whole."""
    upload(world, 99)
    for index in range(99):
        world.chatwork.upload(world.room, world.chatwork.owner, f"o{index}", data=b"y")

    assert world.sync().complete
    assert [] == truncated_in_room(world)


@pytest.mark.drawn
def test_tasks_are_cut_where_both_ways_of_asking_are(world: World) -> None:
    """A hundred of one person for another; a hundred of several people for one are had."""
    suzuki = world.chatwork.add_account("suzuki")
    world.chatwork.add_member(world.room, suzuki)
    give(world, 100, to=world.tanaka, by=world.chatwork.owner, done=True)
    give(world, 60, to=world.tanaka, by=world.chatwork.owner)
    give(world, 60, to=world.tanaka, by=suzuki)

    report = world.sync()

    assert [TruncatedList(world.room, DONE)] == truncated_in_room(world)
    assert not report.complete
    give(world, 40, to=world.tanaka, by=world.chatwork.owner)
    world.sync()
    assert [TruncatedList(world.room, DONE), TruncatedList(world.room, OPEN)] == truncated_in_room(world)
