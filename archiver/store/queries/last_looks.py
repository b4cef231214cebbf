"""When each room was last looked at, and which rooms the last runs could not read.

A room was looked at when its messages were read, or when the list of rooms showed that nothing was new there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.time_text import from_text
from archiver.store.working import last_lists, remembered_values

_COVERED = select(schema.coverage.c.room_id, func.max(schema.coverage.c.end)).group_by(schema.coverage.c.room_id)


@dataclass(frozen=True, slots=True)
class LastLooks:
    """When each of some rooms was last looked at; rooms that cannot be opened are left out."""

    at: Mapping[int, datetime | None]
    """When each room was last looked at; None if never."""
    behind: frozenset[int] = frozenset()
    """Rooms whose messages the last run should have read and did not."""
    failing: Mapping[int, datetime] = field(default_factory=dict)
    """Rooms that could not be read, and since when."""
    listed: datetime | None = None
    """When the list of rooms was last received, whatever could be read after it."""

    @property
    def newest(self) -> datetime | None:
        """When any room was last looked at."""
        return max((at for at in self.at.values() if at is not None), default=None)

    def older(self, than: datetime) -> list[int]:
        """Rooms not looked at since that time, or failing since before it; the longest wait first."""
        since = {room: at or self.failing.get(room) for room, at in self.at.items()}
        return [room for _at, room in sorted((at, room) for room, at in since.items() if at is not None and at < than)]

    def since(self, room: int) -> datetime | None:
        """When a room was last looked at; if never, since when it fails."""
        return self.at[room] or self.failing.get(room)


def room_looks(reading: Reading, rooms: Collection[int]) -> LastLooks:
    """The last looks at these rooms; rooms that cannot be opened any more are left out."""
    shut = current_state.inaccessible_rooms(reading)
    open_rooms = [int(room) for room in rooms if room not in shut]
    last_list, failed = remembered_values.LAST_ROOM_LIST.recall(reading), remembered_values.FAILED_ROOMS.recall(reading)
    covered = {room: from_text(end) for room, end in reading.sql.execute(_COVERED)}
    running = {room: looks.last for room, looks in last_lists.running_looks(reading).items()}
    covered |= {room: max(at, covered.get(room, at)) for room, at in running.items()}
    listed = dict.fromkeys(last_list.rooms, last_list.at) if last_list else {}
    return LastLooks(
        {room: _later_time(listed.get(room), covered.get(room)) for room in open_rooms},
        frozenset(room for room in open_rooms if last_list and room not in listed),
        {room: failed[room].since for room in open_rooms if room in failed},
        last_list.at if last_list else None,
    )


def _later_time(first: datetime | None, second: datetime | None) -> datetime | None:
    return max((at for at in (first, second) if at is not None), default=None)
