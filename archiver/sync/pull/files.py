"""The file list of a room."""

from __future__ import annotations

from archiver.chatwork.client import Listing
from archiver.chatwork.models import File, Room
from archiver.records import JsonObject, RoomId
from archiver.sync import coverage, plan
from archiver.sync.pull.compare_lists import accounts, differences
from archiver.sync.pull.context import PullContext, visit
from archiver.sync.pull.people import members
from archiver.sync.report import RoomReport


def files(desk: PullContext, room: Room, report: RoomReport) -> None:
    """The file list; at its cap it is asked again for each person, and what stays cut is said."""
    number = room.room_id
    whole = desk.client.files(RoomId(number))
    everything = _listed(whole)
    complete = whole.rows < coverage.WINDOW
    last = whole.reply
    if not complete:
        # What is listed comes first: it may name people that nothing else does.
        _append(desk, number, whole, report)
        members(desk, number, report)
        complete = True
        for one in accounts(desk, number):
            part = desk.client.files(RoomId(number), account_id=one)
            _append(desk, number, part, report)
            everything |= _listed(part)
            complete &= part.rows < coverage.WINDOW
            last = part.reply
        if not complete:
            desk.troubles.add(f"room/{number}/files/cut")
    with desk.archive.writing() as writing:
        differences(desk, writing, "file", number, everything, last, report, complete=complete)
        visit(desk, writing, number, plan.FILES, counters=plan.counters_text(room))


def _listed(part: Listing[File]) -> dict[int, JsonObject]:
    return {one.model.number: one.object for one in part.items}


def _append(desk: PullContext, room: int, part: Listing[File], report: RoomReport) -> None:
    """What a list shows, while it may not be all."""
    with desk.archive.writing() as writing:
        differences(desk, writing, "file", room, _listed(part), part.reply, report, complete=False)
