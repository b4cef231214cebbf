"""What an erasure takes: the entries of a contract, of single messages or of a note, and what goes with them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import cache
from itertools import count, groupby, pairwise
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from archiver.evidence.history import number
from archiver.records import Contract, ContractRoom, JsonObject
from archiver.records.evidence import ErasurePlan
from archiver.store import schema
from archiver.store.engine import Reading
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.store.queries.entries import IS_WHOLE, KeptReply, is_about, kept_replies
from archiver.store.rows import among, by_room
from archiver.store.time_text import from_text, from_unix

STATEMENT_KINDS = ("contract", "delivery", "attachment", "mapping", "note", "review")
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
    chosen: list[ChosenEntry] = []
    for room, ids in by_room(places).items():
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
    noted = _ENTRY.key.startswith(f"twin/{contract.removeprefix('id')}/", autoescape=True)  # a job about an account
    return or_(noted, is_about(contract, STATEMENT_KINDS))


def _unheld(reading: Reading, room: int, held: Collection[ContractRoom]) -> tuple[list[ChosenEntry], int]:
    """The entries of a room that lie in no period of another contract, and the number of messages that do."""
    entries = list(_entries(reading, and_(_ENTRY.room_id == room, _ENTRY.kind.in_(_OBJECTS))))
    times: dict[str, datetime] = {}
    for one in entries:  # the first entry of a subject decides for all
        times.setdefault(_subject(one), datetime.fromtimestamp(min(max(one.sent, 0), 2**36), UTC))
    stays = {subject for subject, at in times.items() if any(period.contains(at) for period in held)}
    taken = [one for one in entries if _subject(one) not in stays]
    return taken, sum(subject.startswith("message/") for subject in stays)


def _subject(entry: ChosenEntry) -> str:
    """A file and its bytes have different keys but one subject."""
    return f"file/{entry.key.rpartition('/')[2]}" if entry.kind == "blob" else entry.key


def _of_messages(reading: Reading, room: int, ids: Sequence[int]) -> Iterator[ChosenEntry]:
    """The entries of these messages, of their tasks and files, and of the files' bytes."""
    keys = [f"message/{one}" for one in ids]
    for table, column, kinds in (
        (schema.task.c, schema.task.c.task_id, ("task",)),
        (schema.file.c, schema.file.c.file_id, ("file", f"blob/{room}")),
    ):
        query = select(column).where(table.room_id == room, among(table.message_id, map(str, ids)))
        keys += [f"{kind}/{ident}" for ident in reading.sql.execute(query).scalars() for kind in kinds]
    return _entries(reading, and_(_ENTRY.room_id == room, among(_ENTRY.key, keys)))


def _contacts_without_room(reading: Reading, whole: Collection[int]) -> Iterable[ChosenEntry]:
    """The records of contacts who are in no other room, and of accounts with the name of somebody who is in none."""
    if not whole:
        return []
    left = select(schema.person.c.account_id).where(schema.person.c.room_id.not_in(sorted(whole)))
    members = select(schema.member.c.account_id).where(schema.member.c.room_id.not_in(sorted(whole)))
    accounts = {str(account) for (account,) in reading.sql.execute(left.union(members))}
    found = _entries(reading, _ENTRY.kind.in_(("contact", "twin")))
    return [one for one in found if one.key.rpartition("/")[2] not in accounts]


ERASED_GAP = "erased"
"""The reason of a gap that an erasure left."""

_NUMBER = re.compile(r"\d+")
_ANSWERED = re.compile(r"to=(\d+)-(\d+)\]")
_ID_NAMES = {"message": "message_id", "file": "file_id", "task": "task_id"}


def make_plan(reading: Reading, selection: Selection) -> ErasurePlan:
    """All that goes with the chosen entries."""
    chosen = selection.entries
    ids = {kind: _ids_by_room(chosen, kind) for kind in _ID_NAMES}
    gone, shared = _bytes_of(reading, chosen)
    return ErasurePlan(
        numbers=tuple(_ranges([one.seq for one in chosen])),
        kinds=Counter(one.kind for one in chosen),
        messages=ids["message"],
        files=ids["file"],
        tasks=ids["task"],
        whole_rooms=selection.whole_rooms,
        contracts=selection.contracts,
        replies=tuple(_replies_with(reading, ids, selection.whole_rooms)),
        blobs=gone,
        shared_blobs=len(shared),
        kept=selection.kept,
        quoting=_count_answers(reading, ids["message"]),
        gaps=tuple(_gaps(reading, chosen, selection.whole_rooms)),
    )


def _ids_by_room(chosen: Iterable[ChosenEntry], kind: str) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for one in chosen:
        if one.kind == kind and one.room_id is not None:
            found.setdefault(one.room_id, set()).add(int(one.key.partition("/")[2]))
    return {room: frozenset(ids) for room, ids in found.items()}


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as ranges."""
    if not numbers:
        return
    first = numbers[0]
    for before, after in pairwise(numbers):
        if after != before + 1:
            yield first, before
            first = after
    yield first, numbers[-1]


def _bytes_of(reading: Reading, chosen: Collection[ChosenEntry]) -> tuple[frozenset[str], frozenset[str]]:
    """The digests of bytes that go, and of those that stay, as an entry that stays names them too."""
    named = {one.sha256 for one in chosen if one.kind in ("blob", "attachment")} - {""}
    numbers = {one.seq for one in chosen}
    table = schema.entry.c
    query = select(table.seq, table.line).where(table.kind.in_(("blob", "attachment")), IS_WHOLE)
    staying = {
        str(json.loads(line)["payload"].get("sha256")) for seq, line in reading.sql.execute(query) if seq not in numbers
    }
    return frozenset(named - staying), frozenset(named & staying)


# --- replies ---------------------------------------------------------------------------------------


def _replies_with(
    reading: Reading, ids: Mapping[str, Mapping[int, Collection[int]]], whole_rooms: Collection[int]
) -> Iterator[str]:
    """Digests of the kept replies that hold one of the erased objects, or are of a room of which nothing is left."""
    rooms = {room for by_room in ids.values() for room in by_room} | set(whole_rooms)

    @cache
    def names_in(room: int | None) -> Mapping[str, AbstractSet[str]]:
        found = {name: ids[kind].get(room, ()) if room is not None else () for kind, name in _ID_NAMES.items()}
        return {name: frozenset(map(str, numbers)) for name, numbers in found.items()}

    for reply in kept_replies(reading, rooms):
        if reply.room_id in whole_rooms or _holds_any(reply, names_in(reply.room_id)):
            yield reply.digest


def _holds_any(reply: KeptReply, names: Mapping[str, AbstractSet[str]]) -> bool:
    try:
        received = json.loads(reply.body or b"")
    except ValueError:  # a 404 has no body; what cannot be read is judged by the ids that stand in it
        written = set(_NUMBER.findall(f"{reply.path} {(reply.body or b'').decode('utf-8', 'replace')}"))
        return any(not written.isdisjoint(ids) for ids in names.values())
    objects = received if isinstance(received, list) else [received]
    return any(
        str(one.get(name)) in ids for one in objects if isinstance(one, dict) for name, ids in names.items() if ids
    )


def _count_answers(reading: Reading, erased: Mapping[int, AbstractSet[int]]) -> int:
    """The messages that stay and answer one of those that go; what they quote of it stays with them."""
    table, found = schema.message_version.c, set[tuple[int, int]]()
    for room, ids in erased.items():
        query = select(table.room_id, table.position, table.body).where(table.body.contains(f"to={room}-"))
        for row in reading.sql.execute(query):
            if row.position in erased.get(row.room_id, ()):
                continue
            named = {int(message) for to, message in _ANSWERED.findall(row.body) if int(to) == room}
            if not named.isdisjoint(ids):
                found.add((row.room_id, row.position))
    return len(found)


# --- gaps ------------------------------------------------------------------------------------------


def _gaps(reading: Reading, chosen: Iterable[ChosenEntry], whole_rooms: Collection[int]) -> Iterator[JsonObject]:
    """The gaps that are left in rooms of which something stays: one for each stretch of erased messages."""
    sent: dict[int, dict[int, int]] = {}
    for one in chosen:
        if one.kind == "message" and one.room_id is not None and one.room_id not in whole_rooms:
            sent.setdefault(one.room_id, {})[int(one.key.partition("/")[2])] = one.sent
    table = schema.message.c
    for room, times in sorted(sent.items()):
        number = count(current_state.next_gap_number(reading, room))
        query = select(table.position).where(table.room_id == room).order_by(table.position)
        stretches = [list(ids) for _gone, ids in groupby(reading.sql.execute(query).scalars(), times.__contains__)]
        for position, ids in enumerate(stretches):
            if ids[0] in times:
                after, before = stretches[position - 1 : position], stretches[position + 1 : position + 2]
                yield {
                    "room": room,
                    "number": next(number),
                    "after": str(after[0][-1] if after else ids[0] - 1),
                    "before": str(before[0][0] if before else ids[-1] + 1),
                    "from": from_unix(times[ids[0]]),
                    "to": from_unix(times[ids[-1]]),
                    "missing": len(ids),
                    "reason": ERASED_GAP,
                }
