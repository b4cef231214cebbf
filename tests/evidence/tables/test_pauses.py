"""The rows of pauses, made of the readings of a package."""

from __future__ import annotations

from typing import Any

import pytest

from archiver.evidence.looks import code_intervals
from archiver.evidence.tables.build import sightings
from archiver.evidence.tables.links_and_pauses import PauseRow, pause_cells, pause_object, pause_rows
from tests.support.archives.entries import window

ROOM = 5


def read(at: str, *, room: int = ROOM) -> dict[str, Any]:
    """A list that was read."""
    return window(1, 1, 1) | {"observed_at": f"2026-11-05T{at}.000Z", "room_id": room}


def steady(first: str, last: str, *intervals: tuple[int, int]) -> dict[str, Any]:
    """Looks that showed the same."""
    times = {"first": f"2026-11-05T{first}.000Z", "last": f"2026-11-05T{last}.000Z"}
    payload = {"oldest": "1", "newest": "1", "count": 1, **times, "looks": code_intervals(intervals)}
    return read(last) | {"kind": "steady", "payload": payload}


def rows(*entries: dict[str, Any]) -> list[PauseRow]:
    """What these readings give."""
    return list(pause_rows(sightings(entries)))


def test_an_outage_of_twenty_minutes_is_a_row_where_rounds_are_five_minutes_apart() -> None:
    """Within looks that are counted and between two readings alike; with the looks at both of its ends."""
    within = rows(read("01:00:00"), steady("01:05:00", "02:00:00", (300, 4), (1200, 1), (300, 3)))
    between = rows(read("01:00:00"), steady("01:05:00", "01:25:00", (300, 4)), read("01:45:00"))

    bounds = ("2026-11-05T01:25:00.000Z", "2026-11-05T01:45:00.000Z")
    assert [PauseRow(ROOM, *bounds, 1200, 900)] == within == between
    assert [ROOM, "2026-11-05 10:25:00", "2026-11-05 10:45:00", 1200, 900] == pause_cells(within[0])
    assert {"room_id": ROOM, "from": bounds[0], "to": bounds[1], "seconds": 1200, "longer_than": 900} == pause_object(
        within[0]
    )


def test_where_looks_are_rare_a_pause_is_longer() -> None:
    """Looks an hour apart are no pauses; each chat is judged by its own."""
    hourly = [read(f"{hour:02}:00:00") for hour in (1, 2, 3, 4, 6)]
    other = [read(at, room=6) for at in ("01:00:00", "01:01:00", "01:17:00", "01:18:00")]

    assert [(ROOM, 7200, 5400), (6, 960, 900)] == [
        (one.room_id, one.seconds, one.limit) for one in rows(*hourly, *other)
    ]


@pytest.mark.parametrize("looks", [None, "eNpb", "x", [[1, 10**12]], [[1]]])
def test_looks_of_another_shape_are_noticed(looks: object) -> None:
    """A package that somebody made gives an error, not a table."""
    entry = steady("01:00:00", "02:00:00", (300, 12))
    entry["payload"]["looks"] = looks

    with pytest.raises((TypeError, ValueError)):
        rows(entry)
