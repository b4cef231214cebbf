"""When each room was last looked at, and which could not be read: what the last runs have left to tell.

A room was looked at when its messages were read, or when the list of rooms showed that nothing had moved there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.queries import current_state
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import memory

FAILED_ROOMS = "failed_rooms"
"""Remembered: rooms that the last runs could not read → what failed there, since when, and when it was last tried."""

LAST_ERROR = "last_fault"
"""Remembered: the error for which no round goes through; a round that was given the list of rooms ends it."""

LOOKED = "looked"
"""Remembered: when the list of rooms was last read, and the rooms in which no message was left unread then."""

CALLS_SPENT = "calls_spent"
"""Remembered: when a run last ended early as no call was left, if the last run did."""

LISTED_NAMES = "listed_names"
"""Remembered: contracted rooms that were listed and not yet read → their names."""

_COVERED = select(schema.coverage.c.room_id, func.max(schema.coverage.c.end)).group_by(schema.coverage.c.room_id)


@dataclass(frozen=True, slots=True)
class LastLooks:
    """Of the rooms asked for that can be opened."""

    at: Mapping[int, datetime | None]
    """When each was last looked at; None: never."""
    behind: frozenset[int] = frozenset()
    """Those whose messages the last run should have read and did not."""
    failing: Mapping[int, datetime] = field(default_factory=dict)
    """Those that could not be read, and since when."""
    listed: datetime | None = None
    """When the list of rooms was last had: a run went through, whatever it could read."""

    @property
    def newest(self) -> datetime | None:
        """When any room was last looked at."""
        return max((at for at in self.at.values() if at is not None), default=None)

    def older(self, than: datetime) -> list[int]:
        """Rooms that were looked at before that time and not since, or fail since before it, waiting longest first."""
        since = {room: at or self.failing.get(room) for room, at in self.at.items()}
        return [room for _at, room in sorted((at, room) for room, at in since.items() if at is not None and at < than)]

    def since(self, room: int) -> datetime | None:
        """When a room was last looked at; of one that never was, since when it fails."""
        return self.at[room] or self.failing.get(room)


def room_looks(reading: Reading, rooms: Collection[int]) -> LastLooks:
    """Ask about these rooms; one that cannot be opened any more is left out."""
    shut = current_state.inaccessible_rooms(reading)
    open_rooms = [int(room) for room in rooms if room not in shut]
    last_list = memory.recall(reading, LOOKED)
    failed = memory.recall(reading, FAILED_ROOMS, {})
    covered = {room: from_text(end) for room, end in reading.sql.execute(_COVERED)}
    listed = {room: from_text(last_list["at"]) for room in last_list["rooms"]} if last_list else {}
    return LastLooks(
        {room: _later(listed.get(room), covered.get(room)) for room in open_rooms},
        frozenset(room for room in open_rooms if last_list and room not in listed),
        {room: from_text(failed[str(room)]["since"]) for room in open_rooms if str(room) in failed},
        from_text(last_list["at"]) if last_list else None,
    )


def remember_looks(writing: Writing, rooms: Collection[int], *, at: datetime) -> None:
    """Remember that the rooms were listed, and that nothing was left unread in these."""
    memory.remember(writing, LOOKED, {"at": to_text(at), "rooms": sorted(rooms)})


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max((at for at in (first, second) if at is not None), default=None)
