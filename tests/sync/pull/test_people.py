"""Description, members and tasks of a room, and contacts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from archiver.sync.pull.contacts_and_namesakes import read_contacts
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome
from tests.support.archives.byte_search import places_of
from tests.support.chatwork.simulator import Fault
from tests.support.world import BEGIN, World


def tasks(world: World) -> dict[int, tuple[str, str]]:
    """Status and state of each task, by id."""
    return {row["task_id"]: (row["status"], row["state"]) for row in world.rows("task")}


def member_states(world: World) -> dict[int, str]:
    """The state of each member, by account."""
    return {row["account_id"]: row["state"] for row in world.rows("member")}


def payloads(world: World, kind: str) -> list[dict[str, Any]]:
    """Objects and states of a kind's entries."""
    return [one["payload"] for one in world.entries(kind)]


def test_name_description_and_role_of_a_room_are_kept_with_each_change(world: World) -> None:
    """Each as an entry; an unchanged room makes none, whatever its counters say."""
    world.sync()
    world.chatwork.describe_room(world.room, "納品は毎週金曜\ud83d", announce=False)
    world.sync(full=True)
    world.post("はい")
    world.sync()

    names = [one["object"]["description"] for one in payloads(world, "room")]
    (row,) = world.rows("room")
    assert ["", "納品は毎週金曜\ud83d"] == names
    assert "納品は毎週金曜[U+D83D]" == row["description"]


def test_a_member_who_left_is_gone_and_their_card_is_kept(world: World) -> None:
    """The last card seen stands in the entry; joining again is no new person."""
    world.sync()
    world.chatwork.leave_room(world.room, world.tanaka)
    left = world.synced()
    state = member_states(world)[world.tanaka]
    world.chatwork.add_member(world.room, world.tanaka)

    world.sync()

    theirs = [payload for payload in payloads(world, "member") if payload["object"]["account_id"] == world.tanaka]
    assert ["present", "gone", "present"] == [payload["state"] for payload in theirs]
    assert ("gone", "田中") == (state, theirs[1]["object"]["name"])
    assert "present" == member_states(world)[world.tanaka]
    assert left.disappeared


def test_a_list_without_a_single_member_is_not_believed(world: World) -> None:
    """We are in the room ourselves."""
    world.sync()
    before = member_states(world)
    world.chatwork.fail(Fault.REPLY, "/members", body=b"[]", times=None)

    report = world.synced(full=True)

    assert (RoomOutcome.FAILED, before) == (report.outcome, member_states(world))


def test_open_and_done_tasks_are_held_and_counted(world: World) -> None:
    """With people, text, limit and state; one that moves from one list to the other is a change with both versions."""
    limit = BEGIN + timedelta(days=3)
    first = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿", limit=limit)
    second = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "修正")
    world.chatwork.finish_task(second)
    world.chatwork.tasks[second].limit_time = 10**30  # what no calendar holds loses no other task

    report = world.synced()

    assert (2, 0) == (report.tasks_new, report.tasks_changed)
    assert {first: ("open", "present"), second: ("done", "present")} == tasks(world)
    (row,) = [row for row in world.rows("task") if row["task_id"] == first]
    assert (world.chatwork.owner, world.tanaka, int(limit.timestamp())) == (
        row["account_id"],
        row["assigned_by"],
        row["limit_time"],
    )
    world.chatwork.finish_task(first)
    assert (0, 1) == ((later := world.synced()).tasks_new, later.tasks_changed)
    assert ["open", "done"] == [row["status"] for row in world.rows("task_version") if row["task_id"] == first]


def test_a_deleted_task_is_asked_for_and_then_gone(world: World) -> None:
    """The 404 that said so is kept; it is asked for once."""
    task = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
    world.sync()
    world.chatwork.delete_task(task)

    report = world.synced()
    world.take_requests()
    world.sync(full=True)

    last = world.entries("task")[-1]
    assert ("gone", 1) == (tasks(world)[task][1], report.tasks_changed)
    assert "初稿" == last["payload"]["object"]["body"]
    assert last["reply"] in {row["digest"] for row in world.rows("reply") if row["status"] == 404}
    assert f"/rooms/{world.room}/tasks/{task}" not in world.take_requests()


def test_the_box_of_a_deleted_task_is_no_edit_of_its_message(world: World) -> None:
    """Chatwork shows another box there, and nobody changed the words beside it."""
    task = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
    post = world.chatwork.messages[world.chatwork.tasks[task].message_id]
    post.body = f"お願いします\n{post.body}"
    world.sync()
    post.body = "お願いします\n[info][title][dtext:task_deleted][/title]初稿[/info]"

    report = world.synced()

    assert 0 == report.edited
    assert {"present"} == {row["state"] for row in world.rows("message")}


def test_a_task_in_neither_list_that_is_there_is_not_gone(world: World) -> None:
    """It may have moved between the two requests."""
    task = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
    world.sync()
    world.chatwork.fail(Fault.REPLY, "status=open", status=204, body=b"")

    report = world.synced(full=True)

    assert ("present", 0) == (tasks(world)[task][1], report.tasks_changed)


def test_more_than_100_tasks_are_asked_for_by_person(world: World) -> None:
    """By assignee, and where that is not enough by assigner; all are held and nothing is said."""
    suzuki = world.chatwork.add_account("suzuki")
    world.chatwork.add_member(world.room, suzuki)
    for index in range(70):
        world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, f"a{index}")
        world.chatwork.add_task(world.room, suzuki, world.chatwork.owner, f"b{index}")

    report = world.sync()

    assert (140, ()) == (report.rooms[0].tasks_new, report.reported)
    assert any("assigned_by_account_id" in path for path in world.take_requests())


def test_tasks_that_stay_cut_are_said_and_none_is_called_gone(world: World) -> None:
    """One person gave more than 100 tasks to one other."""
    for index in range(95):
        world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, f"a{index}")
    world.sync()
    for index in range(30):
        world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, f"b{index}")

    report = world.sync()

    assert ({"present"}, 125) == ({state for _, state in tasks(world).values()}, len(tasks(world)))
    assert (f"room/{world.room}/people/cut",) == report.reported
    assert [report.complete, world.sync().complete] == [False, False]


def test_a_finished_or_deleted_task_is_noticed_beside_a_list_that_stays_cut(world: World) -> None:
    """The list of open tasks is whole: what it leaves out is asked for, though the done ones are too many."""
    finished, deleted, stays = (
        world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, name) for name in "abc"
    )
    for index in range(101):
        task = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, f"d{index}")
        world.chatwork.finish_task(task, announce=False)
    world.sync()
    world.chatwork.finish_task(finished)
    world.chatwork.delete_task(deleted)
    world.take_requests()

    report = world.synced()

    rows = tasks(world)
    assert [("done", "present"), ("open", "gone"), ("open", "present")] == [
        rows[number] for number in (finished, deleted, stays)
    ]
    assert 2 == report.tasks_changed
    assert 2 == len([path for path in world.take_requests() if "/tasks/" in path])


@pytest.mark.drawn
def test_hundreds_of_vanished_tasks_are_asked_for_over_several_runs(world: World) -> None:
    """So many at a time, said as left over, until each is known to be gone."""
    made = [world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, f"a{index}") for index in range(90)]
    world.sync()
    for task in made:
        world.chatwork.delete_task(task, announce=False)
    world.take_requests()

    runs: list[tuple[bool, int]] = []
    for _ in range(3):
        report = world.sync(full=not runs)
        runs.append((report.complete, len([path for path in world.take_requests() if "/tasks/" in path])))

    assert [(False, 50), (True, 40), (True, 0)] == runs
    assert {"gone"} == {state for _, state in tasks(world).values()}
    assert not [row for row in world.rows("memory") if row["key"].startswith("tasks_read")]


@pytest.fixture
def direct(world: World) -> int:
    """A direct chat with 田中, which makes them a contact; it is contracted."""
    room = world.chatwork.add_room("", members=[world.tanaka], type="direct")
    world.contract("job2", room)
    return room


def contact_states(world: World) -> list[tuple[str, str]]:
    """Key and state of every entry about contacts."""
    return [(one["key"], one["payload"]["state"]) for one in world.entries("contact")]


def list_requests(world: World) -> int:
    """How often the list was asked for."""
    return world.take_requests().count("/contacts")


def test_only_people_of_contracted_rooms_are_written_and_the_list_is_not_kept(world: World, direct: int) -> None:
    """Nothing of another contact stands anywhere: no id, name or chat; of 田中 the id and the state."""
    stranger = world.chatwork.add_account("ひみつの人")
    theirs = world.chatwork.add_room("", members=[stranger], type="direct")

    world.sync()

    (entry,) = world.entries("contact")
    assert {"account_id": world.tanaka, "state": "present"} == entry["payload"]
    assert (None, 64) == (entry["room_id"], len(entry["reply"]))
    assert entry["reply"] not in {row["digest"] for row in world.rows("reply")}
    assert set() == places_of(world.home, str(stranger), str(theirs), "ひみつの人")


def test_it_is_read_once_a_day_and_tells_who_is_gone_and_back(world: World, direct: int) -> None:
    """A second run within the day does not ask; one a day later does, and writes nothing if nothing changed."""
    world.sync()
    asked = [list_requests(world)]
    for hours in (23, 2):
        world.clock.pass_by(hours=hours)
        world.sync()
        asked.append(list_requests(world))
    away = world.chatwork.rooms[direct].members.pop(world.tanaka)
    world.clock.pass_by(days=1, hours=1)
    gone = world.sync()
    world.chatwork.rooms[direct].members[world.tanaka] = away
    next_day(world)

    assert [1, 0, 1] == asked
    key = f"contact/{world.tanaka}"
    assert [(key, "present"), (key, "gone"), (key, "present")] == contact_states(world)
    assert (True, True) == (gone.contacts, gone.news)


def test_a_list_that_is_suddenly_empty_is_believed_the_second_time(world: World, direct: int) -> None:
    """Everybody gone at once is asked again by the next run before it is written down."""
    suzuki = world.chatwork.add_account("鈴木")
    other = world.chatwork.add_room("", members=[suzuki], type="direct")
    world.contract("job3", other)
    world.sync()
    for room, person in ((direct, world.tanaka), (other, suzuki)):
        world.chatwork.rooms[room].members.pop(person)
    world.clock.pass_by(days=1, hours=1)

    world.sync()
    doubted = len(contact_states(world))
    world.sync()

    assert (2, 4) == (doubted, len(contact_states(world)))


@pytest.mark.parametrize(("fault", "next_run"), [(Fault.FORBIDDEN, 0), (Fault.HTML, 0), (Fault.SERVER_ERROR, 1)])
def test_a_list_that_cannot_be_had_troubles_nobody(world: World, direct: int, fault: Fault, next_run: int) -> None:
    """No trouble, no entry; refused or not understood it waits for the next day, unreachable for the next run."""
    world.chatwork.fail(fault, "/contacts", times=None)

    report = world.sync()
    world.take_requests()
    world.chatwork.heal()
    world.sync()

    assert ((), True) == (report.reported, report.complete)
    assert next_run == list_requests(world) == len(contact_states(world))


def test_a_chat_that_is_shut_makes_the_list_due(world: World, direct: int) -> None:
    """With a direct chat the contact often goes: that is looked at in the same run."""
    world.sync()
    world.take_requests()
    world.chatwork.remove_room(direct)

    world.sync()

    assert 1 == list_requests(world)
    assert (f"contact/{world.tanaka}", "gone") == contact_states(world)[-1]


def other_chats(world: World) -> list[int | None]:
    """The number of the other chat in each entry about contacts."""
    return [one["payload"].get("other_chat") for one in world.entries("contact")]


def next_day(world: World) -> None:
    """A run that reads the list again."""
    world.clock.pass_by(days=1, hours=1)
    world.sync()


def test_a_direct_chat_that_no_contract_names_is_written_by_its_number_alone(world: World) -> None:
    """Neither its name nor a word of it stands anywhere, and none of it is read."""
    room = world.chatwork.add_room("ふたりだけ", members=[world.tanaka], type="direct")
    world.chatwork.post(room, world.tanaka, "外の話")

    world.sync()

    (entry,) = world.entries("contact")
    assert {"account_id": world.tanaka, "state": "present", "other_chat": room} == entry["payload"]
    assert not [path for path in world.take_requests() if f"/rooms/{room}" in path]
    assert set() == places_of(world.home, "ふたりだけ", "外の話")


def test_the_other_chat_comes_and_goes_in_entries(world: World) -> None:
    """A new entry when a contract has it, though it is not read: the user knows of it; none while nothing changes."""
    room = world.chatwork.add_room("", members=[world.tanaka], type="direct")
    world.sync()
    next_day(world)
    world.contract("job2", room, state="stopped")
    next_day(world)

    assert [room, None] == other_chats(world)


def test_a_chat_that_is_not_listed_among_the_rooms_is_not_told(world: World) -> None:
    """The contact names its number, and the owner does not see such a chat."""
    room = world.chatwork.add_room("", members=[world.tanaka], type="direct")
    world.sync()
    desk = PullContext(world.archive, world.new_client(), world.clock, world.chatwork.owner)
    read_contacts(desk, [world.room], {}, full=True)  # as if `GET /rooms` did not list it any more

    assert [room, None] == other_chats(world)
