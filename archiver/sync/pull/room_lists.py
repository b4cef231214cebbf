"""Reads the description, members, tasks and files of a room, and compares each list with the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from gettext import gettext as _
from typing import Literal

from archiver.chatwork.client import Listing
from archiver.chatwork.models import File, Room, Task
from archiver.errors import NotUnderstood, NotVisible
from archiver.records import AccountId, JsonObject, Observation, ObservedBy, Reply, RoomId, TaskId
from archiver.store.archive import Writing
from archiver.store.erasure.records import left_of
from archiver.store.fingerprints import fingerprint
from archiver.store.queries import current_state
from archiver.store.working import remembered_values
from archiver.sync import changes, plan
from archiver.sync.pull.context import (
    PullContext,
    account_observations,
    append_observations,
    object_payload,
    record_visit,
)
from archiver.sync.report import RoomReport

_PEOPLE_FIELDS = {"file": ("account",), "task": ("account", "assigned_by_account")}


def append_differences(
    context: PullContext,
    writing: Writing,
    kind: str,
    room: int,
    received: Mapping[int, JsonObject],
    reply: Reply,
    report: RoomReport,
    *,
    complete: bool,
) -> None:
    """Append what differs in a list of files, tasks or members, and count it; nothing of what the owner erased."""
    erased = frozenset() if kind == "member" else left_of(writing, kind, room, received)
    digest = None if erased else reply.digest
    kept = {ident: element for ident, element in received.items() if ident not in erased}
    differences = changes.compare_objects(
        kind, kept, current_state.known_objects(writing, kind, room), complete=complete
    )
    fields = _PEOPLE_FIELDS.get(kind, ())
    observations = (
        account_observations(writing, room, changes.people_in(list(kept.values()), fields), digest) if fields else []
    )
    prefix = f"member/{room}" if kind == "member" else kind
    for ident, element in sorted(differences.new_and_changed.items()):
        observations.append(Observation(kind, f"{prefix}/{ident}", object_payload(element, "present"), room, digest))
    for ident in differences.gone:
        last = current_state.last_payload(writing, f"{prefix}/{ident}", room)
        if last is not None:
            gone_payload = object_payload(last["object"], "gone")
            observations.append(Observation(kind, f"{prefix}/{ident}", gone_payload, room, digest))
    append_observations(context, writing, observations, reply, report, keeps_reply=not erased)
    _count_differences(kind, differences, report)


def _count_differences(kind: str, differences: changes.Differences, report: RoomReport) -> None:
    report.disappeared |= bool(differences.gone)
    if kind == "file":
        report.files_new += len(differences.new)
    elif kind == "task":
        report.tasks_new += len(differences.new)
        report.tasks_changed += len(differences.changed) + len(differences.gone)


def room_accounts(context: PullContext, room: int) -> list[AccountId]:
    """The accounts of everybody ever seen in a room, to request lists one by one."""
    with context.archive.reading() as reading:
        accounts = (
            current_state.person_fingerprints(reading, room).keys()
            | current_state.known_objects(reading, "member", room).keys()
        )
    return [AccountId(account) for account in sorted(accounts)]


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
        listed |= set(_append_part(context, "task", room, listing, report))
        if listing.rows < changes.WINDOW or _read_split_lists(context, room, status, listed, report):
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
            listed |= set(_append_part(context, "task", room, part, report))
            whole &= part.rows < changes.WINDOW
        if whole:
            return True
    return False


def _objects_by_id(part: Listing[File] | Listing[Task]) -> dict[int, JsonObject]:
    """The objects of a list by their ids."""
    return {item.model.number: item.object for item in part.items}


def _append_part(
    context: PullContext, kind: str, room: int, part: Listing[File] | Listing[Task], report: RoomReport
) -> dict[int, JsonObject]:
    """Append what a list shows that may not be complete; returns its objects by their ids."""
    listed = _objects_by_id(part)
    with context.archive.writing() as writing:
        append_differences(context, writing, kind, room, listed, part.reply, report, complete=False)
    return listed


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


def pull_files(context: PullContext, room: Room, report: RoomReport) -> None:
    """Read the file list; a full list is read again for each person, and reported if still cut."""
    number = room.room_id
    listing = context.client.files(RoomId(number))
    everything = _objects_by_id(listing)
    complete = listing.rows < changes.WINDOW
    last = listing.reply
    if not complete:
        # The list is appended first: it may name people that nothing else names.
        _append_part(context, "file", number, listing, report)
        pull_members(context, number, report)
        complete = True
        for account in room_accounts(context, number):
            part = context.client.files(RoomId(number), account_id=account)
            everything |= _append_part(context, "file", number, part, report)
            complete &= part.rows < changes.WINDOW
            last = part.reply
        if not complete:
            context.troubles.add(f"room/{number}/files/cut")
    with context.archive.writing() as writing:
        append_differences(context, writing, "file", number, everything, last, report, complete=complete)
        record_visit(context, writing, number, plan.FILES, counters=plan.counters_text(room))
