"""The scope of a search: rooms, authors, times and kinds of messages, as numbers and as SQL conditions."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from archiver import errors
from archiver.evidence.history import text
from archiver.search_folding import fold
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.search.query import SearchQuery


@dataclass(frozen=True, slots=True)
class SearchScope:
    """What a search is limited to; None means no limit."""

    rooms: frozenset[int] | None = None
    authors: frozenset[int] | None = None
    since: int | None = None
    until: int | None = None
    """The first Unix second that is too late."""
    has: frozenset[str] = frozenset()


def scope_of(
    reading: Reading, query: SearchQuery, *, contracts: Collection[str], rooms: Collection[int]
) -> SearchScope:
    """The filters of a query and of the command's options together. Raises UnknownContract, UnknownRoom."""
    return SearchScope(
        _rooms(reading, query, contracts, rooms),
        _authors(reading, query.authors) if query.authors else None,
        None if query.since is None else int(query.since.timestamp()),
        None if query.until is None else int(query.until.timestamp()),
        query.has,
    )


_FILTERS = {
    "file": "EXISTS (SELECT 1 FROM file f WHERE f.room_id = m.room_id AND f.message_id = m.message_id)",
    "task": "EXISTS (SELECT 1 FROM task k WHERE k.room_id = m.room_id AND k.message_id = m.message_id)",
    "link": (
        "EXISTS (SELECT 1 FROM message_version l WHERE l.room_id = m.room_id AND l.position = m.position"
        " AND (l.body LIKE '%http://%' OR l.body LIKE '%https://%'))"
    ),
    "edit": "m.was_edited",
    "delete": "(m.was_deleted OR m.state = 'missing')",  # as the index `message_vanished` has it
}


def conditions(scope: SearchScope) -> tuple[str, tuple[int, ...]]:
    """SQL conditions on a message `m`, each beginning with AND, and their values; empty for no limits."""
    parts: list[str] = []
    values: list[int] = []
    for column, numbers in (("room_id", scope.rooms), ("account_id", scope.authors)):
        if numbers is not None:
            parts.append(f"m.{column} IN ({', '.join('?' * len(numbers))})")
            values += sorted(numbers)
    for operator, limit in ((">=", scope.since), ("<", scope.until)):
        if limit is not None:
            # Without the plus SQLite would read the index of send times and sort everything for the newest 50.
            parts.append(f"+m.send_time {operator} ?")
            values.append(limit)
    parts += [_FILTERS[one] for one in sorted(scope.has)]
    return "".join(f" AND {part}" for part in parts), tuple(values)


def room_names(reading: Reading) -> dict[int, str]:
    """The present name of each room by id; empty if none was ever seen."""
    table = schema.room.c
    return {row[0]: row[1] for row in reading.sql.execute(select(table.room_id, table.name))}


def _rooms(
    reading: Reading, query: SearchQuery, named: Collection[str], numbers: Collection[int]
) -> frozenset[int] | None:
    """The rooms that the command's options and the query's filters have in common; None means all."""
    known = {room.room_id for one in contracts(reading) for room in one.rooms}
    for number in numbers:
        if number not in known:
            raise errors.UnknownRoom(room=number)
    room_sets: list[frozenset[int]] = []
    if named:
        room_sets.append(frozenset(room.room_id for name in named for room in find_contract(reading, name).rooms))
    if numbers:
        room_sets.append(frozenset(numbers))
    if query.rooms:
        names = _every_name(reading)
        room_sets.append(frozenset(number for number, name in names if _is_called(number, name, query.rooms)))
    return frozenset.intersection(*room_sets) if room_sets else None


def _every_name(reading: Reading) -> Iterator[tuple[int, str]]:
    """Each room with each name it had, earlier ones by the entries."""
    yield from room_names(reading).items()
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.line).where(table.key > "room/", table.key < "room0", table.kind == "room")
    )
    for entry in map(json.loads, lines.scalars()):
        yield entry["room_id"], text(entry["payload"]["object"].get("name"))


def _authors(reading: Reading, authors: Collection[str]) -> frozenset[int]:
    return frozenset(number for number, name in _people(reading) if _is_called(number, name, authors))


def _people(reading: Reading) -> Iterator[tuple[int, str]]:
    """Everybody who was seen in a room, with each name they had."""
    member, table = schema.member.c, schema.entry.c
    yield from ((row[0], row[1]) for row in reading.sql.execute(select(member.account_id, member.name)))
    # A range and no LIKE, so that the index of the keys is used. "0" is the character after "/".
    lines = reading.sql.execute(select(table.line).where(table.key > "account/", table.key < "account0"))
    for entry in map(json.loads, lines.scalars()):
        yield int(entry["key"].rpartition("/")[2]), text(entry["payload"]["object"].get("name"))


def _is_called(number: int, name: str, called: Collection[str]) -> bool:
    return any(one == str(number) or fold(one) in fold(name) for one in called)
