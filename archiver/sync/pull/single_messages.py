"""Single messages: held ones that a list does not show, and ids that something else named, read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

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
from archiver.sync.pull.context import PullContext, append, payload, persons
from archiver.sync.report import RoomReport

RARELY = timedelta(days=30)
"""Until an id that was hidden or could not be read is asked for again."""


def singles(desk: PullContext, room: int, messages: Sequence[MessageId], report: RoomReport) -> None:
    """Read messages one by one; those that are shown unchanged go into one `reading` entry.

    The entry bears the time of the first of them: none is said to have been seen later than it was.
    """
    unchanged: dict[str, datetime] = {}
    try:
        for message in messages:
            seen_at = _single(desk, room, message, report)
            if seen_at is not None:
                unchanged[message] = seen_at
    finally:
        if unchanged:
            seen = Observation("reading", f"reading/{room}/{writer.SELF}", {"ids": list(unchanged)}, room)
            with desk.archive.writing() as writing:
                writer.append(writing, [seen], account_id=desk.account_id, at=min(unchanged.values()))


def seek(desk: PullContext, quest: BackfillItem, report: RoomReport) -> ItemState:
    """Read a message that is known of but not held, and remember what came of it.

    A 404 makes no entry, as nothing was ever seen; a 403 is the room's trouble and is passed on. A message inside
    an open gap lowers its number of missing ones.
    """
    room, message = quest.room_id, MessageId(str(quest.position))
    try:
        single = desk.client.message(RoomId(room), message)
    except NotVisible as error:
        if error.status != 404:
            raise
        return _not_found(desk, quest, error.reply, report)
    source = ObservedBy.RECOVERED if quest.origin is Origin.RECOVERED else ObservedBy.SINGLE
    at = single.reply.received_at
    with desk.archive.writing() as writing:
        seen, counted = _observed(writing, room, message, single, source)
        if counted == "new":
            seen += _narrowed(writing, room, quest.position, single.reply)
        append(desk, writing, seen, single.reply, report)
        backfill_queue.record_attempt(writing, quest, ItemState.READ, at=at, next_at=at)
    report.count(counted, quest.position)
    report.backfilled += counted == "new"
    return ItemState.READ


def _single(desk: PullContext, room: int, message: MessageId, report: RoomReport) -> datetime | None:
    """Read one held message; when it was shown, if it is unchanged. A 403 is the room's trouble and is passed on."""
    try:
        single = desk.client.message(RoomId(room), message)
    except NotVisible as error:
        if error.status != 404:
            raise
        _not_shown(desk, room, message, error.reply, report)
        return None
    with desk.archive.writing() as writing:
        seen, counted = _observed(writing, room, message, single, ObservedBy.SINGLE)
        if not seen:
            return single.reply.received_at
        append(desk, writing, seen, single.reply, report)
    report.count(counted, int(message))
    return None


def _observed(
    writing: Writing, room: int, message: MessageId, single: Single[Message], source: ObservedBy
) -> tuple[list[Observation], str | None]:
    """The entries that a single read makes, and how the change is counted; none if nothing differs."""
    change = changes.compare_message(int(message), single.object, current_state.message(writing, room, message))
    if change is None:
        return [], None
    told = payload(change.object, change.state, source)
    seen = persons(writing, room, changes.people_in([single.object]), single.reply)
    seen.append(Observation("message", f"message/{message}", told, room, single.reply.digest))
    return seen, change.counted


def _narrowed(writing: Writing, room: int, position: int, reply: Reply) -> list[Observation]:
    """The gap around a message that is held from now on, with one missing less; a gap is never split."""
    for gap in current_state.open_gaps(writing, room):
        after, before = int(gap.payload["after"] or 0), int(gap.payload["before"])
        if after < position < before and gap.payload["missing"]:
            told = gap.payload | {"missing": gap.payload["missing"] - 1}
            return [Observation("gap.narrowed", f"gap/{room}/{gap.number}", told, room, reply.digest)]
    return []


def _not_found(desk: PullContext, quest: BackfillItem, reply: Reply, report: RoomReport) -> ItemState:
    """404 for an id that was never shown: hidden by the plan with the limitation header, else not readable."""
    standing = ItemState.HIDDEN if reply.limited else ItemState.UNREADABLE
    at = reply.received_at
    with desk.archive.writing() as writing:
        backfill_queue.record_attempt(writing, quest, standing, at=at, next_at=at + RARELY)
    if standing is ItemState.HIDDEN:
        report.hidden_by_plan += 1
    else:
        report.not_readable += 1
    return standing


def _not_shown(desk: PullContext, room: int, message: MessageId, reply: Reply, report: RoomReport) -> None:
    """404: hidden by the plan with the limitation header, missing without it (chatwork-api §1.3).

    What is missing stays missing.
    """
    state = State.HIDDEN if reply.limited else State.MISSING
    with desk.archive.writing() as writing:
        held = current_state.message(writing, room, message)
        last = current_state.last_payload(writing, f"message/{message}", room)
        if held is None or last is None or held.state in (state, State.MISSING):
            return
        told = payload(last["object"], state, ObservedBy.SINGLE)
        seen = [Observation("message", f"message/{message}", told, room, reply.digest)]
        append(desk, writing, seen, reply, report)
    if state is State.MISSING:
        report.count("missing", int(message))
