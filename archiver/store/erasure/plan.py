"""What goes with the entries that an erasure takes: replies, bytes, and the gaps that it leaves."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import count, groupby, pairwise

from sqlalchemy import select

from archiver.records import JsonObject
from archiver.records.erasure import ErasurePlan
from archiver.store import schema
from archiver.store.erasure.selection import ChosenEntry, Selection
from archiver.store.queries import current_state
from archiver.store.queries.entries import IS_WHOLE, KeptReply
from archiver.store.queries.package_entries import kept_replies
from archiver.store.time_text import from_unix
from archiver.store.transactions import Reading

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
