"""What is saved of some rooms and what is not, as a whole and within a period; direct chats outside the contracts.

Files first: those still to be downloaded, those saved, and their counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Boolean, Column, ColumnElement, Table, and_, bindparam, case, false, func, or_, select

from archiver.records import AccountId, Gap, OtherChat, RoomId, State
from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracted_rooms
from archiver.store.queries.entries import sent_within
from archiver.store.queries.looks_and_gaps import UnlistedBeginnings, holes, last_list_time, unlisted_beginnings
from archiver.store.queries.people import counterparts
from archiver.store.received_facts_and_record_forms import read_all_formed
from archiver.store.time_text import from_text, to_text
from archiver.store.working import single_reads


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
    sent: int = 0
    """When, in Unix seconds; 0: not known."""

    @property
    def is_too_large(self) -> bool:
        """Whether it is above the limit of the settings, so that nothing was tried."""
        return self.reason == "too_large"


class RoomHoldings(NamedTuple):
    """Counts of messages, files, tasks and gaps of some rooms."""

    messages: int
    files: int
    files_saved: int
    tasks: int
    unheld: tuple[MissingFile, ...]
    """Files that others sent first, then by size."""
    gaps: tuple[Gap, ...]
    beginnings: UnlistedBeginnings
    """What is missing from before the first list of each room."""
    shut: tuple[int, ...]
    """The rooms that cannot be opened."""
    last_seen: datetime | None
    """When a list of messages was last read."""


def holdings_of(reading: Reading, rooms: Collection[int]) -> RoomHoldings:
    """The holdings of these rooms, in one snapshot."""
    files = [one for room, one in file_counts(reading).items() if room in rooms]
    owner = current_state.owner_id(reading) or 0
    missing_files = [*unheld_files(reading, rooms, owner), *unlisted_files(reading, rooms)]
    return RoomHoldings(
        messages=_count_rows(reading, schema.message, rooms),
        files=sum(one.known for one in files),
        files_saved=sum(one.saved for one in files),
        tasks=_count_rows(reading, schema.task, rooms),
        unheld=tuple(sorted(missing_files, key=lambda one: (not one.theirs, one.size, one.file_id))),
        gaps=tuple(one for one in holes(reading) if one.room_id in rooms),
        beginnings=unlisted_beginnings(reading, rooms),
        shut=tuple(sorted(current_state.inaccessible_rooms(reading) & set(rooms))),
        last_seen=max((at for room in rooms if (at := last_list_time(reading, room)) is not None), default=None),
    )


def has_losses(reading: Reading, rooms: Collection[int]) -> bool:
    """Whether messages before the first list, in a gap, named and never readable, or never seen undeleted are known.

    A file counts too that was sent and never listed.
    """
    if unlisted_beginnings(reading, rooms).rooms or any(one.room_id in rooms for one in holes(reading)):
        return True
    counts = single_reads.count_items(reading, rooms)
    if counts.hidden or counts.unreadable:
        return True
    # A message was deleted before anybody saw its text here.
    is_unseen = reading.sql.execute(_UNSEEN_TEXTS, {"rooms": sorted(rooms)}).first() is not None
    return is_unseen or any(unlisted_files(reading, rooms))


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


def _count_rows(reading: Reading, table: Table, rooms: Collection[int], *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(table).where(table.c.room_id.in_(sorted(rooms)), *conditions)
    return reading.sql.execute(query).scalar() or 0


class VanishedCounts(NamedTuple):
    """Messages of one person in one room that turned to `[deleted]` or vanished."""

    deleted: int
    missing: int
    texts: int
    """How many of both whose text was saved."""


def saved_counts(reading: Reading, rooms: Collection[int], *, since: datetime, until: datetime) -> tuple[int, int]:
    """How many messages and files of these rooms were first saved after `since` and up to `until`."""
    files = schema.blob.c.state == "saved", _lies_within(schema.blob.c.saved_at, since, until)
    return (
        _count_rows(reading, schema.message, rooms, _lies_within(_MESSAGE.first_seen, since, until)),
        _count_rows(reading, schema.blob, rooms, *files),
    )


def changed_count(reading: Reading, rooms: Collection[int], *, since: datetime, until: datetime) -> int:
    """How many messages of these rooms were seen to be changed, as last seen after `since` and up to `until`."""
    is_changed = _MESSAGE.state.in_((State.EDITED, State.DELETED, State.MISSING))
    is_event = _MESSAGE.first_seen < _MESSAGE.changed_at  # what was never shown otherwise is none
    when = _lies_within(_MESSAGE.changed_at, since, until)
    return _count_rows(reading, schema.message, rooms, is_changed, when, is_event)


def _lies_within(column: Column[str], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(column > to_text(since), column <= to_text(until))


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
    people = counterparts(reading, rooms)
    contracted = contracted_rooms(reading)
    return sorted(
        OtherChat(AccountId(contact["account_id"]), RoomId(contact["other_chat"]))
        for contact in contacts
        if contact["account_id"] in people and contact["other_chat"] not in contracted
    )


class WantedFile(NamedTuple):
    """A file whose bytes are not saved, as listed, with the result of earlier attempts."""

    room_id: int
    file_id: int
    account_id: int
    size: int
    upload_time: int
    attempts: int
    next_at: str | None
    given_up: bool = False
    """Whether it had been given up and is tried only because everything is to be tried again."""
    is_gone: bool = False
    """Whether the list shows it no more."""


class FileCounts(NamedTuple):
    """Counts of a room's files: known, saved, still to be downloaded, and lost."""

    known: int
    saved: int
    pending: int
    lost: int


_FILE, _BLOB, _RETRY = schema.file.c, schema.blob.c, schema.retry.c

_SAVED = and_(_BLOB.state == "saved", _BLOB.listed_size == _FILE.size, _BLOB.listed_time == _FILE.upload_time)
"""The saved bytes are those now listed: a file replaced under the same id is downloaded again (§15, 21)."""

_TRIED = and_(_RETRY.room_id == _FILE.room_id, _RETRY.file_id == _FILE.file_id)

_LOST = and_(
    _BLOB.state == "lost",
    _BLOB.listed_size == _FILE.size,
    _BLOB.listed_time == _FILE.upload_time,
    _RETRY.file_id.is_(None),
)
"""Given up, and not being retried: a file that is retried counts as still to be downloaded."""

_FILES_WITH_BYTES = schema.file.outerjoin(
    schema.blob, and_(_BLOB.room_id == _FILE.room_id, _BLOB.file_id == _FILE.file_id)
).outerjoin(schema.retry, _TRIED)


_TOO_LARGE = and_(_BLOB.reason == "too_large", _FILE.size > bindparam("size_limit"))
_GIVEN_UP = and_(_LOST, or_(_BLOB.reason != "too_large", _TOO_LARGE))
_LEFT = and_(_GIVEN_UP, or_(_TOO_LARGE, ~bindparam("again", type_=Boolean)))

_WANTED = SmallStatement(
    select(
        _FILE.room_id,
        _FILE.file_id,
        _FILE.account_id,
        _FILE.size,
        _FILE.upload_time,
        func.coalesce(_RETRY.attempts, 0).label("attempts"),
        _RETRY.next_at,
        func.coalesce(_GIVEN_UP, false()).label("given_up"),
        (_FILE.state == "gone").label("is_gone"),
    )
    .select_from(_FILES_WITH_BYTES)
    .where(or_(_BLOB.state.is_(None), ~or_(_SAVED, _LEFT)))
    .order_by(_FILE.upload_time.desc(), _FILE.file_id.desc())
)


def wanted_files(reading: Reading, rooms: set[int] | None, *, size_limit: int, again: bool = False) -> list[WantedFile]:
    """Files of these rooms (None: all) whose bytes are neither saved nor given up, newest first.

    A file that was only too large is included when the limit (`size_limit`, bytes) was raised; `again` includes
    whatever is not saved and not too large.
    """
    files = (WantedFile(*row) for row in _WANTED.rows(reading.sql, size_limit=size_limit, again=again))
    return [one for one in files if rooms is None or one.room_id in rooms]


def file_counts(reading: Reading) -> dict[int, FileCounts]:
    """The counts of files, by room."""
    return {row[0]: _file_counts(row) for row in _COUNTS.rows(reading.sql)}


def file_counts_within(reading: Reading, room: int, bounds: Iterable[tuple[float | None, float | None]]) -> FileCounts:
    """The counts of the files of a room that were sent within these periods, in Unix seconds."""
    query = _COUNTED_FILES.where(_FILE.room_id == room, sent_within(_FILE.upload_time, bounds))
    row = reading.sql.execute(query).first()
    return FileCounts(0, 0, 0, 0) if row is None else _file_counts(row)


def _file_counts(row: Sequence[int]) -> FileCounts:
    _room, known, saved, lost = row
    return FileCounts(known, saved, known - saved - lost, lost)


_COUNTED_FILES = (
    select(
        _FILE.room_id,
        func.count(),
        func.sum(case((_SAVED, 1), else_=0)),
        func.sum(case((_LOST, 1), else_=0)),
    )
    .select_from(_FILES_WITH_BYTES)
    .group_by(_FILE.room_id)
)
_COUNTS = SmallStatement(_COUNTED_FILES)


def unheld_files(reading: Reading, rooms: Collection[int], owner: int) -> list[MissingFile]:
    """Files of these rooms whose bytes are not saved."""
    facts = (_FILE.room_id, _FILE.file_id, _FILE.account_id != owner, _FILE.name, _FILE.size)
    query = (
        select(
            *facts,
            func.coalesce(_LOST, false()),
            _FILE.state == "gone",
            case((_LOST, _BLOB.reason), else_=_RETRY.reason),
            _FILE.upload_time,
        )
        .select_from(_FILES_WITH_BYTES)
        .where(or_(_BLOB.state.is_(None), ~_SAVED), _FILE.room_id.in_(sorted(rooms)))
    )
    return [MissingFile(*row) for row in reading.sql.execute(query)]


_SIZE = re.compile(r" \([\d.,]+ [KMGT]?B\)$")
"""What follows the name of a file in its post."""


def unlisted_files(reading: Reading, rooms: Collection[int]) -> Iterator[MissingFile]:
    """Files of these rooms that were sent and in no list, as alerts tell, also those that were put aside."""
    alert = schema.alert.c
    query = select(alert.room_id, alert.message_id, alert.subject).where(alert.subject.startswith("unlisted/"))
    for room, message, subject in reading.sql.execute(query.where(alert.room_id.in_(sorted(rooms)))):
        from archiver.chatwork.notation.parse import shown_files  # here, as a quiet run reads no text

        file = int(subject.partition("/")[2])
        shown = shown_files(current_state.last_body(reading, room, int(message)))
        name = next((_SIZE.sub("", one.label) for one in shown if one.file_id == file), str(file))
        if file not in current_state.known_objects(reading, "file", room):
            yield MissingFile(room, file, True, name, 0, given_up=True, gone=False, reason="unlisted")


LONGEST_RETRY_PAUSE = timedelta(days=3)
"""The longest pause between two attempts to download a file."""


def is_due(file: WantedFile, now: datetime) -> bool:
    """Whether the pause after the last attempt is over. One that is too long was made by a wrong clock."""
    return file.next_at is None or not timedelta() < from_text(file.next_at) - now <= LONGEST_RETRY_PAUSE
