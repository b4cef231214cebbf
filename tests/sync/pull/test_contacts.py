"""The list of contacts: once a day, compared and not kept, only people of contracted rooms."""

from __future__ import annotations

import pytest

from archiver.sync.pull.context import PullContext
from archiver.sync.pull.twins import read_contacts
from tests.support.chatwork.simulator import Fault
from tests.support.world import World


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
    """Nothing of another contact stands anywhere: no id, no name; of 田中 the id and the state."""
    stranger = world.chatwork.add_account("ひみつの人")
    world.chatwork.add_room("", members=[stranger], type="direct")

    world.sync()

    database = b"".join(path.read_bytes() for path in world.home.rglob("*") if path.is_file())
    (entry,) = world.entries("contact")
    assert {"account_id": world.tanaka, "state": "present"} == entry["payload"]
    assert (None, 64) == (entry["room_id"], len(entry["reply"]))
    assert entry["reply"] not in {row["digest"] for row in world.rows("reply")}
    assert not [secret for secret in (str(stranger), "ひみつの人") if secret.encode() in database]


def test_it_is_read_once_a_day(world: World, direct: int) -> None:
    """A second run within the day does not ask; one a day later does, and writes nothing if nothing changed."""
    world.sync()
    first = list_requests(world)
    world.clock.pass_by(hours=23)
    world.sync()
    second = list_requests(world)
    world.clock.pass_by(hours=2)
    world.sync()

    assert (1, 0, 1) == (first, second, list_requests(world))
    assert [(f"contact/{world.tanaka}", "present")] == contact_states(world)


def test_gone_and_back(world: World, direct: int) -> None:
    """A contact that is not listed any more is gone, one that is again is present."""
    world.sync()
    away = world.chatwork.rooms[direct].members.pop(world.tanaka)
    world.clock.pass_by(days=1, hours=1)
    gone = world.sync()
    world.chatwork.rooms[direct].members[world.tanaka] = away
    world.clock.pass_by(days=1, hours=1)
    world.sync()

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

    database = b"".join(path.read_bytes() for path in world.home.rglob("*") if path.is_file())
    (entry,) = world.entries("contact")
    assert {"account_id": world.tanaka, "state": "present", "other_chat": room} == entry["payload"]
    assert not [path for path in world.take_requests() if f"/rooms/{room}" in path]
    assert not [secret for secret in ("ふたりだけ", "外の話") if secret.encode() in database]


@pytest.mark.parametrize("state", ["open", "stopped"])
def test_a_chat_of_any_contract_is_no_other_chat(world: World, direct: int, state: str) -> None:
    """Not even when it is not read any more: the user knows of it."""
    world.contract("job2", direct, state=state)

    world.sync()

    assert [None] == other_chats(world)


def test_a_chat_with_somebody_else_is_nobodys_business(world: World) -> None:
    """Only people of contracted rooms count."""
    stranger = world.chatwork.add_account("ひみつの人")
    room = world.chatwork.add_room("", members=[stranger], type="direct")

    world.sync()

    database = b"".join(path.read_bytes() for path in world.home.rglob("*") if path.is_file())
    assert [] == other_chats(world)
    assert str(room).encode() not in database


def test_the_other_chat_comes_and_goes_in_entries(world: World) -> None:
    """A new entry when it is contracted, and none while nothing changes."""
    room = world.chatwork.add_room("", members=[world.tanaka], type="direct")
    world.sync()
    next_day(world)
    world.contract("job2", room)
    next_day(world)

    assert [room, None] == other_chats(world)


def test_a_chat_that_is_not_listed_among_the_rooms_is_not_told(world: World) -> None:
    """The contact names its number, and the owner does not see such a chat."""
    room = world.chatwork.add_room("", members=[world.tanaka], type="direct")
    world.sync()
    desk = PullContext(world.archive, world.new_client(), world.clock, world.chatwork.owner)
    read_contacts(desk, [world.room], {}, full=True)  # as if `GET /rooms` did not list it any more

    assert [room, None] == other_chats(world)
