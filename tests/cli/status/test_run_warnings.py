"""Warnings that are no troubles: pace, clock, unread messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.cli.status import run_warnings
from archiver.store.working import remembered_values
from tests.support.world import World, running_world

EVERY = timedelta(minutes=5)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A running world."""
    with running_world(tmp_path / "home") as made:
        yield made


def watched(world: World) -> list[str]:
    """What status would say now."""
    with world.archive.reading() as reading:
        return run_warnings.archive_warnings(reading, [world.room], every=EVERY, now=world.clock())


def test_a_fast_chat_is_told_without_its_name(world: World) -> None:
    """Six hundred messages in an hour are fifty between two saves."""
    for _ in range(13):
        world.sync()
        world.posts(52)
        world.clock.pass_by(minutes=5)

    (text,) = watched(world)

    assert "5 minutes" in text
    assert "動画編集" not in text


def test_a_quiet_archive_has_nothing_to_tell(world: World) -> None:
    """Nor one that was never synced."""
    before = watched(world)
    world.post("はい")
    world.sync()

    assert [] == before == watched(world)


def test_a_wrong_clock_is_told_past_a_minute_and_until_it_is_right(world: World) -> None:
    """In the run and in status."""
    world.post("はい")
    right = world.sync()
    world.chatwork.now = lambda: world.clock() + timedelta(seconds=61)
    for server in world.chatwork._servers:
        server.now = world.chatwork.now

    wrong = world.sync()
    texts = watched(world)
    for server in world.chatwork._servers:
        server.now = world.clock
    world.sync()

    assert [] == run_warnings.run_warnings(right)
    assert texts == run_warnings.run_warnings(wrong)
    assert "behind" in texts[0]
    assert [] == watched(world)


def test_unread_messages_that_became_fewer_are_told_for_a_week(world: World) -> None:
    """Nobody knows why: perhaps they were read elsewhere."""
    report = world.sync()
    report.unread_dropped = True
    with world.archive.writing() as writing:
        remembered_values.UNREAD_DROPPED.remember(writing, datetime(2026, 7, 1, 3, tzinfo=UTC))

    soon = watched(world)
    world.clock.pass_by(days=8)

    assert soon == run_warnings.run_warnings(report)
    assert [] == watched(world)
