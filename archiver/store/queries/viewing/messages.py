"""Pages of a room's messages in the order of their ids: all their texts, when they were seen, and what proves them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import NamedTuple, TypeVar

from archiver.evidence.history import EntryObject, account_of, number, text
from archiver.records import AccountId, Message, MessageId, MessageKind, ObservedBy, RoomId, State, Version
from archiver.store.archive import Reading
from archiver.store.queries.entries import entries_at
from archiver.store.time_text import from_text, sent_at
from archiver.store.working.stamp_queue import StoredStamp, stamps_by_seal

MANY = 1_000
"""Readings that are gone through for a page; a message that none of them had is then looked up by itself."""

_OVERLAPPING = (
    "SELECT seq, observed_at, oldest, newest, {ids} FROM {table}"
    " WHERE room_id = ? AND seq > ? AND oldest <= ? AND newest >= ? ORDER BY seq DESC"
)
_WINDOWS = _OVERLAPPING.format(table="window", ids="absent")
_READINGS = _OVERLAPPING.format(table="reading", ids="ids")
_ONE_WINDOW = f"SELECT observed_at FROM ({_WINDOWS}) WHERE instr(absent, ?) = 0 LIMIT 1"  # noqa: S608 - our own names
_ONE_READING = f"SELECT observed_at FROM ({_READINGS}) WHERE instr(ids, ?) > 0 LIMIT 1"  # noqa: S608 - likewise


def last_seen(reading: Reading, room: int, last_entries: Mapping[int, int]) -> dict[int, str]:
    """The time of the last reading that showed each message, where one is later than the message's last entry.

    `last_entries` has the number of the last entry by position.
    """
    listed = _latest(reading, room, last_entries, singly=False)
    singly = _latest(reading, room, last_entries, singly=True)
    return listed | {one: max(at, listed.get(one, at)) for one, at in singly.items()}


def _latest(reading: Reading, room: int, last_entries: Mapping[int, int], *, singly: bool) -> dict[int, str]:
    """The time of the last list that showed each message, or (`singly`) of the last time it was read by itself."""
    found: dict[int, str] = {}
    waiting = dict(last_entries)
    if not waiting:
        return found
    bounds = (room, min(waiting.values()), max(waiting), min(waiting))
    with closing(reading.driver.execute(_READINGS if singly else _WINDOWS, bounds)) as rows:
        for number, (seq, at, oldest, newest, ids) in enumerate(rows):
            positions = {int(one) for one in json.loads(ids)} if ids != "[]" else set()
            for position in [pos for pos in waiting if _has(pos, positions, oldest, newest, singly=singly)]:
                last = waiting.pop(position)
                if seq > last:
                    found[position] = at
            if not waiting or number == MANY:
                break
        else:
            waiting.clear()
    for position, last in waiting.items():
        values = (room, last, position, position, f'"{position}"')
        row = reading.driver.execute(_ONE_READING if singly else _ONE_WINDOW, values).fetchone()
        if row is not None:
            found[position] = row[0]
    return found


def _has(position: int, positions: set[int], oldest: int, newest: int, *, singly: bool) -> bool:
    if singly:
        return position in positions
    return oldest <= position <= newest and position not in positions


# --- before the entry that records a change ---------------------------------------------------------

MANY_BEFORE = 500
"""Readings before the entry that are searched; a vanished message was nearly always in one of the last lists."""

_VERSION = (
    "SELECT last_seen FROM message_version WHERE room_id = ? AND position = ? AND seq < ? ORDER BY number DESC LIMIT 1"
)
_BEFORE = """
    SELECT observed_at FROM (
        SELECT observed_at, oldest, newest, {ids} FROM {table}
        WHERE room_id = ?1 AND seq < ?3 ORDER BY seq DESC LIMIT ?4
    ) WHERE ?2 BETWEEN oldest AND newest AND (instr({ids}, '"' || ?2 || '"') > 0) = {is_named} LIMIT 1
"""
_LISTED = _BEFORE.format(table="window", ids="absent", is_named=0)
_SINGLY = _BEFORE.format(table="reading", ids="ids", is_named=1)
_ENTRY = "SELECT observed_at FROM entry WHERE key = ? AND room_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1"


def text_seen_before(reading: Reading, room: int, message_id: str, seq: int) -> datetime | None:
    """When the text before an entry was last seen; None if that text is still shown."""
    row = reading.driver.execute(_VERSION, (room, int(message_id), seq)).fetchone()
    return None if row is None or row[0] is None else from_text(row[0])


def message_seen_before(reading: Reading, room: int, message_id: str, seq: int) -> datetime | None:
    """When a message was last shown before an entry; None if never or long ago."""
    position = int(message_id)
    cursors = [reading.driver.execute(query, (room, position, seq, MANY_BEFORE)) for query in (_LISTED, _SINGLY)]
    cursors.append(reading.driver.execute(_ENTRY, (f"message/{position}", room, seq)))
    times = [row[0] for row in (one.fetchone() for one in cursors) if row is not None]
    return from_text(max(times)) if times else None


class Proof(NamedTuple):
    """The entry of one text with the seal and time stamps that cover it."""

    seq: int
    digest: str
    seal: int | None
    """The number of the seal; None if the entry is not sealed yet."""
    day: str | None
    """The day of the seal in Tokyo."""
    times: Sequence[StoredStamp]


_VERSION_DIGESTS = (
    "SELECT e.seq, e.digest FROM message_version v JOIN entry e ON e.seq = v.seq"
    " WHERE v.room_id = ? AND v.position = ? ORDER BY v.number"
)
_SEAL = "SELECT number, day FROM seal WHERE first <= ?1 AND last >= ?1"


def proofs(reading: Reading, room: int, position: int) -> list[Proof]:
    """The proof of each text of a message, in the order of its versions."""
    rows = reading.driver.execute(_VERSION_DIGESTS, (room, position)).fetchall()
    return [_proof(reading, seq, digest) for seq, digest in rows]


def _proof(reading: Reading, seq: int, digest: str) -> Proof:
    number, day = reading.driver.execute(_SEAL, (seq,)).fetchone() or (None, None)
    return Proof(seq, digest, number, day, () if number is None else stamps_by_seal(reading, number).get(number, ()))


TEXT_BYTES_LIMIT = 150_000
"""The limit of bytes of all texts of a page; one message always fits."""

FIRST, LAST = -1, 2**63 - 1
"""Positions before and after every message."""


One = TypeVar("One")


def first_fitting(rows: Iterable[One], size: Callable[[One], int], limit: int, *, least: int = 1) -> list[One]:
    """The first rows whose sizes are together within a limit, but at least so many."""
    fitting: list[One] = []
    for row in rows:
        limit -= size(row)
        if limit < 0 and len(fitting) >= least:
            break
        fitting.append(row)
    return fitting


class MessagePage(NamedTuple):
    """Consecutive messages of a room."""

    messages: list[Message]
    has_earlier: bool
    """Whether the room has messages before these."""
    has_later: bool
    """Whether the room has messages after these."""


class _StoredMessage(NamedTuple):
    position: int
    message_id: str
    state: str
    kind: str
    first_seen: str
    changed_at: str
    seq: int
    versions: list[_Version]


class _Version(NamedTuple):
    seq: int
    first_seen: str
    last_seen: str | None
    size: int


def page_after(reading: Reading, room: int, position: int, limit: int) -> MessagePage:
    """The first messages after a position (a message's id as a number), at most `limit`."""
    stored = first_fitting(_walk(reading, room, position, limit, forwards=True), _size, TEXT_BYTES_LIMIT)
    return _page(reading, room, stored)


def page_before(reading: Reading, room: int, position: int, limit: int) -> MessagePage:
    """The last messages before a position, at most `limit`."""
    stored = first_fitting(_walk(reading, room, position, limit, forwards=False), _size, TEXT_BYTES_LIMIT)
    return _page(reading, room, stored[::-1])


def page_around(reading: Reading, room: int, position: int, limit: int) -> MessagePage:
    """Messages on both sides of a position, the one at it included; at most `limit`."""
    before = _walk(reading, room, position, limit // 2, forwards=False)
    earlier = first_fitting(before, _size, TEXT_BYTES_LIMIT // 2, least=0)
    rest = TEXT_BYTES_LIMIT - sum(map(_size, earlier))
    later = first_fitting(_walk(reading, room, position - 1, limit - len(earlier), forwards=True), _size, rest)
    if not later:  # the position lies after the last message
        return page_before(reading, room, position, limit)
    return _page(reading, room, earlier[::-1] + later)


def message_by_id(reading: Reading, room: int, message_id: str) -> Message | None:
    """The message with this id; None if the room has none."""
    if not (message_id.isascii() and message_id.isdigit()) or int(message_id) > LAST:
        return None
    position = int(message_id)
    stored = [found for found in _walk(reading, room, position - 1, 1, forwards=True) if found.position == position]
    return next(_messages(reading, room, stored), None)


# --- which of them -------------------------------------------------------------------------------

_COLUMNS = "position, message_id, state, kind, first_seen, changed_at, seq"
_FORWARDS = f"SELECT {_COLUMNS} FROM message WHERE room_id = ? AND position > ? ORDER BY position LIMIT ?"  # noqa: S608 - our own names
_BACKWARDS = f"SELECT {_COLUMNS} FROM message WHERE room_id = ? AND position < ? ORDER BY position DESC LIMIT ?"  # noqa: S608 - likewise
_VERSIONS = (
    "SELECT seq, first_seen, last_seen, length(CAST(body AS BLOB)) FROM message_version"
    " WHERE room_id = ? AND position = ? ORDER BY number"
)


def _walk(reading: Reading, room: int, position: int, limit: int, *, forwards: bool) -> Iterator[_StoredMessage]:
    rows = reading.driver.execute(_FORWARDS if forwards else _BACKWARDS, (room, position, limit)).fetchall()
    for row in rows:
        versions = [_Version(*one) for one in reading.driver.execute(_VERSIONS, (room, row[0]))]
        yield _StoredMessage._make((*row, versions))


def _size(stored: _StoredMessage) -> int:
    return sum(version.size for version in stored.versions)


def _page(reading: Reading, room: int, stored: list[_StoredMessage]) -> MessagePage:
    if not stored:
        return MessagePage([], has_earlier=False, has_later=False)
    first, last = stored[0].position, stored[-1].position
    return MessagePage(
        list(_messages(reading, room, stored)),
        has_earlier=reading.driver.execute(_BACKWARDS, (room, first, 1)).fetchone() is not None,
        has_later=reading.driver.execute(_FORWARDS, (room, last, 1)).fetchone() is not None,
    )


# --- rows and entries -> records -----------------------------------------------------------------


def _messages(reading: Reading, room: int, stored: list[_StoredMessage]) -> Iterator[Message]:
    last_entries = {one.position: one.seq for one in stored if one.versions[-1].last_seen is None}
    seen_at = last_seen(reading, room, last_entries)
    for message in stored:
        entries = entries_at(reading, {message.seq, *(version.seq for version in message.versions)})
        yield _message(room, message, entries, seen_at.get(message.position))


def _message(room: int, stored: _StoredMessage, entries: dict[int, EntryObject], seen_at: str | None) -> Message:
    latest = entries[stored.seq]
    facts, first_seen = latest["payload"]["object"], from_text(stored.first_seen)
    first = entries[stored.versions[0].seq]["payload"]["object"]  # it has the name of that time
    until = max(latest["observed_at"], seen_at or "")
    return Message(
        no=0,
        room_id=RoomId(room),
        message_id=MessageId(stored.message_id),
        account_id=AccountId(number(account_of(facts).get("account_id"))),
        name=text(account_of(first).get("name")),
        send_time=sent_at(number(facts.get("send_time"))) or first_seen,
        update_time=number(facts.get("update_time")),
        state=State(stored.state),
        body=text(facts.get("body")),
        versions=tuple(_version(version, entries[version.seq], until) for version in stored.versions),
        first_seen=first_seen,
        changed_at=from_text(stored.changed_at),
        entry_seq=stored.seq,
        source=ObservedBy(latest["payload"]["source"]),
        kind=MessageKind(stored.kind),
    )


def _version(version: _Version, entry: EntryObject, until: str) -> Version:
    facts = entry["payload"]["object"]
    return Version(
        text(facts.get("body")),
        number(facts.get("update_time")),
        from_text(version.first_seen),
        from_text(until if version.last_seen is None else version.last_seen),
    )
