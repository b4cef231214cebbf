"""Pure: rooms that failed in the runs before come last, so that they keep no other room from being read.

Which kind of reading failed is remembered: what comes before it in a room is read in the usual order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archiver.store.timestamps import from_text, to_text
from archiver.sync.plan import KINDS, PlanStep
from archiver.sync.report import RoomOutcome, RoomReport

ROOM = "room"
"""What failed where a room that is not listed could not be asked for; the other words are kinds of visits."""

_ORDER = (ROOM, *KINDS)


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed in a room, the first time and the last time that it was tried."""

    kind: str
    since: datetime
    at: datetime


Failures = Mapping[int, Failure]
"""By room."""


def apart(steps: Iterable[PlanStep], failures: Failures) -> tuple[list[PlanStep], list[PlanStep]]:
    """The steps to be taken as ever, and those of rooms that failed there: tried longest ago first, room by room."""
    first, last = list[PlanStep](), list[PlanStep]()
    for step in steps:
        failure = failures.get(step.room_id)
        is_behind = failure is not None and _ORDER.index(step.kind) >= _ORDER.index(failure.kind)
        (last if is_behind else first).append(step)
    return first, sorted(last, key=lambda one: (failures[one.room_id].at, one.room_id, _ORDER.index(one.kind)))


def after(failures: Failures, rooms: Sequence[RoomReport], *, contracted: Iterable[int], at: datetime) -> Failures:
    """What the next run is to know: new failures, and those before that this run did not get over."""
    found = {room: one for room, one in failures.items() if room in set(contracted)}
    for report in rooms:
        before = found.get(report.room_id)
        if report.failed is not None:
            found[report.room_id] = Failure(report.failed, at if before is None else before.since, at)
        elif before is not None and (before.kind in report.read or report.outcome is RoomOutcome.INACCESSIBLE):
            del found[report.room_id]
    return found


def document(failures: Failures) -> dict[str, Any]:
    """As it is remembered."""
    return {
        str(room): {"kind": one.kind, "since": to_text(one.since), "at": to_text(one.at)}
        for room, one in failures.items()
    }


def from_document(told: Mapping[str, Any]) -> dict[int, Failure]:
    """As it was remembered."""
    return {
        int(room): Failure(one["kind"], from_text(one["since"]), from_text(one["at"])) for room, one in told.items()
    }
