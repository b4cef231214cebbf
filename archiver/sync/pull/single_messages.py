"""Reads single messages one by one: known ones that a list does not show, and queued ids that something named.

Of the latter those at risk come first. Messages that a read message names are queued in turn, so chains of replies are
followed to their beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from archiver.chatwork.client import Single
from archiver.chatwork.models import Message
from archiver.errors import BudgetSpent, ChatworkError, NotVisible
from archiver.records import MessageId, Observation, ObservedBy, Reply, RoomId, State
from archiver.records.conversation import is_plausible
from archiver.store import writer
from archiver.store.archive import Archive, Writing
from archiver.store.queries import current_state
from archiver.store.working import remembered_values, single_reads
from archiver.store.working.single_reads import BackfillItem, ItemState, MessagePlace, Origin
from archiver.sync import changes
from archiver.sync.pull.context import (
    PullContext,
    account_observations,
    append_observations,
    description_references,
    object_payload,
    text_references,
    write_steady_visits,
)
from archiver.sync.report import RoomReport


def read_singly(context: PullContext, room: int, messages: Sequence[MessageId], report: RoomReport) -> None:
    """Read messages one by one; those that are unchanged go into one `reading` entry.

    The entry has the time of the first of them, so that none is recorded as seen later than it was.
    """
    unchanged: dict[str, Reply] = {}
    try:
        for message in messages:
            read = _read(context, room, message, report)
            if isinstance(read, NotVisible):
                _record_not_shown(context, room, message, read.reply, report)
            elif read is not None:
                unchanged[message] = read
    finally:
        if unchanged:
            observation = Observation("reading", f"reading/{room}/{writer.SELF}", {"ids": list(unchanged)}, room)
            with context.archive.writing() as writing:
                first = min(unchanged.values(), key=lambda one: one.received_at)
                writer.append_dated(writing, [observation], first, account_id=context.account_id)


def read_queued(context: PullContext, item: BackfillItem, report: RoomReport) -> ItemState:
    """Read a message whose id is known but that is not saved, and record the result in the queue.

    A 404 makes a `reading` entry that names the id as refused, once for each way of refusing; a 403 concerns the room
    and is raised. A message inside an open gap lowers its number of missing ones.
    """
    source = ObservedBy.RECOVERED if item.origin is Origin.RECOVERED else ObservedBy.SINGLE
    read = _read(context, item.room_id, MessageId(str(item.position)), report, source, item)
    if isinstance(read, NotVisible):
        return _record_not_found(context, item, read.reply, report)
    return ItemState.READ


def _read(
    context: PullContext,
    room: int,
    message: MessageId,
    report: RoomReport,
    source: ObservedBy = ObservedBy.SINGLE,
    item: BackfillItem | None = None,
) -> Reply | NotVisible | None:
    """Read a message, and what differs becomes entries; the reply if nothing does, or the 404. Raises what a 403 is.

    `item`: as which it waits in the queue.
    """
    try:
        single = context.client.message(RoomId(room), message)
    except NotVisible as error:
        if error.status != 404:
            raise
        return error
    at = single.reply.received_at
    with context.archive.writing() as writing:
        observations, counted = _message_observations(writing, room, message, single, source)
        if item is not None and counted == "new":
            observations += _narrowed_gap(writing, room, item.position, single.reply)
        append_observations(context, writing, observations, single.reply, report)
        if item is not None:
            single_reads.record_attempt(writing, item, ItemState.READ, at=at, next_at=at)
    report.count(counted, int(message))
    report.backfilled += item is not None and counted == "new"
    return None if observations else single.reply


def _message_observations(
    writing: Writing, room: int, message: MessageId, single: Single[Message], source: ObservedBy
) -> tuple[list[Observation], str | None]:
    """The observations of a single read and how the change is counted; none if nothing differs."""
    known, last_body = current_state.message(writing, room, message), partial(current_state.last_body, writing, room)
    change = changes.compare_message(int(message), single.object, known, last_body)
    if change is None:
        return [], None
    message_payload = object_payload(change.object, change.state, source)
    observations = account_observations(writing, room, changes.people_in([single.object]), single.reply.digest)
    observations.append(Observation("message", f"message/{message}", message_payload, room, single.reply.digest))
    return observations, change.counted


def _narrowed_gap(writing: Writing, room: int, position: int, reply: Reply) -> list[Observation]:
    """The gap around a message that is now saved, with one missing message less; a gap is never split."""
    for number, gap in current_state.open_gaps(writing, room):
        if int(gap["after"] or 0) < position < int(gap["before"]) and gap["missing"]:
            payload = gap | {"missing": gap["missing"] - 1}
            return [Observation("gap.narrowed", f"gap/{room}/{number}", payload, room, reply.digest)]
    return []


def _record_not_found(context: PullContext, item: BackfillItem, reply: Reply, report: RoomReport) -> ItemState:
    """Record a 404 for an id never shown: hidden by the plan with the limitation header, else not readable."""
    state = ItemState.HIDDEN if reply.limited else ItemState.UNREADABLE
    at = reply.received_at
    with context.archive.writing() as writing:
        if item.state is not state:
            refused = {"ids": [], "refused": {str(item.position): state.value}}
            observation = Observation("reading", f"reading/{item.room_id}/{writer.SELF}", refused, item.room_id)
            write_steady_visits(context, writing)
            writer.append_dated(writing, [observation], reply, account_id=context.account_id)
        single_reads.record_attempt(writing, item, state, at=at, next_at=at + single_reads.LONGEST_PAUSE)
    if state is ItemState.HIDDEN:
        report.hidden_by_plan += 1
    else:
        report.not_readable += 1
    return state


def _record_not_shown(context: PullContext, room: int, message: MessageId, reply: Reply, report: RoomReport) -> None:
    """Record a 404 for a known message: hidden by the plan with the limitation header, else missing.

    A missing message stays missing (chatwork-api §1.3).
    """
    state = State.HIDDEN if reply.limited else State.MISSING
    with context.archive.writing() as writing:
        known = current_state.message(writing, room, message)
        last = current_state.last_payload(writing, f"message/{message}", room)
        if known is None or last is None or known.state in (state, State.MISSING):
            return
        message_payload = object_payload(last["object"], state, ObservedBy.SINGLE)
        observations = [Observation("message", f"message/{message}", message_payload, room, reply.digest)]
        append_observations(context, writing, observations, reply, report)
    if state is State.MISSING:
        report.count("missing", int(message))


BATCH = 20
"""How many ids are taken from the queue at once: reading them may queue more urgent ones."""

FIRST_PAUSE = timedelta(hours=1)
"""The pause after a failed read; each further one is four times as long, up to `LONGEST_PAUSE`."""

ERRORS_LIMIT = 2
"""After so many errors in a row the rest is left for later."""


@dataclass(slots=True)
class BackfillReader:
    """Reads queued messages until the limit, the time or the calls are used up."""

    context: PullContext
    reports: dict[int, RoomReport]
    is_over: Callable[[], bool]
    """Returns whether the run must end."""
    on_refusal: Callable[[int, NotVisible], None]
    """Called with a room that refused (403)."""
    requests_made: int = 0
    """Requests made so far."""
    refused_rooms: set[int] = field(default_factory=set)
    """Rooms that refused in this run."""
    _errors_in_a_row: int = 0

    def backfill(self, rooms: Collection[int], *, limit: int) -> None:
        """Read what is due in these rooms. Raises TokenRefused, StorageError."""
        while self.requests_made < limit:
            with self.context.archive.reading() as reading:
                open_rooms = [room for room in rooms if room not in self.refused_rooms]
                batch = single_reads.due_items(
                    reading, open_rooms, at=self.context.now(), limit=min(BATCH, limit - self.requests_made)
                )
            if not batch:
                return
            for item in batch:
                if not self.read_item(item):
                    return

    def read_item(self, item: BackfillItem) -> bool:
        """Read a queued message; False if no more can be read in this run. Raises TokenRefused, StorageError."""
        if self.must_end() or self._errors_in_a_row >= ERRORS_LIMIT:
            return False
        if item.room_id in self.refused_rooms:
            return True
        self.requests_made += 1
        try:
            read_queued(self.context, item, self.reports[item.room_id])
        except BudgetSpent:
            return False
        except NotVisible as error:
            self.refused_rooms.add(item.room_id)
            self.on_refusal(item.room_id, error)
        except ChatworkError:
            self._errors_in_a_row += 1
            self._postpone(item)
        else:
            self._errors_in_a_row = 0
            self.context.cleared_prefixes.add(_trouble_key(item))
        return True

    def must_end(self) -> bool:
        """Whether the run is over or a call would have to wait, as a round does not wait for single messages."""
        return self.is_over() or bool(self.context.client.transport.time_to_wait())

    def _postpone(self, item: BackfillItem) -> None:
        pause = FIRST_PAUSE * 4 ** min(item.attempts, 5)
        at = self.context.now()
        self.context.archive.write(
            single_reads.record_attempt, item, item.state, at=at, next_at=at + min(pause, single_reads.LONGEST_PAUSE)
        )
        self.context.troubles.add(_trouble_key(item))


def enqueue_for_new_rooms(archive: Archive, rooms: Collection[int], *, at: datetime) -> None:
    """Queue the messages of newly contracted rooms that the rest of the archive names.

    Until a room is under a contract, nothing of it is kept.
    """
    before = archive.read(remembered_values.KNOWN_ROOMS.recall)
    if before == frozenset(rooms):
        return
    with archive.writing() as writing:
        for room in sorted(set(rooms) - set(before or ())):
            single_reads.enqueue(writing, _references_to_room(writing, room, at), rooms=(room,), at=at)
        remembered_values.KNOWN_ROOMS.remember(writing, frozenset(rooms))


def _references_to_room(writing: Writing, room: int, at: datetime) -> dict[MessagePlace, Origin]:
    references: dict[MessagePlace, Origin] = {}
    for kind, text in single_reads.texts_naming(writing, room):
        for place, origin in description_references(text) if kind == "room" else text_references(text):
            if place[0] == room and is_plausible(place[1], at):
                references.setdefault(place, origin)
    return references


def _trouble_key(item: BackfillItem) -> str:
    return f"message/{item.room_id}/{item.position}"
