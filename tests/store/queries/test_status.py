"""What the database tells of itself, its lists and contracts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from archiver.claims.messages import last_reply
from archiver.health import folders
from archiver.records import Contract
from archiver.standing.headlines import older_words
from archiver.store import schema
from archiver.store.queries import status
from archiver.store.queries.alert_signals import people_in
from archiver.store.queries.contract_activity import activity_of
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.looks_and_gaps import (
    DONE,
    FILES,
    OPEN,
    TruncatedList,
    truncated_lists,
    unlisted_beginnings,
)
from archiver.store.queries.status import Horizon, count_messages
from archiver.store.working import verification_log
from archiver.store.working.verification_log import VerificationRecord
from tests.support.archives.maker import ROOM, ArchiveMaker, message_object
from tests.support.world import World


def test_a_room_is_named_when_the_plan_begins_to_hide(world: World) -> None:
    """With what its list still shows; before that there is nothing to name."""
    world.posts(3)
    world.sync()
    before = horizons(world)
    world.clock.pass_by(days=30)
    world.post("見える")
    world.clock.pass_by(days=15)
    world.chatwork.free_plan()

    world.sync()

    (after,) = horizons(world)
    assert [] == before
    assert (world.room, None) == (after.room_id, after.unsaved_until)


def horizons(world: World) -> list[Horizon]:
    """How far back the plan lets see."""
    with world.archive.reading() as reading:
        return status.horizons(reading, [world.room])


@pytest.mark.parametrize(("later", "hidden"), [(20, 1), (110, 0)])
def test_what_the_plan_hid_before_the_first_save_cannot_be_brought_in(world: World, later: int, hidden: int) -> None:
    """A list that had room for more shows that the rest is hidden; a full one may have pushed it out."""
    world.posts(3)
    world.clock.pass_by(days=41)
    world.chatwork.free_plan()
    world.posts(later)

    world.sync()

    with world.archive.reading() as reading:
        older = unlisted_beginnings(reading, [world.room])
    assert (1, hidden) == (older.rooms, older.hidden)
    assert [None] * hidden == [one.unsaved_until for one in horizons(world)]
    assert ("larger plan" in older_words(older, world.clock())) == (hidden == 1)


def test_growth_leaves_the_first_save_out(world: World) -> None:
    """A young archive has no pace; later it is what came after the first day, files included."""
    world.chatwork.upload(world.room, world.tanaka, "大きい.bin", data=b"x" * 900_000)
    world.sync()
    world.clock.pass_by(days=2)
    with world.archive.reading() as reading:
        young, none = folders.size_and_growth(reading, now=world.clock())
    world.clock.pass_by(days=4)
    world.chatwork.upload(world.room, world.tanaka, "後.bin", data=b"y" * 500_000)
    world.sync()
    world.clock.pass_by(days=4)

    with world.archive.reading() as reading:
        total, pace = folders.size_and_growth(reading, now=world.clock())

    assert none is None
    assert 1_400_000 < total < 3_000_000
    assert young < total
    assert pace is not None
    assert 500_000 / 9 < pace < 900_000 / 9


def test_an_empty_archive_can_be_looked_at(world: World) -> None:
    """No entry of a run, no window: nothing is known, and nothing fails."""
    with world.archive.reading() as reading:
        assert [] == status.damage(reading)
        assert [] == status.horizons(reading, [world.room, 1])
        assert verification_log.last_verification(reading) is None
        assert folders.size_and_growth(reading, now=world.clock())[1] is None


def test_the_newest_verification_is_remembered(world: World) -> None:
    """All of it, in the order in which they were kept, whatever the clock said."""
    now = world.clock().replace(microsecond=0)
    first = VerificationRecord(now, False, {"entries": 5, "files": 1}, 3, ("chain", "file-missing"))
    for verification in (first, VerificationRecord(now - timedelta(days=1), False, {"entries": 6}, 0)):
        with world.archive.writing() as writing:
            verification_log.keep_verification(writing, verification)
            assert verification == verification_log.last_verification(writing)
    assert [1, 2] == [row["number"] for row in world.rows("verification")]


OTHER, EMPTY = ROOM + 1, ROOM - 1


@pytest.mark.parametrize("listed", [{}, {ROOM: 3, OTHER: 900}, {ROOM: 900, OTHER: 2}, {EMPTY: 5000}])
def test_the_messages_of_each_room_are_counted_whichever_is_taken_for_the_largest(
    tmp_path: Path, listed: dict[int, int]
) -> None:
    """What Chatwork last counted only chooses the room that is not counted itself; the numbers are the rows'."""
    maker = ArchiveMaker(tmp_path / "home")
    with maker.archive.reading() as reading:
        assert {} == count_messages(reading)
    maker.sync([message_object(number, "本文") for number in (1, 2, 3)])
    maker.sync([message_object(number, "本文") for number in (4, 5)], room=OTHER, minutes=2)
    row = {"seq": 1, "body": "", "objects": "", "count": 0, "limited": False}
    with maker.archive.writing() as writing:
        for room, number in listed.items():
            writing.sql.execute(insert(schema.last_list).values(row | {"room_id": room, "message_num": number}))

    with maker.archive.reading() as reading:
        assert {ROOM: 3, OTHER: 2} == count_messages(reading)


def test_the_last_reply_is_speech_and_never_a_post_of_the_system(world: World) -> None:
    """An upload, a task or a new name of the chat made by the other side answers nothing."""
    said = world.post("確認します")
    world.chatwork.upload(world.room, world.tanaka, "画面.png", data=b"png")
    world.chatwork.add_task(world.room, world.tanaka, world.tanaka, "字幕の修正")
    world.sync()

    with world.archive.reading() as reading:
        contract: Contract = find_contract(reading, "job1")
        last = last_reply(activity_of(reading, contract).facts).value
        wrote = people_in(reading, [world.room])[world.room].wrote

    assert last is not None
    assert said == last.message_id
    assert {world.tanaka: 1} == wrote
    kinds = [row["kind"] for row in sorted(world.rows("message"), key=lambda row: int(row["position"]))]
    assert ["speech", "speech", "notice", "notice"] == kinds  # the first is in the owner's name


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
