"""Description, members and tasks of a room."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import Literal

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Room, Task
from archiver.errors import NotUnderstood, NotVisible
from archiver.records import Observation, ObservedBy, Reply, RoomId, TaskId
from archiver.store.fingerprints import fingerprint
from archiver.store.queries import current_state
from archiver.store.working import memory
from archiver.sync import coverage, plan
from archiver.sync.pull.compare_lists import accounts, differences
from archiver.sync.pull.context import PullContext, append, payload, visit
from archiver.sync.report import RoomReport

TASKS_READ = "tasks_read/"
"""Remembered with the room's number: the last task read singly, while some are left to be."""

Status = Literal["open", "done"]
STATUSES: tuple[Status, ...] = ("open", "done")


MOST_SINGLES = 50
"""Tasks read singly in one room and run because no list shows them."""


def people(desk: PullContext, room: Room, report: RoomReport) -> None:
    """Description, members and tasks, open and done; the visit is whole only when no task is left to be read singly."""
    description(desk, room.room_id, report)
    members(desk, room.room_id, report)
    whole = tasks(desk, room.room_id, report)
    counters = plan.counters_text(room) if whole else ""  # without them the room counts as moved in the next run
    with desk.archive.writing() as writing:
        visit(desk, writing, room.room_id, plan.PEOPLE, counters=counters)


def description(desk: PullContext, room: int, report: RoomReport) -> None:
    """The room's name, description, type, role and icon."""
    single = desk.client.room(RoomId(room))
    with desk.archive.writing() as writing:
        if current_state.room_fingerprint(writing, room) != fingerprint("room", single.object):
            seen = Observation("room", f"room/{room}", {"object": single.object}, room, single.reply.digest)
            append(desk, writing, [seen], single.reply, report)
    report.name = single.model.name or report.name


def members(desk: PullContext, room: int, report: RoomReport) -> None:
    """Who is in the room now, and who is no more."""
    listing = desk.client.members(RoomId(room))
    if not listing.items:  # we are one ourselves, so this is no state of the room
        raise NotUnderstood(path=listing.reply.path, detail=_("a room without members"))
    shown = {one.model.number: one.object for one in listing.items}
    with desk.archive.writing() as writing:
        differences(desk, writing, "member", room, shown, listing.reply, report, complete=True)


def tasks(desk: PullContext, room: int, report: RoomReport) -> bool:
    """Open and done tasks, then those that the lists should show and do not; False if some of these are left over.

    A task that neither list shows is read singly, as it may have moved between them; one that was last seen in a
    status whose list stays cut may be behind the cut and proves nothing.
    """
    shown: set[int] = set()
    whole: set[str] = set()
    for status in STATUSES:
        listing = desk.client.tasks(RoomId(room), status=status)
        shown |= _append(desk, room, listing, report)
        if listing.rows < coverage.WINDOW or _split(desk, room, status, shown, report):
            whole.add(status)
    if len(whole) < len(STATUSES):
        desk.troubles.add(f"room/{room}/people/cut")
    with desk.archive.reading() as reading:
        held = current_state.task_statuses(reading, room)
    unseen = [task for task, status in held.items() if task not in shown and (status in whole or len(whole) == 2)]
    return _missing_tasks(desk, room, unseen, report)


def _split(desk: PullContext, room: int, status: Status, shown: set[int], report: RoomReport) -> bool:
    """The list once for each assignee, and if that is not enough for each assigner; whether it is now whole."""
    everybody = accounts(desk, room)
    for field in ("account_id", "assigned_by_account_id"):
        whole = True
        for one in everybody:
            part = desk.client.tasks(RoomId(room), status=status, **{field: one})
            shown |= _append(desk, room, part, report)
            whole &= part.rows < coverage.WINDOW
        if whole:
            return True
    return False


def _append(desk: PullContext, room: int, part: Listing[Task], report: RoomReport) -> set[int]:
    """What a list shows, while it may not be all; the ids."""
    listed = {one.model.number: one.object for one in part.items}
    with desk.archive.writing() as writing:
        differences(desk, writing, "task", room, listed, part.reply, report, complete=False)
    return set(listed)


def _missing_tasks(desk: PullContext, room: int, unseen: Sequence[int], report: RoomReport) -> bool:
    """Read so many of these as one run may, going on where the last one ended; whether all of them were read."""
    with desk.archive.reading() as reading:
        last = int(memory.recall(reading, f"{TASKS_READ}{room}", 0))
    in_turn = sorted(unseen, key=lambda task: (task <= last, task))[:MOST_SINGLES]
    for task in in_turn:
        _read_task(desk, room, task, report)
    whole = len(in_turn) == len(unseen)
    if not whole or last:
        with desk.archive.writing() as writing:
            memory.remember(writing, f"{TASKS_READ}{room}", None if whole else in_turn[-1])
    if not whole:
        desk.troubles.add(f"room/{room}/people/unread")
    return whole


def _read_task(desk: PullContext, room: int, task: int, report: RoomReport) -> None:
    """One task; a 404 proves that it is gone, whatever the lists say."""
    try:
        single = desk.client.task(RoomId(room), TaskId(task))
    except NotVisible as error:
        if error.status != 404:
            raise
        _gone(desk, room, task, error.reply, report)
    else:
        with desk.archive.writing() as writing:
            differences(desk, writing, "task", room, {task: single.object}, single.reply, report, complete=False)


def _gone(desk: PullContext, room: int, task: int, reply: Reply, report: RoomReport) -> None:
    with desk.archive.writing() as writing:
        last = current_state.last_payload(writing, f"task/{task}", room)
        if last is None:
            return
        told = payload(last["object"], "gone", ObservedBy.SINGLE)
        append(desk, writing, [Observation("task", f"task/{task}", told, room, reply.digest)], reply, report)
    report.tasks_changed += 1
    report.disappeared = True
