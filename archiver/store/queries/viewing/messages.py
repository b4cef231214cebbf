"""Pages of a room's messages in the order of their ids, each with all its texts and when they were seen.

The records are those of a package, but without numbers. Texts come from the entries, exactly as received; intervals
from the readable tables, and the end of the last one from the readings.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archiver.evidence.history import EntryObject, account_of, number, text
from archiver.records import AccountId, Message, MessageId, MessageKind, ObservedBy, RoomId, State, Version
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.queries.viewing.last_seen import last_seen
from archiver.store.queries.viewing.parsed_entries import entries_at
from archiver.store.time_text import from_text, sent_at

TEXT_BYTES_LIMIT = 150_000
"""The limit of bytes of all texts of a page; one message always fits."""

_FIRST, _LAST = -1, 2**63 - 1
"""Positions before and after every message."""


class MessagePage(NamedTuple):
    """Consecutive messages of a room."""

    messages: list[Message]
    has_earlier: bool
    """Whether the room has messages before these."""
    has_later: bool
    """Whether the room has messages after these."""


class _MessageRow(NamedTuple):
    position: int
    message_id: str
    state: str
    kind: str
    first_seen: str
    changed_at: str
    seq: int


class _Version(NamedTuple):
    seq: int
    first_seen: str
    last_seen: str | None
    size: int


class _StoredMessage(NamedTuple):
    row: _MessageRow
    versions: list[_Version]


def page_after(reading: Reading, room: int, position: int, limit: int) -> MessagePage:
    """The first messages after a position (a message's id as a number), at most `limit`."""
    source = driver_connection(reading.sql)
    stored = list(_fitting_messages(_walk(source, room, position, limit, forwards=True), TEXT_BYTES_LIMIT))
    return _page(source, room, stored)


def page_before(reading: Reading, room: int, position: int, limit: int) -> MessagePage:
    """The last messages before a position, at most `limit`."""
    source = driver_connection(reading.sql)
    stored = list(_fitting_messages(_walk(source, room, position, limit, forwards=False), TEXT_BYTES_LIMIT))
    return _page(source, room, stored[::-1])


def page_around(reading: Reading, room: int, position: int, limit: int) -> MessagePage:
    """Messages on both sides of a position, the one at it included; at most `limit`."""
    source = driver_connection(reading.sql)
    earlier = list(
        _fitting_messages(_walk(source, room, position, limit // 2, forwards=False), TEXT_BYTES_LIMIT // 2, least=0)
    )
    rest = TEXT_BYTES_LIMIT - sum(map(_size, earlier))
    later = list(_fitting_messages(_walk(source, room, position - 1, limit - len(earlier), forwards=True), rest))
    if not later:  # the position lies after the last message
        return page_before(reading, room, position, limit)
    return _page(source, room, earlier[::-1] + later)


def newest_page(reading: Reading, room: int, limit: int) -> MessagePage:
    """The newest messages of a room."""
    return page_before(reading, room, _LAST, limit)


def oldest_page(reading: Reading, room: int, limit: int) -> MessagePage:
    """The oldest messages of a room."""
    return page_after(reading, room, _FIRST, limit)


def message_by_id(reading: Reading, room: int, message_id: str) -> Message | None:
    """The message with this id; None if the room has none."""
    if not (message_id.isascii() and message_id.isdigit()) or int(message_id) > _LAST:
        return None
    source, position = driver_connection(reading.sql), int(message_id)
    stored = [found for found in _walk(source, room, position - 1, 1, forwards=True) if found.row.position == position]
    return next(_messages(source, room, stored), None)


# --- which of them -------------------------------------------------------------------------------

_COLUMNS = "position, message_id, state, kind, first_seen, changed_at, seq"
_FORWARDS = f"SELECT {_COLUMNS} FROM message WHERE room_id = ? AND position > ? ORDER BY position LIMIT ?"  # noqa: S608 - our own names
_BACKWARDS = f"SELECT {_COLUMNS} FROM message WHERE room_id = ? AND position < ? ORDER BY position DESC LIMIT ?"  # noqa: S608 - likewise
_VERSIONS = (
    "SELECT seq, first_seen, last_seen, length(CAST(body AS BLOB)) FROM message_version"
    " WHERE room_id = ? AND position = ? ORDER BY number"
)


def _walk(
    source: sqlite3.Connection, room: int, position: int, limit: int, *, forwards: bool
) -> Iterator[_StoredMessage]:
    rows = source.execute(_FORWARDS if forwards else _BACKWARDS, (room, position, limit)).fetchall()
    for row in rows:
        yield _StoredMessage(
            _MessageRow(*row), [_Version(*version) for version in source.execute(_VERSIONS, (room, row[0]))]
        )


def _fitting_messages(
    candidates: Iterable[_StoredMessage], bytes_left: int, *, least: int = 1
) -> Iterator[_StoredMessage]:
    """The first messages that have no more than `bytes_left` together, but at least `least` of them."""
    for index, stored in enumerate(candidates):
        bytes_left -= _size(stored)
        if bytes_left < 0 and index >= least:
            return
        yield stored


def _size(stored: _StoredMessage) -> int:
    return sum(version.size for version in stored.versions)


def _page(source: sqlite3.Connection, room: int, stored: list[_StoredMessage]) -> MessagePage:
    if not stored:
        return MessagePage([], has_earlier=False, has_later=False)
    first, last = stored[0].row.position, stored[-1].row.position
    return MessagePage(
        list(_messages(source, room, stored)),
        has_earlier=source.execute(_BACKWARDS, (room, first, 1)).fetchone() is not None,
        has_later=source.execute(_FORWARDS, (room, last, 1)).fetchone() is not None,
    )


# --- rows and entries -> records -----------------------------------------------------------------


def _messages(source: sqlite3.Connection, room: int, stored: list[_StoredMessage]) -> Iterator[Message]:
    last_entries = {one.row.position: one.row.seq for one in stored if one.versions[-1].last_seen is None}
    seen_at = last_seen(source, room, last_entries)
    for message in stored:
        entries = entries_at(source, {message.row.seq, *(version.seq for version in message.versions)})
        yield _message(room, message, entries, seen_at.get(message.row.position))


def _message(room: int, stored: _StoredMessage, entries: dict[int, EntryObject], seen_at: str | None) -> Message:
    row, latest = stored.row, entries[stored.row.seq]
    facts, first_seen = latest["payload"]["object"], from_text(row.first_seen)
    first = entries[stored.versions[0].seq]["payload"]["object"]  # it has the name of that time
    until = max(latest["observed_at"], seen_at or "")
    return Message(
        no=0,
        room_id=RoomId(room),
        message_id=MessageId(row.message_id),
        account_id=AccountId(number(account_of(facts).get("account_id"))),
        name=text(account_of(first).get("name")),
        send_time=sent_at(number(facts.get("send_time"))) or first_seen,
        update_time=number(facts.get("update_time")),
        state=State(row.state),
        body=text(facts.get("body")),
        versions=tuple(_version(version, entries[version.seq], until) for version in stored.versions),
        first_seen=first_seen,
        changed_at=from_text(row.changed_at),
        entry_seq=row.seq,
        source=ObservedBy(latest["payload"]["source"]),
        kind=MessageKind(row.kind),
    )


def _version(version: _Version, entry: EntryObject, until: str) -> Version:
    facts = entry["payload"]["object"]
    return Version(
        text(facts.get("body")),
        number(facts.get("update_time")),
        from_text(version.first_seen),
        from_text(until if version.last_seen is None else version.last_seen),
    )
