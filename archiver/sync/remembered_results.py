"""What a run remembers for the next ones and for `status`: failed rooms, when each was checked, the last save."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from archiver.records import RoomId
from archiver.store.archive import Reading, Writing
from archiver.store.queries import current_state
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastRoomList, LastSync
from archiver.sync import failed_rooms, plan
from archiver.sync.overdue_readings import Overdue
from archiver.sync.report import SyncReport
from archiver.sync.run_inputs import RunInputs


def checked_rooms(reading: Reading, inputs: RunInputs, overdue: Overdue) -> list[RoomId]:
    """The contracted rooms whose last message is known: read in this run or unmoved; `overdue` is what is unread."""
    inaccessible = current_state.inaccessible_rooms(reading)
    return [
        room for room in inputs.contracted if room not in inaccessible and not overdue.is_overdue(room, plan.MESSAGES)
    ]


def remember_run(writing: Writing, report: SyncReport, inputs: RunInputs, checked: Collection[RoomId]) -> None:
    """Remember the results of a run at its end; `checked` are the rooms whose last message is known."""
    at = report.finished_at or report.started_at
    inaccessible = current_state.inaccessible_rooms(writing)
    _remember_failures(writing, report, inputs, at=at)
    _remember_names(writing, report)
    remembered_values.CALLS_SPENT.remember(writing, at if report.calls_spent else None)
    if report.has_room_list:
        remembered_values.LAST_ROOM_LIST.remember(writing, LastRoomList(at, frozenset(checked)))
        remembered_values.LAST_FAULT.remember(writing, None)
    all_inaccessible = bool(inputs.contracted) and inaccessible >= set(inputs.contracted)
    _remember_last_sync(
        writing, report, inputs, at=at if report.has_room_list and (checked or all_inaccessible) else None
    )


def _remember_failures(writing: Writing, report: SyncReport, inputs: RunInputs, *, at: datetime) -> None:
    failures = failed_rooms.failures_after(inputs.failures, report.rooms, contracted=inputs.contracted, at=at)
    if failures != inputs.failures:
        remembered_values.FAILED_ROOMS.remember(writing, failures or None)


def _remember_names(writing: Writing, report: SyncReport) -> None:
    """Remember the names of listed rooms that were not read yet: until then nothing else has them."""
    names_read, before = current_state.names(writing), remembered_values.LISTED_NAMES.recall(writing)
    named = {int(room.room_id): room.name for room in report.rooms if room.name}
    unread_names = {room: name for room, name in {**before, **named}.items() if not names_read.get(room)}
    if unread_names != before:
        remembered_values.LISTED_NAMES.remember(writing, unread_names or None)


def _remember_last_sync(writing: Writing, report: SyncReport, inputs: RunInputs, *, at: datetime | None) -> None:
    """Remember this run as the last one that checked rooms; `at` None: it checked none, so it saved nothing."""
    if at is None:
        return
    every_room = {room.room_id for room in report.rooms} >= set(inputs.contracted)
    every_list = every_room and all(room.has_read_list for room in report.rooms)
    remembered_values.LAST_SYNC.remember(writing, LastSync(at, report.complete, every_room, every_list))
