"""Reads the description, members, tasks and files of a room, and compares each list with the archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Literal

from archiver.chatwork.client import Client, Listing
from archiver.chatwork.models import File, Room, Task
from archiver.errors import NotUnderstood, NotVisible
from archiver.records import AccountId, JsonObject, Observation, ObservedBy, Reply, RoomId, TaskId
from archiver.store.archive import Writing
from archiver.store.erasure.records import left_of
from archiver.store.queries import current_state
from archiver.store.received_facts_and_record_forms import fingerprint
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

Part = Listing[File] | Listing[Task]
Status = Literal["open", "done"]
STATUSES: tuple[Status, ...] = ("open", "done")

TASK_READS_LIMIT = 50
"""The most tasks read singly in one room and run because no list shows them."""


def pull_people(context: PullContext, room: Room, report: RoomReport) -> None:
    """Read description, members and tasks; the visit is whole only when no task is left to be read singly."""
    lists = _RoomLists(context, room.room_id, report)
    lists.read_description()
    lists.read_members()
    whole = lists.read_tasks()
    counters = plan.counters_text(room) if whole else ""  # without them the room counts as moved in the next run
    with context.archive.writing() as writing:
        record_visit(context, writing, room.room_id, plan.PEOPLE, counters=counters)


def pull_files(context: PullContext, room: Room, report: RoomReport) -> None:
    """Read the file list; a full list is read again for each person, and reported if still cut."""
    lists, client = _RoomLists(context, room.room_id, report), context.client
    listing = client.files(room.room_id)
    found, last, complete = _by_id(listing), listing.reply, listing.rows < changes.WINDOW
    if not complete:
        # The list is appended first: it may name people that nothing else names.
        lists.append_part("file", listing)
        lists.read_members()
        parts, complete = lists.read_each("file", lambda account: client.files(room.room_id, account_id=account))
        found |= {ident: element for part in parts for ident, element in _by_id(part).items()}
        last = parts[-1].reply if parts else last
        if not complete:
            context.troubles.add(f"room/{room.room_id}/files/cut")
    with context.archive.writing() as writing:
        lists.append(writing, "file", found, last, complete=complete)
        record_visit(context, writing, room.room_id, plan.FILES, counters=plan.counters_text(room))


def _by_id(part: Part) -> dict[int, JsonObject]:
    """The objects of a list by their ids."""
    return {item.model.number: item.object for item in part.items}


@dataclass(frozen=True, slots=True)
class _RoomLists:
    """The lists of one room; what differs in them becomes entries and is counted."""

    context: PullContext
    room: RoomId
    report: RoomReport

    @property
    def client(self) -> Client:
        return self.context.client

    def append(
        self, writing: Writing, kind: str, received: Mapping[int, JsonObject], reply: Reply, *, complete: bool
    ) -> None:
        """Append what differs in a list of files, tasks or members, and count it; nothing of what the owner erased."""
        room = self.room
        erased = frozenset() if kind == "member" else left_of(writing, kind, room, received)
        digest = None if erased else reply.digest
        kept = {ident: element for ident, element in received.items() if ident not in erased}
        known = current_state.known_objects(writing, kind, room)
        differences = changes.compare_objects(kind, kept, known, complete=complete)
        people = changes.people_in(list(kept.values()), _PEOPLE_FIELDS.get(kind, ()))
        observations = account_observations(writing, room, people, digest) if people else []
        prefix = f"member/{room}" if kind == "member" else kind
        for ident, element in sorted(differences.new_and_changed.items()):
            payload = object_payload(element, "present")
            observations.append(Observation(kind, f"{prefix}/{ident}", payload, room, digest))
        for ident in differences.gone:
            last = current_state.last_payload(writing, f"{prefix}/{ident}", room)
            if last is not None:
                gone_payload = object_payload(last["object"], "gone")
                observations.append(Observation(kind, f"{prefix}/{ident}", gone_payload, room, digest))
        append_observations(self.context, writing, observations, reply, self.report, keeps_reply=not erased)
        self._count(kind, differences)

    def _count(self, kind: str, differences: changes.Differences) -> None:
        self.report.disappeared |= bool(differences.gone)
        if kind == "file":
            self.report.files_new += len(differences.new)
        elif kind == "task":
            self.report.tasks_new += len(differences.new)
            self.report.tasks_changed += len(differences.changed) + len(differences.gone)

    def append_part(self, kind: str, part: Part) -> None:
        """Append what a list shows that may not be complete."""
        self.context.archive.write(self.append, kind, _by_id(part), part.reply, complete=False)

    def read_each(self, kind: str, ask: Callable[[AccountId], Part]) -> tuple[list[Part], bool]:
        """Read a list for everybody ever seen in the room, one by one; and whether none of these is cut."""
        with self.context.archive.reading() as reading:
            seen = current_state.person_fingerprints(reading, self.room).keys()
            accounts = seen | current_state.known_objects(reading, "member", self.room).keys()
        parts: list[Part] = []
        for account in sorted(accounts):
            parts.append(ask(AccountId(account)))
            self.append_part(kind, parts[-1])
        return parts, all(part.rows < changes.WINDOW for part in parts)

    def read_description(self) -> None:
        """Read the room's name, description, type, role and icon."""
        single = self.client.room(self.room)
        with self.context.archive.writing() as writing:
            if current_state.room_fingerprint(writing, self.room) != fingerprint("room", single.object):
                payload = {"object": single.object}
                observation = Observation("room", f"room/{self.room}", payload, self.room, single.reply.digest)
                append_observations(self.context, writing, [observation], single.reply, self.report)
        self.report.name = single.model.name or self.report.name

    def read_members(self) -> None:
        """Read who is in the room now, and record who is not any more."""
        listing = self.client.members(self.room)
        if not listing.items:  # the token's owner is a member, so an empty list is an error
            raise NotUnderstood(path=listing.reply.path, detail=_("a chat without members"))
        received = {item.model.number: item.object for item in listing.items}
        self.context.archive.write(self.append, "member", received, listing.reply, complete=True)

    def read_tasks(self) -> bool:
        """Read open and done tasks, then singly those missing from the lists; False if some of these are left over.

        A task that neither list shows is read singly, as it may have moved between them; a task that was last seen in
        a status whose list stays cut may be behind the cut, so that its absence proves nothing.
        """
        listed: set[int] = set()
        whole: set[str] = set()
        for status in STATUSES:
            listing = self.client.tasks(self.room, status=status)
            self.append_part("task", listing)
            listed |= _by_id(listing).keys()
            if listing.rows < changes.WINDOW or self._read_split_tasks(status, listed):
                whole.add(status)
        if len(whole) < len(STATUSES):
            self.context.troubles.add(f"room/{self.room}/people/cut")
        statuses = self.context.archive.read(current_state.task_statuses, self.room)
        may_be_gone = [task for task, status in statuses.items() if status in whole or len(whole) == 2]
        return self._read_missing_tasks([task for task in may_be_gone if task not in listed])

    def _read_split_tasks(self, status: Status, listed: set[int]) -> bool:
        """Read the list for each assignee, and if that is not enough for each assigner; whether it is now whole."""
        for field in ("account_id", "assigned_by_account_id"):
            parts, whole = self.read_each(
                "task",
                lambda account: self.client.tasks(self.room, status=status, **{field: account}),  # noqa: B023
            )
            listed |= {item.model.number for part in parts for item in part.items}
            if whole:
                return True
        return False

    def _read_missing_tasks(self, missing: Sequence[int]) -> bool:
        """Read as many of these tasks as one run may, after those of the last run; returns whether all were read."""
        slot = remembered_values.TASKS_READ.of(self.room)
        last = self.context.archive.read(slot.recall)
        in_turn = sorted(missing, key=lambda task: (task <= last, task))[:TASK_READS_LIMIT]
        for task in in_turn:
            self._read_task(task)
        whole = len(in_turn) == len(missing)
        if not whole or last:
            self.context.archive.write(slot.remember, None if whole else in_turn[-1])
        if not whole:
            self.context.troubles.add(f"room/{self.room}/people/unread")
        return whole

    def _read_task(self, task: int) -> None:
        """Read one task; a 404 proves that it is gone, whatever the lists show."""
        try:
            single = self.client.task(self.room, TaskId(task))
        except NotVisible as error:
            if error.status != 404:
                raise
            self._append_gone_task(task, error.reply)
        else:
            self.context.archive.write(self.append, "task", {task: single.object}, single.reply, complete=False)

    def _append_gone_task(self, task: int, reply: Reply) -> None:
        with self.context.archive.writing() as writing:
            last = current_state.last_payload(writing, f"task/{task}", self.room)
            if last is None:
                return
            payload = object_payload(last["object"], "gone", ObservedBy.SINGLE)
            gone = Observation("task", f"task/{task}", payload, self.room, reply.digest)
            append_observations(self.context, writing, [gone], reply, self.report)
        self.report.tasks_changed += 1
        self.report.disappeared = True
