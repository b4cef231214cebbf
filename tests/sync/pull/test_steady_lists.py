"""Lists that stayed the same: no entry for each look, and intervals as if there were one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.records import Observation
from archiver.store import seals, writer
from archiver.store.time_text import to_text
from archiver.store.working import last_lists
from tests.support.world import World


def test_an_edit_after_many_looks_ends_its_interval_at_the_last_of_them(world: World) -> None:
    """The text before it was seen until the last look that showed it, though no look made an entry."""
    post = world.post("30,000円で")
    world.sync()
    for _look in range(3):
        world.clock.pass_by(minutes=5)
        world.sync(every_list=True)
    last_look = world.clock.time.replace(microsecond=0)
    world.chatwork.edit(post, "20,000円で", moves_update_time=False)
    world.clock.pass_by(minutes=5)
    world.sync(every_list=True)

    (before, _after) = [row for row in world.rows("message_version") if row["position"] == int(post)]
    kinds = [one["kind"] for one in world.entries(room=world.room)]
    assert to_text(last_look) == before["last_seen"]
    assert ["steady", "window", "message"] == kinds[kinds.index("steady") :][:3]


def test_a_disappearance_seen_singly_comes_after_the_looks(world: World) -> None:
    """Looks of the same run and of runs before are written first, so that their order tells what was seen when."""
    posts = world.posts(3)
    world.sync()
    world.sync(every_list=True)
    with world.archive.writing() as writing:
        steady = last_lists.running_looks(writing)
        observation = Observation("message", f"message/{posts[0]}", last_object(world, posts[0]), world.room)
        writer.append(writing, [observation], account_id=1, at=world.clock())

    assert [world.room] == list(steady)
    assert ["steady", "message"] == [one["kind"] for one in world.entries()[-2:]]
    assert [] == world.rows("last_list")


@pytest.mark.drawn
def test_an_export_knows_the_looks_since_the_last_seal(world: World, tmp_path: Path) -> None:
    """All records are sealed, and what only was counted since becomes a record for the package."""
    world.post("30,000円で")
    world.sync()
    seals.close_seals(world.archive, now=world.clock())
    world.clock.pass_by(hours=1)
    world.sync(every_list=True)
    last_look = world.clock.time.replace(microsecond=0)

    order = ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out")
    report = export(world.archive, order, now=world.clock)

    lines = (Path(report.path) / "data/messages.jsonl").read_text(encoding="utf-8").splitlines()
    assert {to_text(last_look)} == {json.loads(line)["versions"][-1]["last_seen"] for line in lines}


def last_object(world: World, message: str) -> dict[str, Any]:
    """The payload of a message's last entry, as missing."""
    payload: dict[str, Any] = [one for one in world.entries("message") if one["key"] == f"message/{message}"][-1][
        "payload"
    ]
    return payload | {"state": "missing"}
