"""Description, members and tasks of a room."""

from __future__ import annotations

from gettext import gettext as _
from typing import Literal

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Room, Task
from archiver.errors import NotUnderstood, NotVisible
from archiver.records import Observation, Reply, RoomId, Source, TaskId
from archiver.store import work
from archiver.store.facts import fingerprint
from archiver.store.queries import known
from archiver.sync import coverage, plan
from archiver.sync.pull.desk import Desk, append, payload
from archiver.sync.pull.lists import accounts, differences
from archiver.sync.report import RoomReport

Status = Literal["open", "done"]
STATUSES: tuple[Status, ...] = ("open", "done")


def people(desk: Desk, room: Room, report: RoomReport) -> None:
    """Description, members and tasks, open and done."""
    description(desk, room.room_id, report)
    members(desk, room.room_id, report)
    tasks(desk, room.room_id, report)
    with desk.archive.writing() as writing:
        work.put_visit(writing, room.room_id, plan.PEOPLE, at=desk.now(), counters=plan.counters(room))


def description(desk: Desk, room: int, report: RoomReport) -> None:
    """The room's name, description, type, role and icon."""
    single = desk.client.room(RoomId(room))
    with desk.archive.writing() as writing:
        if known.room_fingerprint(writing, room) != fingerprint("room", single.object):
            seen = Observation("room", f"room/{room}", {"object": single.object}, room, single.reply.digest)
            append(desk, writing, [seen], single.reply, report)
    report.name = single.model.name or report.name


def members(desk: Desk, room: int, report: RoomReport) -> None:
    """Who is in the room now, and who is no more."""
    listing = desk.client.members(RoomId(room))
    if not listing.items:  # we are one ourselves, so this is no state of the room
        raise NotUnderstood(path=listing.reply.path, detail=_("a room without members"))
    shown = {one.model.number: one.object for one in listing.items}
    with desk.archive.writing() as writing:
        differences(desk, writing, "member", room, shown, listing.reply, report, complete=True)


def tasks(desk: Desk, room: int, report: RoomReport) -> None:
    """Open and done tasks; one that neither list shows is read singly, as it may have moved between them."""
    shown: set[int] = set()
    complete = True
    for status in STATUSES:
        whole = desk.client.tasks(RoomId(room), status=status)
        shown |= _append(desk, room, whole, report)
        if len(whole.items) >= coverage.WINDOW:
            complete &= _split(desk, room, status, shown, report)
    if complete:
        _missing_tasks(desk, room, shown, report)
    else:
        desk.troubles.add(f"room/{room}/people/cut")


def _split(desk: Desk, room: int, status: Status, shown: set[int], report: RoomReport) -> bool:
    """The list once for each assignee, and if that is not enough for each assigner; whether it is now whole."""
    everybody = accounts(desk, room)
    for field in ("account_id", "assigned_by_account_id"):
        whole = True
        for one in everybody:
            part = desk.client.tasks(RoomId(room), status=status, **{field: one})
            shown |= _append(desk, room, part, report)
            whole &= len(part.items) < coverage.WINDOW
        if whole:
            return True
    return False


def _append(desk: Desk, room: int, part: Listing[Task], report: RoomReport) -> set[int]:
    """What a list shows, while it may not be all; the ids."""
    listed = {one.model.number: one.object for one in part.items}
    with desk.archive.writing() as writing:
        differences(desk, writing, "task", room, listed, part.reply, report, complete=False)
    return set(listed)


def _missing_tasks(desk: Desk, room: int, shown: set[int], report: RoomReport) -> None:
    with desk.archive.reading() as reading:
        held = known.marks(reading, "task", room)
    for task in sorted(ident for ident, mark in held.items() if not mark.gone and ident not in shown):
        try:
            single = desk.client.task(RoomId(room), TaskId(task))
        except NotVisible as unseen:
            if unseen.status != 404:
                raise
            _gone(desk, room, task, unseen.reply, report)
        else:
            with desk.archive.writing() as writing:
                differences(desk, writing, "task", room, {task: single.object}, single.reply, report, complete=False)


def _gone(desk: Desk, room: int, task: int, reply: Reply, report: RoomReport) -> None:
    with desk.archive.writing() as writing:
        last = known.payload(writing, f"task/{task}", room)
        if last is None:
            return
        told = payload(last["object"], "gone", Source.SINGLE)
        append(desk, writing, [Observation("task", f"task/{task}", told, room, reply.digest)], reply, report)
    report.tasks_changed += 1
    report.disappeared = True
