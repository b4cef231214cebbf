"""Finds messages by their texts, earlier and deleted ones included, and what else has the words.

It asks the index (`search_index`) where that is whole, and looks at every text where it is not: both find the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from archiver.records import State
from archiver.store import search_index, search_walk
from archiver.store.archive import Reading
from archiver.store.clock import moment, unix
from archiver.store.facts import DELETED
from archiver.store.search_others import Other, others
from archiver.store.search_scope import Scope, room_names, scope_of
from archiver.store.search_walk import Place
from archiver.store.search_words import Query


class Hit(NamedTuple):
    """A message one of whose texts was found."""

    room_id: int
    message_id: str
    sent: datetime | None
    """None for a time that no calendar holds."""
    account_id: int
    name: str
    state: State
    text: str
    """The newest of its texts that was found; by filters alone, the last that was seen, or empty."""
    earlier: bool
    """Whether the message has another text now, if only Chatwork's mark of a deletion."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    total: int
    """Distinct messages."""
    hits: tuple[Hit, ...]
    """The newest of them."""
    others: tuple[Other, ...]
    rooms: Mapping[int, str]
    """The names of all rooms."""


def search(
    reading: Reading,
    query: Query,
    *,
    contracts: Collection[str] = (),
    rooms: Collection[int] = (),
    limit: int = 50,
) -> Found:
    """Search the archive for `limit` (1 and more) messages, in these contracts and rooms if any are named.

    Raises UnknownContract, UnknownRoom.
    """
    scope = scope_of(reading, query, contracts=contracts, rooms=rooms)
    places, total = _places(reading, query, scope, limit)
    source = search_index.driver(reading.sql)
    hits = tuple(_hit(source, one) for one in places)
    return Found(total, hits, tuple(others(reading, query, scope)), room_names(reading))


def _places(reading: Reading, query: Query, scope: Scope, limit: int) -> tuple[list[Place], int]:
    source = search_index.driver(reading.sql)
    if not query.words and not query.without:
        return search_walk.filtered(source, scope, limit)
    if query.words and search_index.is_current(reading.sql):
        with search_index.damage_forgiven():
            return search_walk.newest(source, query, scope, limit), search_walk.count(source, query, scope)
    return search_walk.scan(source, query, scope, limit)


_HIT = """
    SELECT m.room_id, m.message_id, m.send_time, m.account_id, m.name, m.state, t.body, t.number < m.versions
    FROM message m
    LEFT JOIN message_version t ON t.room_id = m.room_id AND t.position = m.position AND t.seq = ?
    WHERE m.room_id = ? AND m.position = ?
"""
_LAST_TEXT = "SELECT max(seq) FROM message_version WHERE room_id = ? AND position = ? AND body <> ?"


def _hit(source: sqlite3.Connection, found: Place) -> Hit:
    place = (found.room_id, found.position)
    seq = found.seq or source.execute(_LAST_TEXT, (*place, DELETED)).fetchone()[0]
    room, message, sent, account, name, state, body, earlier = source.execute(_HIT, (seq, *place)).fetchone()
    at = unix(sent)
    when = None if at is None else moment(at)
    return Hit(room, message, when, account, name, State(state), body or "", bool(earlier))
