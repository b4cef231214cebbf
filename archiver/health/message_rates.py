"""The message rates of chats for notices: remembered, and computed anew only for chats whose list was read since.

Computing reads hundreds of rows for each chat; a round without news costs one small query.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.store.archive import Reading, Writing
from archiver.store.queries import entries, last_looks
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import KnownRates
from archiver.sync import message_rate

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
    remembered = remembered_values.MESSAGE_RATES.recall(reading)
    upto, known = remembered.upto, dict(remembered.rates)
    changed = set(last_looks.rooms_read_since(reading, upto)) if known else set()
    stale = [room for room in rooms if room in changed or room not in known]
    if not stale:
        return Paces(upto, {room: known[room] for room in rooms}, is_fresh=False)
    since = now - RECENT
    computed = {
        room: message_rate.messages_per_minute(last_looks.counter_readings(reading, room, since=since))
        for room in stale
    }
    return Paces(entries.last_seq(reading), {room: (known | computed)[room] for room in rooms}, is_fresh=True)


def remember_paces(writing: Writing, paces: Paces) -> None:
    """Keep the rates for the next round."""
    remembered_values.MESSAGE_RATES.remember(writing, KnownRates(paces.upto, paces.rates))
