"""The paces of chats as notices know them: remembered, and computed anew only where a list was read since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.health import snapshot
from archiver.store.queries import looks_and_gaps
from tests.support.schedules.rounds import due_sentences, next_round
from tests.support.world import World, running_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two contracted chats, one of them busy, after an hour of rounds whose notices were said."""
    with running_world(tmp_path / "home") as made:
        made.contract("job2", made.chatwork.add_room("記事", members=[made.tanaka]))
        for _ in range(13):
            made.posts(52)
            next_round(made, minutes=5)
        due_sentences(made)
        yield made


def record_rooms(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rooms whose lists are looked at from now on."""
    rooms: list[int] = []
    plain = looks_and_gaps.counter_readings

    def counted(reading, room, *, since):  # type: ignore[no-untyped-def]
        rooms.append(room)
        return plain(reading, room, since=since)

    monkeypatch.setattr(looks_and_gaps, "counter_readings", counted)
    return rooms


@pytest.mark.drawn
def test_a_round_without_news_looks_at_no_list_and_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred chats with hundreds of readings each would cost more than the round itself."""
    rooms = record_rooms(monkeypatch)
    next_round(world, minutes=5)
    before = world.rows("memory")

    texts = due_sentences(world)

    assert ([], [], before) == (texts, rooms, world.rows("memory"))


@pytest.mark.drawn
def test_a_chat_that_was_read_again_is_reckoned_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """That one alone; the others keep what is known of them."""
    rooms = record_rooms(monkeypatch)
    world.posts(1)
    next_round(world, minutes=5)

    due_sentences(world)

    with world.archive.reading() as reading:
        known = snapshot.current_paces(reading, [world.room], now=world.clock())
    assert ([world.room], True) == (rooms, known.rates[world.room] > 10)
