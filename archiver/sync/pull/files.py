"""Reads the file list of a room."""

from __future__ import annotations

from archiver.chatwork.client import Listing
from archiver.chatwork.models import File, Room
from archiver.records import JsonObject, RoomId
from archiver.sync import coverage, plan
from archiver.sync.pull.compare_lists import append_differences, room_accounts
from archiver.sync.pull.context import PullContext, record_visit
from archiver.sync.pull.people import pull_members
from archiver.sync.report import RoomReport


def pull_files(context: PullContext, room: Room, report: RoomReport) -> None:
    """Read the file list; a full list is read again for each person, and reported if still cut."""
    number = room.room_id
    listing = context.client.files(RoomId(number))
    everything = _objects_by_id(listing)
    complete = listing.rows < coverage.WINDOW
    last = listing.reply
    if not complete:
        # The list is appended first: it may name people that nothing else names.
        _append_part(context, number, listing, report)
        pull_members(context, number, report)
        complete = True
        for account in room_accounts(context, number):
            part = context.client.files(RoomId(number), account_id=account)
            _append_part(context, number, part, report)
            everything |= _objects_by_id(part)
            complete &= part.rows < coverage.WINDOW
            last = part.reply
        if not complete:
            context.troubles.add(f"room/{number}/files/cut")
    with context.archive.writing() as writing:
        append_differences(context, writing, "file", number, everything, last, report, complete=complete)
        record_visit(context, writing, number, plan.FILES, counters=plan.counters_text(room))


def _objects_by_id(part: Listing[File]) -> dict[int, JsonObject]:
    return {item.model.number: item.object for item in part.items}


def _append_part(context: PullContext, room: int, part: Listing[File], report: RoomReport) -> None:
    """Append what a list shows that may not be complete."""
    with context.archive.writing() as writing:
        append_differences(context, writing, "file", room, _objects_by_id(part), part.reply, report, complete=False)
