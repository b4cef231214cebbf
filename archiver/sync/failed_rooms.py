"""Pure: rooms that failed in earlier runs are read last, so that they keep no other room from being read.

The kind of reading that failed is remembered: what comes before it in a room is read in the usual order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from archiver.store.working.remembered_values import RoomFailure
from archiver.sync.plan import KINDS, PlanStep
from archiver.sync.report import RoomOutcome, RoomReport

ROOM = "room"
"""The kind of failure where an unlisted room could not be requested; the other kinds are those of visits."""

_ORDER = (ROOM, *KINDS)


Failures = Mapping[int, RoomFailure]
"""The failure of each room."""


def split_steps(steps: Iterable[PlanStep], failures: Failures) -> tuple[list[PlanStep], list[PlanStep]]:
    """The steps in the usual order, and those of rooms that failed there: tried longest ago first, room by room."""
    first, last = list[PlanStep](), list[PlanStep]()
    for step in steps:
        failure = failures.get(step.room_id)
        is_behind = failure is not None and _ORDER.index(step.kind) >= _ORDER.index(failure.kind)
        (last if is_behind else first).append(step)
    return first, sorted(last, key=lambda step: (failures[step.room_id].at, step.room_id, _ORDER.index(step.kind)))


def failures_after(
    failures: Failures, rooms: Sequence[RoomReport], *, contracted: Iterable[int], at: datetime
) -> Failures:
    """The failures that the next run must know: new ones, and earlier ones that this run did not overcome."""
    failures_left = {room: failure for room, failure in failures.items() if room in set(contracted)}
    for report in rooms:
        before = failures_left.get(report.room_id)
        if report.failed is not None:
            failures_left[report.room_id] = RoomFailure(report.failed, at if before is None else before.since, at)
        elif before is not None and (before.kind in report.read_kinds or report.outcome is RoomOutcome.INACCESSIBLE):
            del failures_left[report.room_id]
    return failures_left
