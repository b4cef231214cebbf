"""Records rooms that became inaccessible or accessible again, without a reason, as none is known."""

from __future__ import annotations

from archiver.errors import NotVisible
from archiver.records import Observation
from archiver.store import writer
from archiver.store.working import remembered_values
from archiver.sync import plan
from archiver.sync.pull.context import PullContext, write_steady_visits
from archiver.sync.report import RoomOutcome, RoomReport


def record_inaccessible(context: PullContext, refusal: NotVisible, report: RoomReport) -> None:
    """Record that a room cannot be opened any more: left, removed and deleted look alike (chatwork-api §5)."""
    room = report.room_id
    payload = {"status": refusal.status}
    observation = Observation("room.inaccessible", f"room/{room}", payload, room, refusal.reply.digest)
    with context.archive.writing() as writing:
        write_steady_visits(context, writing)
        writer.keep_reply(writing, refusal.reply, room_id=room)
        writer.append_dated(writing, [observation], refusal.reply, account_id=context.account_id)
    report.outcome, report.news, report.disappeared = RoomOutcome.INACCESSIBLE, True, True
    context.troubles.add(f"event/{room}/inaccessible")


def record_accessible(context: PullContext, report: RoomReport) -> None:
    """Record that a room is listed again, and let everything in it be read anew."""
    room, at = report.room_id, context.now()
    observation = Observation("room.accessible", f"room/{room}", {}, room)
    with context.archive.writing() as writing:
        writer.append(writing, [observation], account_id=context.account_id, at=at)
        for kind in plan.KINDS:
            remembered_values.put_visit(writing, room, kind, at=at, counters="")
    report.outcome, report.news = RoomOutcome.ARCHIVED, True
