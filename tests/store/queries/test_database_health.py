"""What the database tells of itself: damage, growth, how far back the plan lets see, and the log of verifications."""

from __future__ import annotations

from datetime import timedelta

from archiver.health import folders
from archiver.store import database_pages
from archiver.store.database_pages import VerificationRecord
from archiver.store.queries import status
from tests.support.world import World


def test_a_room_is_named_when_the_plan_begins_to_hide(world: World) -> None:
    """With what its list still shows; before that there is nothing to name."""
    world.posts(3)
    world.sync()
    with world.archive.reading() as reading:
        before = status.horizons(reading, [world.room])
    world.clock.pass_by(days=30)
    sent = world.clock()
    world.post("見える")
    world.clock.pass_by(days=15)
    world.chatwork.free_plan()

    world.sync()

    with world.archive.reading() as reading:
        (after,) = status.horizons(reading, [world.room])
    assert [] == before
    assert (world.room, None) == (after.room_id, after.unsaved_until)
    assert after.oldest is not None
    assert timedelta(seconds=1) > abs(after.oldest - sent)


def test_what_was_there_before_the_first_save_has_an_end(world: World) -> None:
    """The plan hides three messages that nobody saved; what is shown begins after them."""
    world.posts(3)
    world.clock.pass_by(days=41)
    world.chatwork.free_plan()
    world.posts(20)

    world.sync()

    with world.archive.reading() as reading:
        (found,) = status.horizons(reading, [world.room])
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
    first = VerificationRecord(world.clock(), True, {"entries": 5, "files": 1}, 3, ("chain", "file-missing"))
    second = VerificationRecord(world.clock() - timedelta(days=1), False, {"entries": 6}, 0)
    for verification in (first, second):
        with world.archive.writing() as writing:
            database_pages.keep_verification(writing, verification)
            kept = database_pages.last_verification(writing)

        assert kept is not None
        assert (
            verification.at.replace(microsecond=verification.at.microsecond // 1000 * 1000),
            verification.findings,
        ) == (kept.at, kept.findings)
        assert (verification.deep, verification.checked, tuple(verification.checks)) == (
            kept.deep,
            kept.checked,
            tuple(kept.checks),
        )
    assert [1, 2] == [row["number"] for row in world.rows("verification")]
