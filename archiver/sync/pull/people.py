"""Description, members and tasks of a room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Room, Task
from archiver.errors import NotVisible
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
    shown = {one.model.number: one.object for one in listing.items}
    with desk.archive.writing() as writing:
        differences(desk, writing, "member", room, shown, listing.reply, report, complete=True)


def tasks(desk: Desk, room: int, report: RoomReport) -> None:
    """Open and done tasks; one that neither list shows is read singly, as it may have moved between them."""
    complete = True
    shown: set[int] = set()
    for status in STATUSES:
        parts = [desk.client.tasks(RoomId(room), status=status)]
        if len(parts[0].items) >= coverage.WINDOW:
            parts += _split_tasks(desk, room, status)
            if not _is_whole(parts):
                complete = False
                desk.troubles.add(f"room/{room}/people/cut")
        for part in parts:
            listed = {one.model.number: one.object for one in part.items}
            shown |= listed.keys()
            with desk.archive.writing() as writing:
                differences(desk, writing, "task", room, listed, part.reply, report, complete=False)
    if complete:
        _missing_tasks(desk, room, shown, report)


def _split_tasks(desk: Desk, room: int, status: Status) -> list[Listing[Task]]:
    """The list once for each assignee and each assigner."""
    everybody = accounts(desk, room)
    by_assignee = [desk.client.tasks(RoomId(room), status=status, account_id=one) for one in everybody]
    if all(len(part.items) < coverage.WINDOW for part in by_assignee):
        return by_assignee
    return by_assignee + [
        desk.client.tasks(RoomId(room), status=status, assigned_by_account_id=one) for one in everybody
    ]


def _is_whole(parts: Sequence[Listing[Task]]) -> bool:
    """Whether either way of splitting a full list left no part full."""
    split = parts[1:]
    half = len(split) // 2
    ways = (split, split[half:]) if half and len(split) % 2 == 0 else (split,)
    return any(way and all(len(part.items) < coverage.WINDOW for part in way) for way in ways)


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
