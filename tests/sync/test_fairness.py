"""Many busy rooms and a small budget: over several runs nobody starves."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.sync import plan
from archiver.sync.report import SyncReport
from tests.support.world import World, running_world

ROOMS = 30
LIMIT = 30
"""Calls in five minutes, a fifth of which stays unused."""


def busy(world: World, number: int = ROOMS) -> list[int]:
    """So many more contracted rooms."""
    rooms = [world.chatwork.add_room(f"room {one}", members=[world.tanaka]) for one in range(number)]
    world.contract("job2", *rooms)
    return rooms


def talk_and_sync(world: World, rooms: list[int], *, minutes: int) -> SyncReport:
    """Something is said in every room, then a run that does not wait for calls."""
    for room in rooms:
        world.clock.pass_by(milliseconds=10)
        world.chatwork.post(room, world.tanaka, "はい")
    world.clock.pass_by(minutes=minutes)
    return world.sync(max_seconds=30)


@pytest.mark.drawn
def test_every_room_is_read_in_turn_while_all_are_busy(tmp_path: Path) -> None:
    """Three runs reach every room's messages, and each run says that it left something over."""
    with running_world(tmp_path / "home", limit=LIMIT) as world:
        rooms = busy(world)

        reports = [talk_and_sync(world, rooms, minutes=6) for _ in range(4)]
        world.take_requests()
        for _ in range(3):
            talk_and_sync(world, rooms, minutes=6)

        read = {path.split("/")[2] for path in world.take_requests() if "messages?force=1" in path}
        assert {str(room) for room in rooms} <= read
        assert not any(report.complete for report in reports)


@pytest.mark.drawn
def test_files_and_people_get_their_turn_in_the_end(tmp_path: Path) -> None:
    """Although messages alone would eat the budget of every run."""
    with running_world(tmp_path / "home", limit=16) as world:
        rooms = busy(world, 10)

        for _ in range(55):
            talk_and_sync(world, rooms, minutes=60)

        visited = {(row["room_id"], row["kind"]) for row in world.rows("visit")}
        assert {(room, kind) for room in rooms for kind in plan.KINDS} <= visited
        assert [] == world.gaps()
