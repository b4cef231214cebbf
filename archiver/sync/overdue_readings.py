"""Pure: what was not read at the end of a run though the room moved or the reading is long due.

A list of rooms that shows no movement counts as a check of the room; a due reading is overdue only when it was put off
for twice its time, as then it is reported as left over (`plan.PlanStep.overdue`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.chatwork.models import Room
from archiver.store.working.remembered_values import Visit
from archiver.sync.plan import KINDS, has_moved, reading_intervals


@dataclass(frozen=True, slots=True)
class Overdue:
    """The kinds of reading that a run leaves overdue."""

    kinds: Mapping[int, frozenset[str]]
    """The kinds by room; rooms in which nothing is overdue are left out."""

    def is_overdue(self, room: int, kind: str) -> bool:
        """Whether this kind of reading is overdue in a room."""
        return kind in self.kinds.get(room, ())


def find_overdue(
    rooms: Iterable[int],
    listed_rooms: Mapping[int, Room],
    visits: Mapping[tuple[int, str], Visit],
    *,
    visited: AbstractSet[tuple[int, str]],
    started_at: datetime,
    full_every: timedelta,
) -> Overdue:
    """What is overdue in these rooms after a run that began at `started_at`; in an unlisted room everything is.

    `visited` is what the run has read: the time of a visit does not show it, as the clock may have been set back.
    """
    every = reading_intervals(full_every)

    def is_kind_overdue(number: int, kind: str) -> bool:
        room, visit = listed_rooms.get(number), visits.get((number, kind))
        return (number, kind) not in visited and _is_unread(room, visit, kind, started_at, every[kind])

    kinds_by_room = {number: frozenset(kind for kind in KINDS if is_kind_overdue(number, kind)) for number in rooms}
    return Overdue({number: kinds for number, kinds in kinds_by_room.items() if kinds})


def _is_unread(room: Room | None, visit: Visit | None, kind: str, started_at: datetime, every: timedelta) -> bool:
    if room is None or visit is None:
        return True
    return has_moved(kind, visit.counters, room) or started_at - visit.at >= 2 * every
