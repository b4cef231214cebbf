"""What is saved of some rooms and what is not, for the emergency page and for all that says whether it is whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, func, select

from archiver.evidence.history import number
from archiver.records import State
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.files import file_counts, file_counts_of_others, unheld_files
from archiver.store.queries.gaps import UnlistedBeginnings, holes, unlisted_beginnings
from archiver.store.queries.last_looks import last_list_time
from archiver.store.working import backfill_queue


@dataclass(frozen=True, slots=True)
class MissingFile:
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


@dataclass(frozen=True, slots=True)
class RoomHoldings:
    """Counts of messages, files, tasks and gaps of some rooms."""

    messages: int
    files: int
    files_saved: int
    their_files: int
    their_files_saved: int
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
    theirs = [one for room, one in file_counts_of_others(reading, owner).items() if room in rooms]
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
        their_files=sum(one.known for one in theirs),
        their_files_saved=sum(one.saved for one in theirs),
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
