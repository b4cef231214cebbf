"""Single entries by their numbers, as the objects that their lines hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

EntryDict = dict[str, Any]
"""An entry: seq, observed_at, kind, account_id, room_id, key, payload, salt, reply."""

_LINE = "SELECT line FROM entry WHERE seq = ?"
_BEFORE = "SELECT line FROM entry WHERE key = ? AND room_id IS ? AND seq < ? AND kind IN ({}) ORDER BY seq DESC LIMIT 1"


def entries_at(source: sqlite3.Connection, seqs: Iterable[int]) -> dict[int, EntryDict]:
    """These entries by number; one that is not there is left out."""
    lines = chain.from_iterable(source.execute(_LINE, (seq,)) for seq in seqs)
    return {entry["seq"]: entry for entry in (json.loads(line) for (line,) in lines)}


def previous_entry(source: sqlite3.Connection, entry: EntryDict, kinds: Sequence[str] = ()) -> EntryDict | None:
    """The entry about the same before this one, of its own kind or one of these; None if there is none."""
    kinds_asked = kinds or (entry["kind"],)
    query = _BEFORE.format(", ".join("?" * len(kinds_asked)))
    row = source.execute(query, (entry["key"], entry["room_id"], entry["seq"], *kinds_asked)).fetchone()
    previous: EntryDict | None = None if row is None else json.loads(row[0])
    return previous


def entries_under(source: sqlite3.Connection, prefix: str) -> list[EntryDict]:
    """Every entry whose key is this one and more (`member/1/`), oldest first."""
    # A range and no LIKE: so the index of the keys is used. "0" is the sign after "/".
    query = "SELECT line FROM entry WHERE key > ? AND key < ? ORDER BY seq"
    return [json.loads(line) for (line,) in source.execute(query, (prefix, prefix[:-1] + "0"))]
