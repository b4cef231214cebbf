"""Parsed entries by number, by key, and the previous entry of a key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain

from archiver.evidence.history import EntryObject

_LINE = "SELECT line FROM entry WHERE seq = ?"
_BEFORE = "SELECT line FROM entry WHERE key = ? AND room_id IS ? AND seq < ? AND kind IN ({}) ORDER BY seq DESC LIMIT 1"


def entries_at(source: sqlite3.Connection, seqs: Iterable[int]) -> dict[int, EntryObject]:
    """These entries by number; numbers without an entry are left out."""
    lines = chain.from_iterable(source.execute(_LINE, (seq,)) for seq in seqs)
    return {entry["seq"]: entry for entry in (json.loads(line) for (line,) in lines)}


def previous_entry(source: sqlite3.Connection, entry: EntryObject, kinds: Sequence[str] = ()) -> EntryObject | None:
    """The previous entry of the same key, of the same kind or one of these kinds; None if there is none."""
    kinds_asked = kinds or (entry["kind"],)
    query = _BEFORE.format(", ".join("?" * len(kinds_asked)))
    row = source.execute(query, (entry["key"], entry["room_id"], entry["seq"], *kinds_asked)).fetchone()
    previous: EntryObject | None = None if row is None else json.loads(row[0])
    return previous


def entries_under(source: sqlite3.Connection, prefix: str) -> list[EntryObject]:
    """Every entry whose key begins with a prefix (`member/1/`), oldest first."""
    # A range and no LIKE, so that the index of the keys is used. "0" is the character after "/".
    query = "SELECT line FROM entry WHERE key > ? AND key < ? ORDER BY seq"
    return [json.loads(line) for (line,) in source.execute(query, (prefix, prefix[:-1] + "0"))]
