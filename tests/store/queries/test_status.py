"""The numbers of the status."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from archiver.store import schema
from archiver.store.queries.status import count_messages
from tests.support.archives.maker import ROOM, ArchiveMaker, message_object

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
