"""Pure: in which rooms something moved or is long overdue and was not read, at the end of a run.

A list of rooms that shows no movement counts as a look at a room; what is due is behind only when it was put off for
twice its time, as then it is said to be left over (`plan.Step.overdue`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.chatwork.models import Room
from archiver.store.working.visits import Visit
from archiver.sync.plan import KINDS, counters, spans


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a run leaves unread."""

    kinds: Mapping[int, frozenset[str]]
    """By room; rooms in which nothing is behind are left out."""

    def reading(self, room: int, kind: str) -> bool:
        """Whether this kind of reading is behind in a room."""
        return kind in self.kinds.get(room, ())


def behind(
    rooms: Iterable[int],
    shown: Mapping[int, Room],
    visits: Mapping[tuple[int, str], Visit],
    *,
    visited: AbstractSet[tuple[int, str]],
    begun: datetime,
    full_every: timedelta,
) -> Overdue:
    """Judge these rooms, as Chatwork listed them in a run that began then; of an unlisted room everything is behind.

    `visited` is what the run has read: the time of a visit does not tell, as the clock may have been set back.
    """
    every = spans(full_every)

    def is_behind(number: int, kind: str) -> bool:
        room, visit = shown.get(number), visits.get((number, kind))
        return (number, kind) not in visited and _is_unread(room, visit, begun, every[kind])

    found = {number: frozenset(kind for kind in KINDS if is_behind(number, kind)) for number in rooms}
    return Overdue({number: kinds for number, kinds in found.items() if kinds})


def _is_unread(room: Room | None, visit: Visit | None, begun: datetime, every: timedelta) -> bool:
    if room is None or visit is None:
        return True
    return visit.counters != counters(room) or begun - visit.at >= 2 * every
