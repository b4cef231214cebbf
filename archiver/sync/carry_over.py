"""What a run leaves to the next ones, and to `status`: rooms that failed, when each was looked at, the last save."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from archiver.records import RoomId
from archiver.store.archive import Reading, Writing
from archiver.store.queries import current_state as known
from archiver.store.queries import last_looks as looked
from archiver.store.timestamps import to_text
from archiver.store.working import memory as work
from archiver.sync import failed_rooms as failing
from archiver.sync import plan
from archiver.sync.overdue import Overdue
from archiver.sync.preflight import RunInputs
from archiver.sync.report import SyncReport


def looked_at(reading: Reading, held: RunInputs, left: Overdue) -> list[RoomId]:
    """The contracted rooms whose last message is known: read in this run, or seen unmoved; `left` is what is unread."""
    shut = known.inaccessible(reading)
    return [room for room in held.contracted if room not in shut and not left.reading(room, plan.MESSAGES)]


def remember(writing: Writing, report: SyncReport, held: RunInputs, fresh: Collection[RoomId]) -> None:
    """Write it down at the end of a run; `fresh` are the rooms that were looked at."""
    at = report.finished_at or report.started_at
    shut = known.inaccessible(writing)
    _failures(writing, report, held, at=at)
    _names(writing, report)
    work.remember(writing, looked.SPENT, to_text(at) if report.calls_spent else None)
    if report.listed:
        looked.keep(writing, fresh, at=at)
        work.remember(writing, looked.FAULT, None)
    only_shut = bool(held.contracted) and shut >= set(held.contracted)
    _last(writing, report, held, at=at if report.listed and (fresh or only_shut) else None)


def _failures(writing: Writing, report: SyncReport, held: RunInputs, *, at: datetime) -> None:
    found = failing.after(held.failures, report.rooms, contracted=held.contracted, at=at)
    if found != held.failures:
        work.remember(writing, looked.FAILED, failing.document(found) or None)


def _names(writing: Writing, report: SyncReport) -> None:
    """Of rooms that Chatwork listed but that were not read yet: until then nothing else tells how they are called."""
    read, before = known.names(writing), work.recall(writing, looked.NAMES, {})
    named = {str(room.room_id): room.name for room in report.rooms if room.name}
    found = {room: name for room, name in {**before, **named}.items() if not read.get(int(room))}
    if found != before:
        work.remember(writing, looked.NAMES, found or None)


def _last(writing: Writing, report: SyncReport, held: RunInputs, *, at: datetime | None) -> None:
    """The last run that looked at any room; None: this one looked at none, so it has saved nothing."""
    if at is None:
        return
    told = {
        "at": to_text(at),
        "complete": report.complete,
        "every_room": {room.room_id for room in report.rooms} >= set(held.contracted),
    }
    work.remember(writing, "last_sync", told)
