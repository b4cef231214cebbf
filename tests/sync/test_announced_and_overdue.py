"""Which lists a run reads because something moved, what it leaves unread, and what later readers are told of it."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta

import pytest

from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import time_in_japan
from archiver.store.queries import looks_and_gaps
from archiver.store.queries.looks_and_gaps import LastLooks
from archiver.store.queries.status import status
from archiver.store.working import remembered_values
from archiver.sync.plan import FILES, PEOPLE
from archiver.sync.pull.messages import announced_kinds
from tests.support.chatwork.simulator import Fault
from tests.support.schedules.rounds import next_round
from tests.support.viewer.client import open_viewer
from tests.support.world import World

DAY = timedelta(days=1)


def looks(world: World, *rooms: int) -> LastLooks:
    """What the archive tells of these rooms."""
    with world.archive.reading() as reading:
        return looks_and_gaps.room_looks(reading, rooms)


def second_room(world: World) -> int:
    """Another room of the same contract."""
    room = world.chatwork.add_room("別", members=[world.tanaka])
    world.contract("job1", world.room, room)
    return room


def test_a_list_of_rooms_without_movement_is_no_look_at_a_room(world: World) -> None:
    """Nobody says that an edit moves a counter: only its own list of messages tells. It is not behind either."""
    world.sync()
    read_at = looks(world, world.room).at
    world.clock.pass_by(hours=1)

    report = world.sync()

    assert report.complete
    assert read_at == looks(world, world.room).at
    assert frozenset() == looks(world, world.room).behind


def test_a_room_that_no_run_is_asked_for_is_behind_when_it_moves(world: World) -> None:
    """`complete` is false, and the time of its last reading stays. A quiet one is behind after twice its time."""
    other = second_room(world)
    read_at = world.sync().finished_at
    assert read_at is not None
    for hours, is_complete in ((11, True), (2, False)):
        world.clock.pass_by(hours=hours)
        assert is_complete == world.sync(rooms=frozenset({world.room})).complete
    assert {other} == looks(world, other).behind

    for _ in range(5):
        world.chatwork.post(other, world.tanaka, "急ぎです")
        world.clock.pass_by(days=1)
        report = world.sync(rooms=frozenset({world.room}))

    last_looks_now = looks(world, world.room, other)
    assert not report.complete
    assert ([other], []) == (list(last_looks_now.behind), list(last_looks_now.failing))
    assert [other] == last_looks_now.older(world.clock() - DAY)
    at = last_looks_now.at[other]
    assert at is not None
    assert read_at - at < timedelta(minutes=1)


@pytest.mark.parametrize("path", ["/me", "/messages"])
def test_runs_without_a_call_left_are_no_save(world: World, path: str) -> None:
    """Nor are those that could look at no room: the last save stays the one that was, and the next is as ever."""
    saved = next_round(world)
    read_at = looks(world, world.room).at
    for _ in range(5):
        world.post("見られない間のメッセージ")
        world.chatwork.fail(Fault.RATE_LIMIT, path, times=1, seconds=250)
        starved = next_round(world, minutes=60 * 24, max_seconds=10)
    memory = {row["key"]: row["value"] for row in world.rows("memory")}
    assert read_at == looks(world, world.room).at  # nor was any room looked at
    again = next_round(world)

    assert saved.finished_at is not None
    assert f"{saved.finished_at:%Y-%m-%dT%H:%M:%S}" in memory["last_sync"]
    assert (False, True) == (starved.complete, starved.rooms[0].is_unreached)
    assert again.complete


def test_a_failing_room_is_told_with_the_time_since_when(world: World) -> None:
    """It is another thing than one that was left over."""
    other = second_room(world)
    world.sync()
    world.chatwork.fail(Fault.WRONG_SHAPE, f"/rooms/{other}/messages", times=None)
    begun = world.clock()
    for _ in range(3):
        world.chatwork.post(other, world.tanaka, "はい")
        world.clock.pass_by(days=1)
        world.sync()

    last_looks_now = looks(world, world.room, other)

    assert [other] == list(last_looks_now.failing)
    assert timedelta() < last_looks_now.failing[other] - begun < 2 * DAY
    assert {other} == last_looks_now.behind


def test_a_room_that_was_only_listed_is_called_by_its_name(world: World) -> None:
    """Until it was read once nothing else tells it; then the name is that of the room itself."""
    world.chatwork.fail(Fault.FORBIDDEN, "/messages|/files|/members|/tasks", times=4)
    world.sync()
    with world.archive.reading() as reading:
        before = status(reading).rooms[0].name

    world.chatwork.heal()
    world.sync()

    assert "動画編集" == before
    assert not [row for row in world.rows("memory") if row["key"] == remembered_values.LISTED_NAMES.key]


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


COME = ("came", "began to come")


def test_each_address_is_a_record_that_runs_name_and_verification_tells(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's own server is told by its address; the same one again is no news, another one is."""
    own = world.chatwork.base_url
    world.post("一つ目")
    world.sync()
    world.post("二つ目")
    world.sync()
    monkeypatch.setattr(type(world.chatwork), "base_url", own.replace("127.0.0.1", "localhost"))
    world.post("三つ目")
    world.sync()

    services = world.entries("service")
    addresses = [own, world.chatwork.base_url]
    assert [{"address": one, "certificate": None, "issuer": None} for one in addresses] == [
        one["payload"] for one in services
    ]
    first, last = (one["seq"] for one in services)
    assert [first, first, last] == [one["payload"]["service"] for one in world.entries("sweep")]
    notes = "\n".join(verify_archive(world.archive).notes)
    since, until = (time_in_japan(one["observed_at"]) for one in services)
    assert since.endswith(" (Japan time)")
    assert f"From {since} until {until} the archive's data came from {own}, not Chatwork's address" in notes
    assert f"At {until} the archive's data began to come from {addresses[1]}, which is not Chatwork's" in notes
    with open_viewer(world.home) as browser:
        page = html.unescape(browser.get("/"))
    assert all(f"the archive's data {words} from {one}" in page for words, one in zip(COME, addresses, strict=True))
