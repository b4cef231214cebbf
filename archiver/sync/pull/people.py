"""Reads the description, members and tasks of a room."""

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
from archiver.store.working import remembered_values
from archiver.sync import coverage, plan
from archiver.sync.pull.compare_lists import append_differences, room_accounts
from archiver.sync.pull.context import PullContext, append_observations, object_payload, record_visit
from archiver.sync.report import RoomReport

Status = Literal["open", "done"]
STATUSES: tuple[Status, ...] = ("open", "done")


SINGLE_READS_LIMIT = 50
"""The most tasks read singly in one room and run because no list shows them."""


def pull_people(context: PullContext, room: Room, report: RoomReport) -> None:
    """Read description, members and tasks; the visit is whole only when no task is left to be read singly."""
    pull_description(context, room.room_id, report)
    pull_members(context, room.room_id, report)
    whole = pull_tasks(context, room.room_id, report)
    counters = plan.counters_text(room) if whole else ""  # without them the room counts as moved in the next run
    with context.archive.writing() as writing:
        record_visit(context, writing, room.room_id, plan.PEOPLE, counters=counters)


def pull_description(context: PullContext, room: int, report: RoomReport) -> None:
    """Read the room's name, description, type, role and icon."""
    single = context.client.room(RoomId(room))
    with context.archive.writing() as writing:
        if current_state.room_fingerprint(writing, room) != fingerprint("room", single.object):
            observation = Observation("room", f"room/{room}", {"object": single.object}, room, single.reply.digest)
            append_observations(context, writing, [observation], single.reply, report)
    report.name = single.model.name or report.name


def pull_members(context: PullContext, room: int, report: RoomReport) -> None:
    """Read who is in the room now, and record who is not any more."""
    listing = context.client.members(RoomId(room))
    if not listing.items:  # the token's owner is a member, so an empty list is an error
        raise NotUnderstood(path=listing.reply.path, detail=_("a chat without members"))
    received = {item.model.number: item.object for item in listing.items}
    with context.archive.writing() as writing:
        append_differences(context, writing, "member", room, received, listing.reply, report, complete=True)


def pull_tasks(context: PullContext, room: int, report: RoomReport) -> bool:
    """Read open and done tasks, then singly those missing from the lists; returns False if some of these are left over.

    A task that neither list shows is read singly, as it may have moved between them; a task that was last seen in a
    status whose list stays cut may be behind the cut, so that its absence proves nothing.
    """
    listed: set[int] = set()
    whole: set[str] = set()
    for status in STATUSES:
        listing = context.client.tasks(RoomId(room), status=status)
        listed |= _append_part(context, room, listing, report)
        if listing.rows < coverage.WINDOW or _read_split_lists(context, room, status, listed, report):
            whole.add(status)
    if len(whole) < len(STATUSES):
        context.troubles.add(f"room/{room}/people/cut")
    with context.archive.reading() as reading:
        statuses = current_state.task_statuses(reading, room)
    missing = [task for task, status in statuses.items() if task not in listed and (status in whole or len(whole) == 2)]
    return _read_missing_tasks(context, room, missing, report)


def _read_split_lists(context: PullContext, room: int, status: Status, listed: set[int], report: RoomReport) -> bool:
    """Read the list for each assignee, and if that is not enough for each assigner; returns whether it is now whole."""
    everybody = room_accounts(context, room)
    for field in ("account_id", "assigned_by_account_id"):
        whole = True
        for account in everybody:
            part = context.client.tasks(RoomId(room), status=status, **{field: account})
            listed |= _append_part(context, room, part, report)
            whole &= part.rows < coverage.WINDOW
        if whole:
            return True
    return False


def _append_part(context: PullContext, room: int, part: Listing[Task], report: RoomReport) -> set[int]:
    """Append what a list shows that may not be complete; returns the ids."""
    listed = {item.model.number: item.object for item in part.items}
    with context.archive.writing() as writing:
        append_differences(context, writing, "task", room, listed, part.reply, report, complete=False)
    return set(listed)


def _read_missing_tasks(context: PullContext, room: int, missing: Sequence[int], report: RoomReport) -> bool:
    """Read as many of these tasks as one run may, after those of the last run; returns whether all were read."""
    slot = remembered_values.TASKS_READ.of(room)
    with context.archive.reading() as reading:
        last = slot.recall(reading)
    in_turn = sorted(missing, key=lambda task: (task <= last, task))[:SINGLE_READS_LIMIT]
    for task in in_turn:
        _read_task(context, room, task, report)
    whole = len(in_turn) == len(missing)
    if not whole or last:
        with context.archive.writing() as writing:
            slot.remember(writing, None if whole else in_turn[-1])
    if not whole:
        context.troubles.add(f"room/{room}/people/unread")
    return whole


def _read_task(context: PullContext, room: int, task: int, report: RoomReport) -> None:
    """Read one task; a 404 proves that it is gone, whatever the lists show."""
    try:
        single = context.client.task(RoomId(room), TaskId(task))
    except NotVisible as error:
        if error.status != 404:
            raise
        _append_gone_task(context, room, task, error.reply, report)
    else:
        with context.archive.writing() as writing:
            append_differences(
                context, writing, "task", room, {task: single.object}, single.reply, report, complete=False
            )


def _append_gone_task(context: PullContext, room: int, task: int, reply: Reply, report: RoomReport) -> None:
    with context.archive.writing() as writing:
        last = current_state.last_payload(writing, f"task/{task}", room)
        if last is None:
            return
        gone_payload = object_payload(last["object"], "gone", ObservedBy.SINGLE)
        append_observations(
            context, writing, [Observation("task", f"task/{task}", gone_payload, room, reply.digest)], reply, report
        )
    report.tasks_changed += 1
    report.disappeared = True
