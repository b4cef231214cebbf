"""The file list of a room."""

from __future__ import annotations

from archiver.chatwork.models import Room
from archiver.records import JsonObject, RoomId
from archiver.store import work
from archiver.sync import coverage, plan
from archiver.sync.pull.desk import Desk
from archiver.sync.pull.lists import accounts, differences
from archiver.sync.report import RoomReport


def files(desk: Desk, room: Room, report: RoomReport) -> None:
    """The file list; at its cap it is asked again for each person, and what stays cut is said."""
    whole = desk.client.files(RoomId(room.room_id))
    parts, complete = [whole], len(whole.items) < coverage.WINDOW
    if not complete:
        parts += [desk.client.files(RoomId(room.room_id), account_id=one) for one in accounts(desk, room.room_id)]
        complete = all(len(part.items) < coverage.WINDOW for part in parts[1:])
        if not complete:
            desk.troubles.add(f"room/{room.room_id}/files/cut")
    everything: dict[int, JsonObject] = {}
    for part in parts:
        listed = {one.model.number: one.object for one in part.items}
        everything |= listed
        with desk.archive.writing() as writing:
            differences(desk, writing, "file", room.room_id, listed, part.reply, report, complete=False)
    with desk.archive.writing() as writing:
        if complete:
            differences(desk, writing, "file", room.room_id, everything, parts[-1].reply, report, complete=True)
        work.put_visit(writing, room.room_id, plan.FILES, at=desk.now(), counters=plan.counters(room))
