"""Pure: rooms, last visits and the time -> what is read in this run, in order.

Text costs one request, so every room that moved comes first. Because nobody knows whether an edit moves a
room's counters (chatwork-api §15, 7), each room is read at least every `full_every` all the same, spread over
that time by room id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archiver.chatwork.models import Room
from archiver.store.work import Visit

MESSAGES, FILES, PEOPLE = "messages", "files", "people"
KINDS = (MESSAGES, FILES, PEOPLE)
"""Of visits: the message list · the file list · members, description and tasks."""

DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to read in a room, and why: `moved`, `due`, `first` or `asked`."""

    room_id: int
    kind: str
    why: str
    overdue: bool = False
    """Put off for twice its time: leaving it over again is worth saying."""


def counters(room: Room) -> str:
    """What tells that a room moved; two equal texts mean that nothing is known to have happened."""
    return f"{room.message_num} {room.file_num} {room.task_num} {room.last_update_time} {room.name} {room.role}"


def steps(
    rooms: Iterable[Room],
    visits: Mapping[tuple[int, str], Visit],
    *,
    now: datetime,
    full_every: timedelta,
    full: bool = False,
) -> list[Step]:
    """Message and file lists of every room that moved or is due, then what else is to be read there."""
    listed = list(rooms)
    lists = [_step(room, kind, visits, now, full_every, full) for room in listed for kind in (MESSAGES, FILES)]
    people = [_step(room, PEOPLE, visits, now, DAILY, full) for room in listed]
    return [step for step in (*lists, *people) if step is not None]


def _step(
    room: Room,
    kind: str,
    visits: Mapping[tuple[int, str], Visit],
    now: datetime,
    every: timedelta,
    full: bool,
) -> Step | None:
    visit = visits.get((room.room_id, kind))
    if visit is None:
        return Step(room.room_id, kind, "first", overdue=True)
    if full:
        return Step(room.room_id, kind, "asked", overdue=True)
    if visit.counters != counters(room):
        return Step(room.room_id, kind, "moved", overdue=True)
    if is_due(room.room_id, visit.at, now, every):
        return Step(room.room_id, kind, "due", overdue=now - visit.at >= 2 * every)
    return None


def is_due(room_id: int, last: datetime, now: datetime, every: timedelta) -> bool:
    """Whether the room's turn, which comes once in `every` at a moment of its own, lies after the last visit.

    A clock that was set back makes everything due: better read too often than never again.
    """
    if last > now:
        return True
    return _turn(room_id, now, every) > _turn(room_id, last, every)


def _turn(room_id: int, at: datetime, every: timedelta) -> int:
    length = max(1, int(every.total_seconds()))
    # A multiplier without a common factor spreads neighbouring ids over the whole time.
    offset = room_id * 7919 % length
    return int(at.astimezone(UTC).timestamp() - offset) // length
