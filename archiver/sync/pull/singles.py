"""Single messages that a list does not show any more, read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archiver.errors import NotVisible
from archiver.records import MessageId, Observation, Reply, RoomId, Source, State
from archiver.store import writer
from archiver.store.queries import known
from archiver.sync import changes
from archiver.sync.pull.desk import Desk, append, payload, persons
from archiver.sync.report import RoomReport


def singles(desk: Desk, room: int, messages: Sequence[MessageId], report: RoomReport) -> None:
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


def _single(desk: Desk, room: int, message: MessageId, report: RoomReport) -> datetime | None:
    """Read one message; when it was shown, if it is unchanged. A 403 is the room's trouble and is passed on."""
    try:
        single = desk.client.message(RoomId(room), message)
    except NotVisible as unseen:
        if unseen.status != 404:
            raise
        _not_shown(desk, room, message, unseen.reply, report)
        return None
    with desk.archive.writing() as writing:
        change = changes.compare_message(int(message), single.object, known.message(writing, room, message))
        if change is None:
            return single.reply.received_at
        told = payload(change.object, change.state, Source.SINGLE)
        seen = persons(writing, room, changes.people_in([single.object]), single.reply)
        seen.append(Observation("message", f"message/{message}", told, room, single.reply.digest))
        append(desk, writing, seen, single.reply, report)
    report.count(change.counted)
    return None


def _not_shown(desk: Desk, room: int, message: MessageId, reply: Reply, report: RoomReport) -> None:
    """404: hidden by the plan with the limitation header, missing without it (chatwork-api §1.3).

    What is missing stays missing.
    """
    state = State.HIDDEN if reply.limited else State.MISSING
    with desk.archive.writing() as writing:
        held = known.message(writing, room, message)
        last = known.payload(writing, f"message/{message}", room)
        if held is None or last is None or held.state in (state, State.MISSING):
            return
        told = payload(last["object"], state, Source.SINGLE)
        seen = [Observation("message", f"message/{message}", told, room, reply.digest)]
        append(desk, writing, seen, reply, report)
    if state is State.MISSING:
        report.count("missing")
