"""The paces of chats as notices know them: remembered, and computed anew only where a list was read since."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from archiver.health import snapshot
from archiver.store.archive import Reading
from archiver.store.queries import looks_and_gaps
from tests.support.schedules.rounds import due_sentences, next_round
from tests.support.world import running_world


@pytest.mark.drawn
def test_a_chat_is_reckoned_anew_only_where_its_list_was_read_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round without news looks at no list: a hundred chats with hundreds of readings each would cost more than it."""
    rooms: list[int] = []
    plain = looks_and_gaps.counter_readings

    def counted(reading: Reading, room: int, *, since: datetime) -> list[tuple[datetime, int]]:
        rooms.append(room)
        return plain(reading, room, since=since)

    with running_world(tmp_path / "home") as world:
        world.contract("job2", world.chatwork.add_room("記事", members=[world.tanaka]))
        for _ in range(13):
            world.posts(52)
            next_round(world, minutes=5)
        due_sentences(world)
        monkeypatch.setattr(looks_and_gaps, "counter_readings", counted)
        next_round(world, minutes=5)
        before = world.rows("memory")
        assert ([], [], before) == (due_sentences(world), rooms, world.rows("memory"))
        world.posts(1)
        next_round(world, minutes=5)
        due_sentences(world)
        with world.archive.reading() as reading:
            known = snapshot.current_paces(reading, [world.room], now=world.clock())

    assert ([world.room], True) == (rooms, known.rates[world.room] > 10)
