"""What a first round asks of the database for each room does not grow with their number."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from archiver.rounds.alerting import departing_people, judge
from tests.support.world import running_world


def statements_a_room(home: Path, rooms: int) -> float:
    """SQL statements of a first run with its judgement, over so many rooms with the same client, for each room."""
    counted: list[str] = []

    def count(*given: object) -> None:
        counted.append(str(given[2]))

    with running_world(home) as world:
        more = [world.chatwork.add_room(f"部屋{number}", members=[world.tanaka]) for number in range(rooms - 1)]
        world.contract("job2", *more)
        for room in more:
            world.chatwork.post(room, world.tanaka, "はじめまして")
        event.listen(Engine, "before_cursor_execute", count)
        try:
            world.sync(find_departing=departing_people)
            judge(world.archive, now=world.clock)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
    return len(counted) / rooms


@pytest.mark.drawn
def test_a_room_of_many_asks_no_more_than_one_of_few(tmp_path: Path) -> None:
    """A person who is in all of them is asked about once, not once for each room and step."""
    few, many = (statements_a_room(tmp_path / str(rooms), rooms) for rooms in (4, 16))

    assert many <= few
