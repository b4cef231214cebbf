"""What a run remembers for the next ones and for `status`: failed rooms, when each was checked, the last save."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.chatwork.models import Room
from archiver.records import RoomId
from archiver.store.archive import Reading, Writing
from archiver.store.queries import current_state
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastRoomList, LastSync, Visit
from archiver.sync import failed_rooms, plan
from archiver.sync.plan import KINDS, has_moved, reading_intervals
from archiver.sync.report import SyncReport
from archiver.sync.run_inputs import RunInputs


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
