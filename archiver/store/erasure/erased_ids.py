"""What was erased and must not be kept again: the ids of messages, files and tasks, by the keys of their tombstones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, select

from archiver.store import schema
from archiver.store.transactions import Reading, SmallStatement

_WITH_ID = frozenset({"message", "file", "task"})
"""Kinds whose ids must be known, as Chatwork goes on showing them."""

_CHUNK = 500
_ENTRY = schema.entry.c
_ANY = SmallStatement(select(_ENTRY.seq).where(_ENTRY.key >= "erasure/", _ENTRY.key < "erasure0").limit(1))
_ERASED = select(_ENTRY.key).where(
    _ENTRY.room_id == bindparam("room"), _ENTRY.key.in_(bindparam("keys", expanding=True))
)
"""Both are built once, as every list that is read asks them."""


def erased_key(kind: str, key: str) -> str:
    """The key of a tombstone: with the id of what Chatwork may show again, without any number of a person."""
    return f"erased/{key}" if kind in _WITH_ID else f"erased/{kind}"


def erased_ids(reading: Reading, kind: str, room: int, ids: Iterable[int]) -> frozenset[int]:
    """Those of the ids of messages, files or tasks of a room that the owner erased."""
    if _ANY.value(reading.sql) is None:
        return frozenset()
    listed, found = [f"erased/{kind}/{one}" for one in ids], set[int]()
    for start in range(0, len(listed), _CHUNK):
        rows = reading.sql.execute(_ERASED, {"room": room, "keys": listed[start : start + _CHUNK]})
        found.update(int(key.rpartition("/")[2]) for (key,) in rows)
    return frozenset(found)


def without_erased(reading: Reading, places: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """The places (room and id) of messages that were not erased."""
    by_room: dict[int, set[int]] = {}
    for room, message in places:
        by_room.setdefault(room, set()).add(message)
    return {
        (room, message)
        for room, messages in by_room.items()
        for message in messages - erased_ids(reading, "message", room, messages)
    }


def left_of(reading: Reading, kind: str, room: int, received: Mapping[int, dict[str, object]]) -> frozenset[int]:
    """The ids of a list of files or tasks that may not be kept: their own, or their message's, was erased."""
    own = erased_ids(reading, kind, room, received)
    messages = {ident: _message_of(element) for ident, element in received.items()}
    erased = erased_ids(reading, "message", room, {message for message in messages.values() if message})
    return own | {ident for ident, message in messages.items() if message in erased}


def _message_of(element: Mapping[str, object]) -> int:
    value = str(element.get("message_id") or "")
    return int(value) if value.isdecimal() else 0
