"""How fast chats are written in, as notices need it: remembered, and reckoned anew only where a list was read since.

To reckon takes hundreds of readings of each chat; a round without news reads no list and costs one small question.
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
"""Remembered: up to which entry the paces are known, and the messages a minute in each chat."""

RECENT = timedelta(days=7)
"""How far back a busy hour of a chat counts."""


class Paces(NamedTuple):
    """What is known of the chats that are read."""

    upto: int
    """The number of an entry."""
    rates: dict[int, float]
    """Messages a minute in the busiest hour, by room."""
    fresh: bool
    """Whether anything was reckoned anew, and so is to be remembered."""


def look(reading: Reading, rooms: Iterable[int], *, now: datetime) -> Paces:
    """The paces of these rooms."""
    upto, known = _remembered(memory.recall(reading, PACES))
    again = set(message_counter.read_since(reading, upto)) if known else set()
    stale = [room for room in rooms if room in again or room not in known]
    if not stale:
        return Paces(upto, {room: known[room] for room in rooms}, fresh=False)
    since = now - RECENT
    made = {room: message_rate.per_minute(message_counter.counted(reading, room, since=since)) for room in stale}
    return Paces(entries.last_seq(reading), {room: (known | made)[room] for room in rooms}, fresh=True)


def remember(writing: Writing, paces: Paces) -> None:
    """Keep them for the next round."""
    memory.remember(
        writing, PACES, {"upto": paces.upto, "rates": {str(room): one for room, one in paces.rates.items()}}
    )


def _remembered(told: Any) -> tuple[int, dict[int, float]]:
    """Nothing, if it is of another shape."""
    try:
        return int(told["upto"]), {int(room): float(one) for room, one in told["rates"].items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0, {}
