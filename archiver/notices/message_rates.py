"""The message rates of chats for notices: remembered, and computed anew only for chats whose list was read since.

Computing reads hundreds of rows for each chat; a round without news costs one small query.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from archiver.store.archive import Reading, Writing
from archiver.store.queries import entries, message_counter
from archiver.store.working import memory
from archiver.sync import message_rate

PACES = "paces"
"""Remembered: the last entry that the rates take into account, and the messages a minute in each chat."""

RECENT = timedelta(days=7)
"""How far back a busy hour of a chat counts."""


class Paces(NamedTuple):
    """The message rates of the chats that are read."""

    upto: int
    """The number of the last entry that they take into account."""
    rates: dict[int, float]
    """Messages a minute in the busiest hour, by room."""
    is_fresh: bool
    """Whether any was computed anew, so that they have to be remembered."""


def current_paces(reading: Reading, rooms: Iterable[int], *, now: datetime) -> Paces:
    """The rates of these rooms, computed anew where needed."""
    upto, known = _parse_paces(memory.recall(reading, PACES))
    changed = set(message_counter.rooms_read_since(reading, upto)) if known else set()
    stale = [room for room in rooms if room in changed or room not in known]
    if not stale:
        return Paces(upto, {room: known[room] for room in rooms}, is_fresh=False)
    since = now - RECENT
    computed = {
        room: message_rate.per_minute(message_counter.counter_readings(reading, room, since=since)) for room in stale
    }
    return Paces(entries.last_seq(reading), {room: (known | computed)[room] for room in rooms}, is_fresh=True)


def remember_paces(writing: Writing, paces: Paces) -> None:
    """Keep the rates for the next round."""
    memory.remember(
        writing, PACES, {"upto": paces.upto, "rates": {str(room): one for room, one in paces.rates.items()}}
    )


def _parse_paces(payload: Any) -> tuple[int, dict[int, float]]:
    """The remembered entry and rates; nothing if the payload has another shape."""
    try:
        return int(payload["upto"]), {int(room): float(one) for room, one in payload["rates"].items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0, {}
