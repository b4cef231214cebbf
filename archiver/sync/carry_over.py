"""What a run leaves to the next ones, and to `status`: rooms that failed, when each was looked at, the last save."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from archiver.records import RoomId
from archiver.store.archive import Reading, Writing
from archiver.store.queries import current_state, last_looks
from archiver.store.timestamps import to_text
from archiver.store.working import memory
from archiver.sync import failed_rooms, plan
from archiver.sync.overdue import Overdue
from archiver.sync.preflight import RunInputs
from archiver.sync.report import SyncReport


def looked_at(reading: Reading, held: RunInputs, left: Overdue) -> list[RoomId]:
    """The contracted rooms whose last message is known: read in this run, or seen unmoved; `left` is what is unread."""
    shut = current_state.inaccessible(reading)
    return [room for room in held.contracted if room not in shut and not left.reading(room, plan.MESSAGES)]


def remember(writing: Writing, report: SyncReport, held: RunInputs, fresh: Collection[RoomId]) -> None:
    """Write it down at the end of a run; `fresh` are the rooms that were looked at."""
    at = report.finished_at or report.started_at
    shut = current_state.inaccessible(writing)
    _failures(writing, report, held, at=at)
    _names(writing, report)
    memory.remember(writing, last_looks.SPENT, to_text(at) if report.calls_spent else None)
    if report.listed:
        last_looks.keep(writing, fresh, at=at)
        memory.remember(writing, last_looks.FAULT, None)
    only_shut = bool(held.contracted) and shut >= set(held.contracted)
    _last(writing, report, held, at=at if report.listed and (fresh or only_shut) else None)


def _failures(writing: Writing, report: SyncReport, held: RunInputs, *, at: datetime) -> None:
    found = failed_rooms.after(held.failures, report.rooms, contracted=held.contracted, at=at)
    if found != held.failures:
        memory.remember(writing, last_looks.FAILED, failed_rooms.document(found) or None)


def _names(writing: Writing, report: SyncReport) -> None:
    """Of rooms that Chatwork listed but that were not read yet: until then nothing else tells how they are called."""
    read, before = current_state.names(writing), memory.recall(writing, last_looks.NAMES, {})
    named = {str(room.room_id): room.name for room in report.rooms if room.name}
    found = {room: name for room, name in {**before, **named}.items() if not read.get(int(room))}
    if found != before:
        memory.remember(writing, last_looks.NAMES, found or None)


def _last(writing: Writing, report: SyncReport, held: RunInputs, *, at: datetime | None) -> None:
    """The last run that looked at any room; None: this one looked at none, so it has saved nothing."""
    if at is None:
        return
    told = {
        "at": to_text(at),
        "complete": report.complete,
        "every_room": {room.room_id for room in report.rooms} >= set(held.contracted),
    }
    memory.remember(writing, "last_sync", told)
