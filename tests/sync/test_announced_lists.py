"""A message alone costs one request; other lists are read when Chatwork's counters or own posts say that they moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archiver.sync.plan import FILES, PEOPLE
from archiver.sync.pull.messages import announced_kinds
from tests.support.chatwork.faults import Fault
from tests.support.world import World

PEOPLE_PATHS = {"", "members", "tasks"}


@pytest.fixture
def read_once(world: World) -> World:
    """A world whose room, with a file and a task, was read completely some minutes ago."""
    world.chatwork.upload(world.room, world.tanaka, "a.txt", data=b"x")
    world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
    world.sync()
    world.clock.pass_by(minutes=5)
    return world


def lists_read(world: World) -> list[str]:
    """What a run asks for inside rooms: the last part of each path, empty for the room itself."""
    before = len(world.chatwork.requests)
    world.sync()
    paths = [request.path.split("?")[0] for request in world.chatwork.requests[before:]]
    inside = [path.partition("/rooms/")[2].split("/") for path in paths if "/rooms/" in path]
    return [(parts[1] if len(parts) > 1 else "") for parts in inside if len(parts) < 3]  # a file by its id has three


def test_one_new_message_costs_one_request(read_once: World) -> None:
    """No list of files, people or tasks is read for it."""
    read_once.post("お願いします")

    assert ["messages"] == lists_read(read_once)
    assert [] == lists_read(read_once)


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize(
    ("happen", "expected"),
    [
        (lambda world: world.chatwork.upload(world.room, world.tanaka, "b.txt", data=b"x"), {"files"}),
        (lambda world: world.chatwork.replace_file(next(iter(world.chatwork.files)), data=b"yy"), {"files"}),
        (lambda world: world.chatwork.finish_task(next(iter(world.chatwork.tasks))), PEOPLE_PATHS),
        (lambda world: world.chatwork.delete_task(next(iter(world.chatwork.tasks))), PEOPLE_PATHS),
        (lambda world: world.chatwork.rename_room(world.room, "動画"), {"files"} | PEOPLE_PATHS),
        (lambda world: world.chatwork.rename_room(world.room, "動画", announce=False), PEOPLE_PATHS),
        (lambda world: world.chatwork.leave_room(world.room, world.tanaka), {"files"} | PEOPLE_PATHS),
    ],
    ids=["upload", "replace", "finish", "delete", "rename", "rename-unannounced", "leave"],
)
def test_what_moved_is_read_in_the_same_run(
    read_once: World, happen: Callable[[World], object], expected: set[str]
) -> None:
    """By its own counter, or because of the post in the list of messages just read; and only once."""
    happen(read_once)

    first, second = lists_read(read_once), lists_read(read_once)

    assert ["messages"] == first[:1]
    assert expected == set(first[1:])
    assert [] == second


def test_the_deletion_of_a_post_of_a_file_is_followed_by_its_list(read_once: World) -> None:
    """The file may be gone with it: the counter does not tell."""
    post = read_once.chatwork.files[next(iter(read_once.chatwork.files))].message_id
    read_once.chatwork.delete(str(post), moves_room=True)

    assert ["messages", "files"] == lists_read(read_once)


def test_behind_a_gap_anything_may_have_been_announced(read_once: World) -> None:
    """A post that no list shows any more announced its list in vain: all are read."""
    read_once.posts(130)

    assert {"messages", "files"} | PEOPLE_PATHS == set(lists_read(read_once))


def test_what_was_announced_and_not_read_is_read_by_the_next_run(read_once: World) -> None:
    """The mark is stored with the message."""
    read_once.chatwork.finish_task(next(iter(read_once.chatwork.tasks)))
    read_once.chatwork.fail(Fault.SERVER_ERROR, "/tasks", times=None)
    lists_read(read_once)
    read_once.chatwork.heal()

    assert PEOPLE_PATHS == set(lists_read(read_once))


def test_what_a_room_that_failed_announces_is_read_once_it_can_be(read_once: World) -> None:
    """In the same run, after the list that had failed."""
    read_once.chatwork.upload(read_once.room, read_once.tanaka, "b.txt", data=b"x")
    read_once.chatwork.fail(Fault.SERVER_ERROR, "/files", times=None)
    lists_read(read_once)
    read_once.chatwork.heal()
    read_once.chatwork.leave_room(read_once.room, read_once.tanaka)

    first, *later = lists_read(read_once)

    assert ("messages", "files", PEOPLE_PATHS) == (first, later[0], set(later[1:]))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[info][title][dtext:file_uploaded][/title][download:1]a[/download][/info]", {FILES}),
        ("[download:1]a[/download]", {FILES}),
        ("[info][title][dtext:task_done][/title][task aid=1 st=done lt=0]a[/task][/info]", {PEOPLE}),
        ("[info][dtext:chatroom_member_is][piconname:1][dtext:chatroom_leaved][/info]", {FILES, PEOPLE}),
        ("[dtext:something_new]", {FILES, PEOPLE}),
        ("dtext:file_uploaded", set()),
    ],
)
def test_a_text_announces_what_it_is_about(body: str, expected: set[str]) -> None:
    """A form that nobody knows may be about anything."""
    assert expected == announced_kinds([body])
