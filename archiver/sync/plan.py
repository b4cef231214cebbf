"""Pure: rooms, last visits and the time -> what is read in this run, in order.

Text costs one request, so the message lists of every room that moved come first, then file lists, then people.
Within a kind the room that was read longest ago comes first, and what was put off far too long comes before
everything, so that a small budget starves nothing over several runs. Because nobody knows whether an edit moves a
room's counters (chatwork-api §15, 7), each room is read at least every `full_every` all the same, spread over
that time by room id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from archiver.chatwork.models import Room
from archiver.store.working.visits import Visit

MESSAGES, FILES, PEOPLE = "messages", "files", "people"
KINDS = (MESSAGES, FILES, PEOPLE)
"""Of visits: the message list · the file list · members, description and tasks."""

BACKFILL, REREAD = "backfill", "reread"
"""Of single messages, which no visit remembers: ids that something named · messages older than the list."""

DAILY = timedelta(days=1)

COSTS = {MESSAGES: 1, FILES: 1, PEOPLE: 4}
"""Requests for each kind, if no list is at its cap: people are members, description, open and done tasks."""

ACCOUNT_AND_ROOMS = 2
"""Requests of every run, before any step."""

NEVER = datetime.min.replace(tzinfo=UTC)

MOST_EARLY = 8
"""Requests for steps that were put off far too long and come first: no more, lest messages wait for them."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One thing to read in a room, and why: `moved`, `due`, `first`, `asked`; single messages also `named`, `near`."""

    room_id: int
    kind: str
    why: str
    overdue: bool = False
    """Put off for twice its time: leaving it over again is worth saying."""
    cost: int = 0
    """Requests that it takes at least."""
    early: bool = False
    """It has waited so long that it comes before everything else."""


def counters(room: Room) -> str:
    """What tells that a room moved; two equal texts mean that nothing is known to have happened."""
    # ASCII: a name may hold what no column can (half surrogates).
    told = (room.message_num, room.file_num, room.task_num, room.last_update_time, room.name, room.role)
    return json.dumps(told, separators=(",", ":"))


def spans(full_every: timedelta) -> dict[str, timedelta]:
    """How often each kind is read though nothing moved."""
    return {MESSAGES: full_every, FILES: full_every, PEOPLE: DAILY}


def steps(
    rooms: Iterable[Room],
    visits: Mapping[tuple[int, str], Visit],
    *,
    now: datetime,
    full_every: timedelta,
    full: bool = False,
) -> list[PlanStep]:
    """What is to be read in these rooms, in order: early ones, then kind by kind, read longest ago first."""
    every = spans(full_every)
    listed = list(rooms)
    found = [
        step
        for kind in KINDS
        for step in _in_turn((_step(room, kind, visits, now, every[kind], full) for room in listed), visits)
    ]
    waiting = [one for one in found if _is_starved(one, visits, now, every)]
    early = _affordable(sorted(waiting, key=lambda one: _last(one, visits)))
    return [replace(one, early=True) for one in early] + [one for one in found if one not in early]


def total(planned: Sequence[PlanStep]) -> int:
    """Requests that a run with these steps takes at least: one more at its end if anything was read."""
    return ACCOUNT_AND_ROOMS + sum(step.cost for step in planned) + bool(planned)


def _in_turn(found: Iterable[PlanStep | None], visits: Mapping[tuple[int, str], Visit]) -> list[PlanStep]:
    """Steps of one kind: what moved before what is merely due, and read longest ago first."""
    steps = [step for step in found if step is not None]
    return sorted(steps, key=lambda one: (not one.overdue, _last(one, visits)))


def _is_starved(
    step: PlanStep, visits: Mapping[tuple[int, str], Visit], now: datetime, every: Mapping[str, timedelta]
) -> bool:
    """Whether the room's messages are read all the time and this is not; after a pause messages come first."""
    messages = visits.get((step.room_id, MESSAGES))
    if step.kind == MESSAGES or messages is None or now - messages.at > every[MESSAGES]:
        return False
    return _last(step, visits) <= now - 2 * every[step.kind]


def _affordable(waiting: Sequence[PlanStep]) -> list[PlanStep]:
    """The first of these that cost no more than `MOST_EARLY` together."""
    together = accumulate(one.cost for one in waiting)
    return [one for one, cost in zip(waiting, together, strict=True) if cost <= MOST_EARLY]


def _last(step: PlanStep, visits: Mapping[tuple[int, str], Visit]) -> datetime:
    visit = visits.get((step.room_id, step.kind))
    return NEVER if visit is None else visit.at


def _step(
    room: Room,
    kind: str,
    visits: Mapping[tuple[int, str], Visit],
    now: datetime,
    every: timedelta,
    full: bool,
) -> PlanStep | None:
    visit, cost = visits.get((room.room_id, kind)), COSTS[kind]
    if visit is None:
        return PlanStep(room.room_id, kind, "first", overdue=True, cost=cost)
    if full:
        return PlanStep(room.room_id, kind, "asked", overdue=True, cost=cost)
    if visit.counters != counters(room):
        return PlanStep(room.room_id, kind, "moved", overdue=True, cost=cost)
    if is_due(room.room_id, visit.at, now, every):
        return PlanStep(room.room_id, kind, "due", overdue=now - visit.at >= 2 * every, cost=cost)
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
