"""`recover` gives the round lock back while it waits for the allowance, and lets the rooms be read meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver import errors
from archiver.app import App
from archiver.rounds.recovery import recover_round
from archiver.store import seals
from archiver.store.queries.entries import last_seq
from archiver.store.working.backfill_queue import MessagePlace
from tests.support.schedules.rounds import next_round, settings
from tests.support.world import World, running_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with 300 calls in five minutes."""
    with running_world(tmp_path / "home", limit=300) as made:
        yield made


def old_places(world: World, number: int) -> list[MessagePlace]:
    """Posts before the newest 100, which no list shows."""
    posts = [(world.room, int(world.post(f"前の {index}"))) for index in range(number)]
    world.posts(100)
    next_round(world)
    world.clock.pass_by(minutes=6)
    return posts


class Waits:
    """The waits of a recovery; at each of them the lock is tried, and 田中 posts something."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.posted: list[str] = []
        self.seconds: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Wait by the world's clock."""
        self.seconds.append(seconds)
        with self.world.archive.round_lock():
            self.posted.append(self.world.post(f"待つ間に {len(self.seconds)}"))
        self.world.clock.sleep(seconds)


def recover(world: World, places: list[MessagePlace], waits: Waits) -> tuple[int, int]:
    """Recover these; how many were read and how many are left."""
    app = App(settings(world), world.archive, world.new_client(), world.downloads, world.clock, waits.sleep)
    result = recover_round(app, places, lambda _done, _all: None)
    return result.recovered, result.left


@pytest.mark.drawn
def test_the_lock_is_free_while_it_waits_and_every_room_is_read_meanwhile(world: World) -> None:
    """Each id is read once; what was posted during the wait is saved before the reading goes on."""
    places, waits = old_places(world, 400), Waits(world)

    actual = recover(world, places, waits)

    assert (400, 0) == actual
    assert 1 == len(waits.seconds)
    assert ["待つ間に 1"] == world.texts(waits.posted[0])
    with world.archive.reading() as reading:
        assert last_seq(reading) == seals.last_sealed(reading)


def test_a_run_that_holds_the_lock_is_waited_for_between_two_parts(world: World) -> None:
    """At the beginning it is said at once, as for every other run."""
    places, waits = old_places(world, 3), Waits(world)

    with world.archive.round_lock(), pytest.raises(errors.ArchiveInUse):
        recover(world, places, waits)
