"""Which entries an erasure takes: all that only one contract holds, single messages, or what a note names once more.

What another contract holds too stays. Entries about readings, people and the room itself stay as long as any other
contract has the room.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from archiver.evidence.history import number
from archiver.records import Contract, ContractRoom
from archiver.store import schema
from archiver.store.queries.contracts import contracts
from archiver.store.queries.entries import IS_WHOLE
from archiver.store.time_text import from_text
from archiver.store.transactions import Reading

STATED = ("contract", "delivery", "attachment", "mapping", "note", "review")
"""Kinds of entries about one contract."""

_OBJECTS = ("message", "task", "file", "blob")
"""Kinds of entries in a room that belong to a time, so that one contract can hold them and another not."""

_SENT = {"message": "send_time", "file": "upload_time"}
"""Where an object says when it was sent: by that an entry is judged, as packages judge it."""

_AT_ONCE = 1_000
_ENTRY = schema.entry.c


class ChosenEntry(NamedTuple):
    """An entry that is to be erased, with what decides about it; its text is not kept in memory."""

    seq: int
    kind: str
    key: str
    room_id: int | None
    sent: int
    """When the message or file was sent, in Unix seconds; if that is not said, when it was seen."""
    message_id: str
    """The message that a task, file or attachment belongs to; empty: none."""
    sha256: str
    """Of the bytes that it names; empty: none."""


class Selection(NamedTuple):
    """The entries that are to be erased, and what stays of the same rooms."""

    entries: list[ChosenEntry]
    whole_rooms: frozenset[int] = frozenset()
    contracts: frozenset[str] = frozenset()
    kept: int = 0
    """Messages that stay, as another contract holds them."""


def select_contract(reading: Reading, contract: Contract) -> Selection:
    """All that only this contract holds: its statements, its rooms, or their times."""
    others = [one for one in contracts(reading) if one.id != contract.id]
    rooms = {room.room_id for room in contract.rooms}
    held = {room: [one for other in others for one in other.rooms if one.room_id == room] for room in rooms}
    whole = frozenset(room for room in rooms if not held[room])
    chosen = list(_entries(reading, or_(_about(contract.id), _ENTRY.room_id.in_(sorted(whole)))))
    kept = 0
    for room in sorted(rooms - whole):
        taken, stays = _unheld(reading, room, held[room])
        chosen += taken
        kept += stays
    chosen += _contacts_without_room(reading, whole)
    return Selection(sorted(chosen), whole, frozenset({contract.id}), kept)


def select_room(reading: Reading, room: int) -> Selection:
    """All of a room that no contract holds."""
    chosen = [*_entries(reading, _ENTRY.room_id == room), *_contacts_without_room(reading, {room})]
    return Selection(sorted(chosen), frozenset({room}))


def select_messages(reading: Reading, places: Collection[tuple[int, int]]) -> Selection:
    """Messages, given as (room, id), with their tasks, files, what was attached for them, and who read them when."""
    ids_of: dict[int, set[int]] = {}
    for room, message in places:
        ids_of.setdefault(room, set()).add(message)
    chosen: list[ChosenEntry] = []
    for room, ids in ids_of.items():
        chosen += _of_messages(reading, room, sorted(ids))
    named = {str(message) for _room, message in places}
    attached = list(_entries(reading, _ENTRY.kind.in_(["attachment", "review"])))
    keys = {one.key for one in attached if one.message_id in named}
    return Selection(sorted([*chosen, *(one for one in attached if one.key in keys)]))


def select_noted(reading: Reading, digests: Mapping[int, str]) -> Selection:
    """The entries that a note of an erasure names and that are there again: an older database was put back."""
    if not digests:
        return Selection([])
    within = _ENTRY.seq.between(min(digests), max(digests))
    query = select(_ENTRY.seq, _ENTRY.digest).where(within, IS_WHOLE)
    rows = reading.sql.execute(query.execution_options(yield_per=_AT_ONCE))
    again = {seq for seq, digest in rows if digests.get(seq) == digest}
    if not again:
        return Selection([])
    chosen = [one for one in _entries(reading, _ENTRY.seq >= min(again)) if one.seq in again]
    stated = frozenset(one.key.split("/")[1] for one in chosen if one.kind == "contract")
    rooms = {one.room_id for one in chosen if one.room_id is not None}
    left = select(_ENTRY.seq, _ENTRY.room_id).where(_ENTRY.room_id.in_(sorted(rooms)), IS_WHOLE)
    partly = {row.room_id for row in reading.sql.execute(left) if row.seq not in again}
    return Selection(chosen, frozenset(rooms - partly), stated)


def _entries(reading: Reading, where: ColumnElement[bool]) -> Iterator[ChosenEntry]:
    columns = (_ENTRY.seq, _ENTRY.kind, _ENTRY.key, _ENTRY.room_id, _ENTRY.observed_at, _ENTRY.line)
    query = select(*columns).where(where, IS_WHOLE).order_by(_ENTRY.seq).execution_options(yield_per=_AT_ONCE)
    for row in reading.sql.execute(query):
        payload = json.loads(row.line)["payload"]
        received = payload.get("object", {})
        said = number(received.get(_SENT.get(row.kind))) or number(payload.get("listed_time"))
        sent = said or int(from_text(row.observed_at).timestamp())
        message = str(received.get("message_id") or payload.get("message_id") or "")
        yield ChosenEntry(row.seq, row.kind, row.key, row.room_id, sent, message, str(payload.get("sha256") or ""))


def _about(contract: str) -> ColumnElement[bool]:
    keys = [f"{kind}/{contract}" for kind in STATED]
    stated = or_(_ENTRY.key.in_(keys), *(_ENTRY.key.startswith(f"{key}/", autoescape=True) for key in keys))
    return and_(_ENTRY.room_id.is_(None), _ENTRY.kind.in_(STATED), stated)


def _unheld(reading: Reading, room: int, held: Collection[ContractRoom]) -> tuple[list[ChosenEntry], int]:
    """The entries of a room that lie in no period of another contract, and the number of messages that do."""
    entries = list(_entries(reading, and_(_ENTRY.room_id == room, _ENTRY.kind.in_(_OBJECTS))))
    times: dict[str, int] = {}
    for one in entries:  # the first entry of a subject decides for all
        times.setdefault(_subject(one), one.sent)
    stays = {subject for subject, at in times.items() if any(_contains(period, at) for period in held)}
    taken = [one for one in entries if _subject(one) not in stays]
    return taken, sum(subject.startswith("message/") for subject in stays)


def _subject(entry: ChosenEntry) -> str:
    """A file and its bytes have different keys but one subject."""
    return f"file/{entry.key.rpartition('/')[2]}" if entry.kind == "blob" else entry.key


def _contains(room: ContractRoom, at: int) -> bool:
    return (room.start is None or room.start.timestamp() <= at) and (room.end is None or at < room.end.timestamp())


def _of_messages(reading: Reading, room: int, ids: Sequence[int]) -> Iterator[ChosenEntry]:
    """The entries of these messages, of their tasks and files, and of the files' bytes."""
    for start in range(0, len(ids), _AT_ONCE // 2):
        named = [str(one) for one in ids[start : start + _AT_ONCE // 2]]
        keys = [f"message/{one}" for one in named]
        for table, column, kinds in (
            (schema.task.c, schema.task.c.task_id, ("task",)),
            (schema.file.c, schema.file.c.file_id, ("file", f"blob/{room}")),
        ):
            query = select(column).where(table.room_id == room, table.message_id.in_(named))
            keys += [f"{kind}/{ident}" for ident in reading.sql.execute(query).scalars() for kind in kinds]
        for at in range(0, len(keys), _AT_ONCE // 2):
            yield from _entries(reading, and_(_ENTRY.room_id == room, _ENTRY.key.in_(keys[at : at + _AT_ONCE // 2])))


def _contacts_without_room(reading: Reading, whole: Collection[int]) -> Iterable[ChosenEntry]:
    """The records of contacts who are in no other room."""
    if not whole:
        return []
    left = select(schema.person.c.account_id).where(schema.person.c.room_id.not_in(sorted(whole)))
    members = select(schema.member.c.account_id).where(schema.member.c.room_id.not_in(sorted(whole)))
    accounts = {str(account) for (account,) in reading.sql.execute(left.union(members))}
    return [one for one in _entries(reading, _ENTRY.kind == "contact") if one.key.partition("/")[2] not in accounts]
