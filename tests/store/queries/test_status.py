"""What the database tells of itself: its numbers, damage, growth, how far back the plan lets see, verifications."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from archiver.health import folders
from archiver.store import database_pages, schema
from archiver.store.database_pages import VerificationRecord
from archiver.store.queries import status
from archiver.store.queries.status import Horizon, count_messages
from tests.support.archives.maker import ROOM, ArchiveMaker, message_object
from tests.support.world import World


def test_a_room_is_named_when_the_plan_begins_to_hide(world: World) -> None:
    """With what its list still shows; before that there is nothing to name."""
    world.posts(3)
    world.sync()
    before = horizons(world)
    world.clock.pass_by(days=30)
    sent = world.clock()
    world.post("見える")
    world.clock.pass_by(days=15)
    world.chatwork.free_plan()

    world.sync()

    (after,) = horizons(world)
    assert [] == before
    assert (world.room, None) == (after.room_id, after.unsaved_until)
    assert after.oldest is not None
    assert timedelta(seconds=1) > abs(after.oldest - sent)


def horizons(world: World) -> list[Horizon]:
    """How far back the plan lets see."""
    with world.archive.reading() as reading:
        return status.horizons(reading, [world.room])


def test_what_was_there_before_the_first_save_has_an_end(world: World) -> None:
    """The plan hides three messages that nobody saved; what is shown begins after them."""
    world.posts(3)
    world.clock.pass_by(days=41)
    world.chatwork.free_plan()
    world.posts(20)

    world.sync()

    (found,) = horizons(world)
    assert found.unsaved_until is not None
    assert timedelta(minutes=1) > abs(found.unsaved_until - world.clock())


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
        assert database_pages.last_verification(reading) is None
        assert folders.size_and_growth(reading, now=world.clock())[1] is None


def test_the_newest_verification_is_remembered(world: World) -> None:
    """All of it, in the order in which they were kept, whatever the clock said."""
    now = world.clock().replace(microsecond=0)
    first = VerificationRecord(now, True, {"entries": 5, "files": 1}, 3, ("chain", "file-missing"))
    for verification in (first, VerificationRecord(now - timedelta(days=1), False, {"entries": 6}, 0)):
        with world.archive.writing() as writing:
            database_pages.keep_verification(writing, verification)
            assert verification == database_pages.last_verification(writing)
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
