"""What a room said of itself over time: its names and its descriptions, each with the time in which it was seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from archiver.evidence.history import text
from archiver.store.archive import Reading, driver_connection
from archiver.store.queries.viewing.entry_objects import EntryDict
from archiver.store.timestamps import from_text


class PastValue(NamedTuple):
    """A value as received, empty where there was none; `until` is when another was first seen, None for the last."""

    value: str
    since: datetime
    until: datetime | None


class RoomHistory(NamedTuple):
    """Both are oldest first."""

    names: tuple[PastValue, ...]
    descriptions: tuple[PastValue, ...]
    """From the first that had any text on."""


_LINES = "SELECT line FROM entry WHERE key = ? AND kind = 'room' ORDER BY seq"


def room_history(reading: Reading, room: int) -> RoomHistory:
    """Of the entries, exactly as received."""
    entries = [json.loads(line) for (line,) in driver_connection(reading.sql).execute(_LINES, (f"room/{room}",))]
    return RoomHistory(_past_values(entries, _field_of("name")), _past_values(entries, _field_of("description")))


def _field_of(field: str) -> Callable[[EntryDict], str]:
    return lambda told: text(told["payload"]["object"].get(field))


def _past_values(entries: list[EntryDict], value_of: Callable[[EntryDict], str]) -> tuple[PastValue, ...]:
    """Equal neighbours are one; a beginning without any is left out."""
    found: list[PastValue] = []
    for entry in entries:
        value, at = value_of(entry), from_text(entry["observed_at"])
        if value == (found[-1].value if found else ""):
            continue
        if found:
            found[-1] = found[-1]._replace(until=at)
        found.append(PastValue(value, at, None))
    return tuple(found)
