"""Records of runs: idle ones are collected, and a pause between them stays a pause."""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver.store.queries import runs
from tests.support.world import World


def pauses(world: World) -> list[tuple[datetime, datetime]]:
    """What the archive tells of times without a run."""
    with world.archive.reading() as reading:
        return [(one.start, one.end) for one in runs.pauses(reading, upto=len(world.seqs()))]


def test_a_pause_between_two_idle_runs_is_told(world: World) -> None:
    """Two quiet runs two days apart are not collected into one record that spans them."""
    world.post("一つ目")
    world.sync()
    world.clock.pass_by(minutes=5)
    world.sync()
    before = world.clock.time
    world.clock.pass_by(days=2)
    world.sync()
    after = world.clock.time
    world.clock.pass_by(minutes=5)
    world.post("二つ目")
    world.sync()

    assert [(before, after)] == pauses(world)


def test_idle_runs_close_together_make_one_record_an_hour(world: World) -> None:
    """Thirty quiet runs in two hours and a half make two records, and no pause."""
    world.post("一つ目")
    world.sync()
    before = len(world.entries("sweep"))
    for _ in range(30):
        world.clock.pass_by(minutes=5)
        world.sync()

    told = [one["payload"] for one in world.entries("sweep")[before:]]

    assert 2 == len(told)
    assert all(
        datetime.fromisoformat(one["to"]) - datetime.fromisoformat(one["from"]) >= timedelta(hours=1) for one in told
    )
    assert [] == pauses(world)
