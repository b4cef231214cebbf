"""Rooms that can be opened no more, and rooms that can be opened again: written down on change, never explained."""

from __future__ import annotations

from archiver.errors import NotVisible
from archiver.records import Observation
from archiver.store import writer
from archiver.store.working import visits
from archiver.sync import plan
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome, RoomReport


def shut(desk: PullContext, unseen: NotVisible, report: RoomReport) -> None:
    """The room cannot be opened any more: left, removed and deleted look alike (chatwork-api §5)."""
    room = report.room_id
    told = {"status": unseen.status}
    seen = Observation("room.inaccessible", f"room/{room}", told, room, unseen.reply.digest)
    with desk.archive.writing() as writing:
        writer.keep_reply(writing, unseen.reply, room_id=room)
        writer.append(writing, [seen], account_id=desk.account_id, at=unseen.reply.received_at)
    report.outcome, report.news, report.disappeared = RoomOutcome.INACCESSIBLE, True, True
    desk.troubles.add(f"event/{room}/inaccessible")


def opened(desk: PullContext, report: RoomReport) -> None:
    """The room is listed again: everything in it is read anew."""
    room, at = report.room_id, desk.now()
    seen = Observation("room.accessible", f"room/{room}", {}, room)
    with desk.archive.writing() as writing:
        writer.append(writing, [seen], account_id=desk.account_id, at=at)
        for kind in plan.KINDS:
            visits.put_visit(writing, room, kind, at=at, counters="")
    report.outcome, report.news = RoomOutcome.ARCHIVED, True
