"""The last list of messages of each room, and the looks since then that showed the same: what `steady` entries say.

A working table. A room has a row as long as no entry about its messages came after its last window, so that a list
that equals the row's would make no entry; whoever loses the rows loses nothing but the last looks.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from archiver.evidence.looks import code_intervals, decode_intervals
from archiver.records import JsonObject, SteadyLooks
from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement, Writing
from archiver.store.rows import upsert_rows
from archiver.store.time_text import from_text, to_text

SAME_BYTES, SAME_OBJECTS = "bytes", "objects"
"""How a look was the same as the window: the whole reply, or what was parsed of it."""


class LastList(msgspec.Struct, frozen=True):
    """The last list of a room, by its `window` entry."""

    room_id: int
    seq: int
    account_id: int | None
    body: str
    """Plain SHA-256 of the reply's bytes."""
    objects: str
    """SHA-256 of the objects as JSON with sorted keys."""
    oldest: str | None
    newest: str | None
    count: int
    message_num: int | None
    limited: bool


class SameList(NamedTuple):
    """A look that showed the same list as the window with this number."""

    room_id: int
    seq: int
    at: datetime
    same: str


_TABLE = schema.last_list.c
_ALL = SmallStatement(select(schema.last_list).order_by(_TABLE.room_id))
_OF_ROOM = SmallStatement(select(schema.last_list).where(_TABLE.room_id == bindparam("room")))
_LOOKED_AT = SmallStatement(select(schema.last_list).where(_TABLE.times.is_not(None)).order_by(_TABLE.room_id))
_OLDEST = SmallStatement(select(func.min(_TABLE.first)).where(_TABLE.times.is_not(None)))
NO_LOOKS = dict.fromkeys(("same", "first", "last", "times", "longest_s", "looks"))


def find_last_list(reading: Reading, room: int) -> LastList | None:
    """The last list of a room; None if the next one must be compared with the archive."""
    rows = _OF_ROOM.mappings(reading.sql, room=room)
    return LastList(**{name: rows[0][name] for name in LastList.__struct_fields__}) if rows else None


def put_last_list(writing: Writing, last_list: LastList) -> None:
    """Store the list that the room's newest `window` entry is about; it has no looks yet."""
    upsert_rows(writing.sql, schema.last_list, [msgspec.structs.asdict(last_list) | NO_LOOKS])


def add_looks(writing: Writing, looks: Sequence[SameList]) -> None:
    """Count looks, oldest first; one whose window is not the room's last list any more is not counted."""
    rows = {row["room_id"]: row for row in _ALL.mappings(writing.sql)}
    counted: dict[int, dict[str, Any]] = {}
    for look in looks:
        row = counted.get(look.room_id) or rows.get(look.room_id)
        if row is not None and row["seq"] == look.seq:
            counted[look.room_id] = row | _with_look(row, look)
    upsert_rows(writing.sql, schema.last_list, counted.values())


def running_looks(reading: Reading) -> dict[int, SteadyLooks]:
    """The looks of each room that no entry has yet."""
    found = ((row["room_id"], _steady_looks(row)) for row in _LOOKED_AT.mappings(reading.sql))
    return {room: looks for room, looks in found if looks is not None}


def oldest_look(reading: Reading) -> str | None:
    """When the oldest of the looks was that no entry has yet, as text; None: there is none."""
    at: str | None = _OLDEST.value(reading.sql)
    return at


def end_looks(writing: Writing, rooms: Collection[int] | None = None) -> list[tuple[int, int | None, JsonObject]]:
    """Take the looks of these rooms (None: of all): room, account and payload of the entries that are made of them."""
    ended = [
        (row["room_id"], row["account_id"], _payload(row, looks))
        for row in _LOOKED_AT.mappings(writing.sql)
        if rooms is None or row["room_id"] in rooms
        if (looks := _steady_looks(row)) is not None
    ]
    for room, _account, _looks in ended:
        writing.sql.execute(update(schema.last_list).where(_TABLE.room_id == room).values(NO_LOOKS))
    return ended


def check_lists(reading: Reading) -> None:
    """Read every row as runs do. Raises LookupError, TypeError or ValueError for one that this module did not write."""
    for row in _ALL.mappings(reading.sql):
        for column in schema.last_list.c:
            if not isinstance(row[column.name], column.type.python_type | None):
                raise TypeError(column.name)
        if len({row[name] is None for name in NO_LOOKS}) != 1:
            raise ValueError("looks of which a part is missing")
        _steady_looks(row)


def forget_lists(writing: Writing, rooms: Collection[int]) -> None:
    """Delete the rows of rooms about whose messages an entry comes."""
    for room in rooms:
        writing.sql.execute(delete(schema.last_list).where(_TABLE.room_id == room))


def _steady_looks(row: Mapping[str, Any]) -> SteadyLooks | None:
    if row["times"] is None:
        return None
    intervals = decode_intervals(json.loads(row["looks"]))
    return SteadyLooks(from_text(row["first"]), from_text(row["last"]), row["times"], row["longest_s"], intervals)


def _with_look(row: Mapping[str, Any], look: SameList) -> dict[str, object]:
    """The columns of a row that one more look changes."""
    before = _steady_looks(row)
    counted = SteadyLooks.begin(look.at) if before is None else before.add(look.at)
    return {"same": SAME_OBJECTS if SAME_OBJECTS in (row["same"], look.same) else look.same} | _columns(counted)


def _columns(looks: SteadyLooks) -> dict[str, object]:
    coded = json.dumps(code_intervals(looks.intervals), separators=(",", ":"))
    times = {"times": looks.times, "longest_s": looks.longest_s}
    return {"first": to_text(looks.first), "last": to_text(looks.last), **times, "looks": coded}


def _payload(row: Mapping[str, Any], looks: SteadyLooks) -> JsonObject:
    """The payload of a `steady` entry."""
    payload = {
        "window": row["seq"],
        "oldest": row["oldest"],
        "newest": row["newest"],
        "count": row["count"],
        "message_num": row["message_num"],
        "limited": row["limited"],
        "first": to_text(looks.first),
        "last": to_text(looks.last),
        "times": looks.times,
        "longest_s": looks.longest_s,
        "looks": code_intervals(looks.intervals),
    }
    return payload if row["same"] == SAME_BYTES else payload | {"same": row["same"]}
