"""Reads single messages one by one: known ones that a list does not show, and queued ids that something named."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.chatwork.client import Single
from archiver.chatwork.models import Message
from archiver.errors import NotVisible
from archiver.records import MessageId, Observation, ObservedBy, Reply, RoomId, State
from archiver.store import writer
from archiver.store.archive import Writing
from archiver.store.queries import current_state
from archiver.store.working import backfill_queue
from archiver.store.working.backfill_queue import BackfillItem, ItemState, Origin
from archiver.sync import changes
from archiver.sync.pull.context import (
    PullContext,
    account_observations,
    append_observations,
    object_payload,
    write_steady_visits,
)
from archiver.sync.report import RoomReport

RETRY_AFTER = backfill_queue.LONGEST_PAUSE
"""The time until an id that was hidden or could not be read is tried again."""


def read_singly(context: PullContext, room: int, messages: Sequence[MessageId], report: RoomReport) -> None:
    """Read messages one by one; those that are unchanged go into one `reading` entry.

    The entry has the time of the first of them, so that none is recorded as seen later than it was.
    """
    unchanged: dict[str, Reply] = {}
    try:
        for message in messages:
            reply = _read_known(context, room, message, report)
            if reply is not None:
                unchanged[message] = reply
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
    room, message = item.room_id, MessageId(str(item.position))
    try:
        single = context.client.message(RoomId(room), message)
    except NotVisible as error:
        if error.status != 404:
            raise
        return _record_not_found(context, item, error.reply, report)
    source = ObservedBy.RECOVERED if item.origin is Origin.RECOVERED else ObservedBy.SINGLE
    at = single.reply.received_at
    with context.archive.writing() as writing:
        observations, counted = _message_observations(writing, room, message, single, source)
        if counted == "new":
            observations += _narrowed_gap(writing, room, item.position, single.reply)
        append_observations(context, writing, observations, single.reply, report)
        backfill_queue.record_attempt(writing, item, ItemState.READ, at=at, next_at=at)
    report.count(counted, item.position)
    report.backfilled += counted == "new"
    return ItemState.READ


def _read_known(context: PullContext, room: int, message: MessageId, report: RoomReport) -> Reply | None:
    """Read a known message; returns the reply if it is unchanged. A 403 concerns the room and is raised."""
    try:
        single = context.client.message(RoomId(room), message)
    except NotVisible as error:
        if error.status != 404:
            raise
        _record_not_shown(context, room, message, error.reply, report)
        return None
    with context.archive.writing() as writing:
        observations, counted = _message_observations(writing, room, message, single, ObservedBy.SINGLE)
        if not observations:
            return single.reply
        append_observations(context, writing, observations, single.reply, report)
    report.count(counted, int(message))
    return None


def _message_observations(
    writing: Writing, room: int, message: MessageId, single: Single[Message], source: ObservedBy
) -> tuple[list[Observation], str | None]:
    """The observations of a single read and how the change is counted; none if nothing differs."""
    change = changes.compare_message(int(message), single.object, current_state.message(writing, room, message))
    if change is None:
        return [], None
    message_payload = object_payload(change.object, change.state, source)
    observations = account_observations(writing, room, changes.people_in([single.object]), single.reply.digest)
    observations.append(Observation("message", f"message/{message}", message_payload, room, single.reply.digest))
    return observations, change.counted


def _narrowed_gap(writing: Writing, room: int, position: int, reply: Reply) -> list[Observation]:
    """The gap around a message that is now saved, with one missing message less; a gap is never split."""
    for gap in current_state.open_gaps(writing, room):
        after, before = int(gap.payload["after"] or 0), int(gap.payload["before"])
        if after < position < before and gap.payload["missing"]:
            payload = gap.payload | {"missing": gap.payload["missing"] - 1}
            return [Observation("gap.narrowed", f"gap/{room}/{gap.number}", payload, room, reply.digest)]
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
        backfill_queue.record_attempt(writing, item, state, at=at, next_at=at + RETRY_AFTER)
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
