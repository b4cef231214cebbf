"""What is saved of some rooms and what is not, as a whole and within a period; direct chats outside the contracts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Table, bindparam, case, func, select

from archiver.evidence.history import number
from archiver.records import AccountId, OtherChat, RoomId, State
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.payload_forms import read_all_formed
from archiver.store.queries import current_state, departures
from archiver.store.queries.contracts import contracts
from archiver.store.queries.files import file_counts, unheld_files
from archiver.store.queries.last_looks import UnlistedBeginnings, holes, last_list_time, unlisted_beginnings
from archiver.store.time_text import to_text
from archiver.store.working import backfill_queue


class MissingFile(NamedTuple):
    """A file whose bytes are not saved."""

    room_id: int
    file_id: int
    theirs: bool
    """Whether somebody else than the owner sent it."""
    name: str
    size: int
    given_up: bool
    gone: bool
    """Whether Chatwork's list does not show it any more."""
    reason: str | None
    """The reason word of the download; None if it was not tried yet."""


class RoomHoldings(NamedTuple):
    """Counts of messages, files, tasks and gaps of some rooms."""

    messages: int
    files: int
    files_saved: int
    tasks: int
    unheld: tuple[MissingFile, ...]
    """Files that others sent first, then by size."""
    gaps: int
    beginnings: UnlistedBeginnings
    """What is missing from before the first list of each room."""
    shut: tuple[int, ...]
    """The rooms that cannot be opened."""
    last_seen: datetime | None
    """When a list of messages was last read."""


def holdings_of(reading: Reading, rooms: Collection[int]) -> RoomHoldings:
    """The holdings of these rooms, in one snapshot."""
    files = [one for room, one in file_counts(reading).items() if room in rooms]
    owner = number((current_state.owner(reading) or {}).get("account_id"))
    missing_files = [
        MissingFile(
            row.room_id, row.file_id, row.account_id != owner, row.name, row.size, row.lost, row.gone, row.reason
        )
        for row in unheld_files(reading)
        if row.room_id in rooms
    ]
    return RoomHoldings(
        messages=_count_rows(reading, schema.message, rooms),
        files=sum(one.known for one in files),
        files_saved=sum(one.saved for one in files),
        tasks=_count_rows(reading, schema.task, rooms),
        unheld=tuple(sorted(missing_files, key=lambda one: (not one.theirs, one.size, one.file_id))),
        gaps=sum(gap.payload["after"] is not None for room in rooms for gap in current_state.open_gaps(reading, room)),
        beginnings=unlisted_beginnings(reading, rooms),
        shut=tuple(sorted(current_state.inaccessible_rooms(reading) & set(rooms))),
        last_seen=max((at for room in rooms if (at := last_list_time(reading, room)) is not None), default=None),
    )


def has_losses(reading: Reading, rooms: Collection[int]) -> bool:
    """Whether messages before the first list, in a gap, named and never readable, or never seen undeleted are known."""
    if unlisted_beginnings(reading, rooms).rooms or any(room in rooms for room, _before in holes(reading)):
        return True
    counts = backfill_queue.count_items(reading, rooms)
    return bool(counts.hidden or counts.unreadable) or _has_unseen_texts(reading, rooms)


_MESSAGE = schema.message.c
_UNSEEN_TEXTS = (
    select(_MESSAGE.position)
    .where(
        _MESSAGE.room_id.in_(bindparam("rooms", expanding=True)),
        _MESSAGE.state.in_((State.DELETED, State.MISSING, State.HIDDEN)),
        _MESSAGE.text_digest == "",
    )
    .limit(1)
)


def _has_unseen_texts(reading: Reading, rooms: Collection[int]) -> bool:
    """Whether a message was deleted before anybody saw its text here."""
    return reading.sql.execute(_UNSEEN_TEXTS, {"rooms": sorted(rooms)}).first() is not None


def _count_rows(reading: Reading, table: Table, rooms: Collection[int]) -> int:
    query = select(func.count()).select_from(table).where(table.c.room_id.in_(sorted(rooms)))
    return reading.sql.execute(query).scalar() or 0


class PeriodCounts(NamedTuple):
    """Messages and files that were first saved in a period."""

    messages: int
    files: int


class VanishedCounts(NamedTuple):
    """Messages of one person in one room that turned to `[deleted]` or vanished."""

    deleted: int
    missing: int
    texts: int
    """How many of both whose text was saved."""


def saved_counts(reading: Reading, rooms: Collection[int], *, since: datetime, until: datetime) -> PeriodCounts:
    """Counts of what was saved of these rooms after `since` and up to `until`."""
    message, blob = schema.message.c, schema.blob.c
    times, room_ids = (to_text(since), to_text(until)), sorted(rooms)
    messages_query = select(func.count()).select_from(schema.message)
    messages_query = messages_query.where(
        message.room_id.in_(room_ids), message.first_seen > times[0], message.first_seen <= times[1]
    )
    files_query = select(func.count()).select_from(schema.blob).where(blob.room_id.in_(room_ids), blob.state == "saved")
    files_query = files_query.where(blob.saved_at > times[0], blob.saved_at <= times[1])
    return PeriodCounts(
        reading.sql.execute(messages_query).scalar() or 0, reading.sql.execute(files_query).scalar() or 0
    )


def changed_count(reading: Reading, rooms: Collection[int], *, since: datetime, until: datetime) -> int:
    """How many messages of these rooms were seen to be changed, as last seen after `since` and up to `until`."""
    message = schema.message.c
    query = select(func.count()).where(
        message.room_id.in_(sorted(rooms)),
        message.state.in_((State.EDITED, State.DELETED, State.MISSING)),
        message.changed_at > to_text(since),
        message.changed_at <= to_text(until),
        message.first_seen < message.changed_at,  # what was never shown otherwise is no event
    )
    return reading.sql.execute(query).scalar() or 0


def vanished_counts(reading: Reading, room: int, account: int, *, since: datetime) -> VanishedCounts:
    """Counts of a person's messages in a room that vanished since a time."""
    table = schema.message.c
    query = select(table.state, func.count(), func.sum(case((table.text_digest != "", 1), else_=0))).where(
        table.room_id == room,
        table.account_id == account,
        table.state.in_((State.DELETED, State.MISSING)),
        table.changed_at >= to_text(since),
    )
    counts = {row[0]: (row[1], row[2] or 0) for row in reading.sql.execute(query.group_by(table.state))}
    deleted, missing = (counts.get(state, (0, 0)) for state in (State.DELETED, State.MISSING))
    return VanishedCounts(deleted[0], missing[0], deleted[1] + missing[1])


def other_chats(reading: Reading, rooms: Collection[int], *, upto: int) -> list[OtherChat]:
    """The direct chats with people of these rooms that no contract names, by the entries up to a number."""
    entry = schema.entry.c
    last = (
        select(func.max(entry.seq).label("seq"))
        .where(entry.kind == "contact", entry.seq <= upto)
        .group_by(entry.key)
        .subquery()
    )
    lines = reading.sql.execute(select(entry.line).join(last, last.c.seq == entry.seq))
    found = [entry["payload"] for entry in read_all_formed(lines.scalars(), "contact")]
    contacts = [one for one in found if one.get("other_chat") is not None]
    if not contacts:
        return []
    people = departures.counterparts(reading, rooms)
    contracted = {room.room_id for one in contracts(reading) for room in one.rooms}
    return sorted(
        OtherChat(AccountId(contact["account_id"]), RoomId(contact["other_chat"]))
        for contact in contacts
        if contact["account_id"] in people and contact["other_chat"] not in contracted
    )
