"""Entries and kept replies as streams in their order: all of them, those of a package's rooms, single ones.

And the packages that were exported, as the entries of their making tell.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, and_, bindparam, cast, false, func, or_, select, text, true

from archiver.evidence.history import EntryObject
from archiver.records import Entry, ExportedPackage, Handover, Period, State
from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement, driver_rows
from archiver.store.queries import current_state
from archiver.store.received_facts_and_record_forms import has_form, read_all_formed, read_line
from archiver.store.time_text import from_text, to_text

_AT_ONCE = 1_000

EVERY_ROOM = """
    WITH RECURSIVE r(id) AS (
        SELECT min(room_id) FROM message
        UNION ALL SELECT (SELECT min(room_id) FROM message WHERE room_id > id) FROM r WHERE id IS NOT NULL
    ) SELECT id FROM r WHERE id IS NOT NULL
"""
"""One step of the index for each room; `DISTINCT` would go through all messages."""

IS_WHOLE = func.substr(schema.entry.c.line, 1, 10) != '{"digest":'
"""The condition that an entry was not erased: a tombstone has no field before its digest."""


class KeptReply(NamedTuple):
    """A kept reply of Chatwork; `body` is None if its compressed bytes cannot be decompressed any more."""

    number: int
    digest: str
    """Of salt and body, as the entries name it."""
    salt: bytes
    room_id: int
    path: str
    status: int
    headers: dict[str, str]
    received_at: str
    body: bytes | None


_LAST_SEQ = SmallStatement(select(func.max(schema.entry.c.seq)))
_DIGEST = SmallStatement(select(cast(schema.entry.c.digest, LargeBinary)).where(schema.entry.c.seq == bindparam("seq")))


def last_seq(reading: Reading) -> int:
    """The number of the last entry; 0 for an empty archive."""
    return _LAST_SEQ.value(reading.sql) or 0


def last_record(reading: Reading) -> tuple[int, str] | None:
    """Number and digest of the last entry; None in an empty archive."""
    last = last_seq(reading)
    digest = record_digest(reading, last)
    return None if digest is None else (last, digest)


def last_record_time(reading: Reading) -> str | None:
    """When the last entry was made, as entries write it; None in an empty archive."""
    query = select(schema.entry.c.observed_at).order_by(schema.entry.c.seq.desc()).limit(1)
    return reading.sql.execute(query).scalar()


def record_digest(reading: Reading, seq: int) -> str | None:
    """The digest of an entry; None if there is none of this number. A damaged one may not be text, and stays one."""
    digest: bytes | None = _DIGEST.value(reading.sql, seq=seq)
    return None if digest is None else digest.decode("utf-8", "replace")


def last_held(reading: Reading, heads: Collection[tuple[int, str]]) -> int:
    """The highest number of those entries that the archive holds as they were; 0 if it holds none."""
    return max((seq for seq, digest in heads if record_digest(reading, seq) == digest), default=0)


def lines_where(reading: Reading, *where: ColumnElement[bool]) -> Iterator[str]:
    """The lines of the entries for which all of this holds, oldest first."""
    query = select(schema.entry.c.line).where(*where).order_by(schema.entry.c.seq)
    return iter(reading.sql.execute(query.execution_options(yield_per=_AT_ONCE)).scalars())


def entries_where(reading: Reading, *where: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """The same as the objects that the lines hold."""
    return map(json.loads, lines_where(reading, *where))


def other_lines(reading: Reading, rooms: Iterable[int], *, upto: int) -> Iterator[tuple[str, str]]:
    """Kind and line of each entry of these rooms that is no message, and of the services, oldest first."""
    table = schema.entry.c
    query = select(table.kind, table.line).where(or_(table.room_id.in_(sorted(rooms)), table.kind == "service"))
    query = query.where(table.kind != "message", table.seq <= upto, IS_WHOLE).order_by(table.seq)
    for rows in reading.sql.execute(query.execution_options(yield_per=_AT_ONCE)).partitions():
        yield from map(tuple, rows)


def message_lines(reading: Reading, rooms: set[int], *, upto: int) -> Iterator[list[str]]:
    """The lines of the entries of each message of these rooms, oldest first; messages by numeric id over all rooms."""
    query = text(
        "SELECT m.position, m.room_id, e.line FROM message AS m JOIN entry AS e"
        " ON e.key = 'message/' || m.message_id AND e.room_id = m.room_id"
        " WHERE m.room_id IN :rooms AND e.seq <= :upto AND e.line NOT LIKE '{\"digest\"%'"
        " ORDER BY m.position, m.room_id, e.seq"
    ).bindparams(bindparam("rooms", sorted(rooms), expanding=True), upto=upto)
    for _message, group in groupby(driver_rows(reading.sql, query), itemgetter(0, 1)):
        yield [line for _position, _room, line in group]


def message_entries(reading: Reading, rooms: set[int], *, upto: int) -> Iterator[list[dict[str, Any]]]:
    """The same as the objects that the lines hold."""
    for lines in message_lines(reading, rooms, upto=upto):
        yield [read_line(line) for line in lines]


def message_id_ranges(reading: Reading, rooms: set[int]) -> list[tuple[int, int, int]]:
    """(room, oldest id, newest id) of the messages held of these rooms; a room without messages is left out."""
    table = schema.message
    query = select(table.c.room_id, func.min(table.c.position), func.max(table.c.position))
    rows = reading.sql.execute(query.where(table.c.room_id.in_(rooms)).group_by(table.c.room_id))
    return [(room, oldest, newest) for room, oldest, newest in rows]


def kept_reply(row: Sequence[Any]) -> KeptReply:
    """A row of the table of replies as a kept reply."""
    reply = KeptReply(*row)
    return reply._replace(headers=json.loads(row[6]), body=_inflate(row[8]))


def _inflate(body: bytes) -> bytes | None:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return None


STATEMENT_KINDS = ("contract", "delivery", "attachment", "mapping")
"""Kinds of entries about a contract that the user made; their keys are `kind/contract` or begin with it."""

OF_SEALS = ("stamp", "rollback", "erasure", "service")
"""Kinds of entries about seals, erased records and where the data came from; every package needs them."""


CONTEXT = 5
"""Neighbours on either side that are quoted too."""

LAST_EXCHANGE = 2
"""Messages of each side that are quoted as the last exchange."""

IsInside = Callable[[int, int, str], bool]
"""Whether a message of this room, time of sending and first reading is in the package."""

_message = schema.message.c
_SHOWN = _message.state.in_([State.PRESENT.value, State.EDITED.value, State.DELETED.value])


def package_entries(
    reading: Reading, rooms: Iterable[int], contract: str, *, upto: int, has_messages: bool = True
) -> Iterator[Entry]:
    """Every entry of these rooms, about the contract or about the seals, oldest first; of messages perhaps none.

    Those that were erased are always among them.
    """
    table = schema.entry.c
    query = select(schema.entry).where(_belongs_to(rooms, contract), table.seq <= upto).order_by(table.seq)
    if not has_messages:
        query = query.where(or_(table.kind != "message", ~IS_WHOLE))
    for rows in reading.sql.execute(query.execution_options(yield_per=_AT_ONCE)).partitions():
        yield from map(Entry._make, rows)


def whole_entries(
    reading: Reading, rooms: Iterable[int], contract: str, *, upto: int, kinds: Collection[str]
) -> Iterator[dict[str, Any]]:
    """The same of some kinds, as the objects that their lines hold; without those that were erased."""
    table = schema.entry.c
    is_of_kinds = table.kind.in_(sorted(kinds))
    return entries_where(reading, _belongs_to(rooms, contract), table.seq <= upto, is_of_kinds, IS_WHOLE)


def new_entries(reading: Reading, rooms: Iterable[int], contract: str, *, after: int, upto: int) -> Iterator[Any]:
    """Time, kind, room and key of the entries of `package_entries` between two numbers (`after` excluded)."""
    table = schema.entry.c
    query = select(table.observed_at, table.kind, table.room_id, table.key)
    query = query.where(table.seq > after, table.seq <= upto, _belongs_to(rooms, contract), IS_WHOLE)
    query = query.order_by(table.seq)
    yield from reading.sql.execute(query.execution_options(yield_per=_AT_ONCE))


def last_entry_before(reading: Reading, at: datetime) -> int:
    """The number of the last entry that was observed before a time; 0 if there is none."""
    table = schema.entry.c
    query = select(table.seq).where(table.observed_at < to_text(at)).order_by(table.seq.desc()).limit(1)
    return reading.sql.execute(query).scalar() or 0


def count_kinds(reading: Reading, rooms: Iterable[int], *, upto: int) -> Counter[tuple[str, bool]]:
    """How many entries of each kind there are, apart those of these rooms."""
    table = schema.entry.c
    is_of_rooms = func.coalesce(table.room_id.in_(sorted(rooms)), false())
    query = select(table.kind, is_of_rooms, func.count()).where(table.seq <= upto).group_by(table.kind, is_of_rooms)
    return Counter({(kind, bool(inside)): count for kind, inside, count in reading.sql.execute(query)})


def message_groups(reading: Reading, places: Iterable[tuple[int, int]], *, upto: int) -> Iterator[list[dict[str, Any]]]:
    """The entries of single messages, given as (room, id), each oldest first, in the order given."""
    table = schema.entry.c
    for room, position in places:
        is_of_message = table.key == f"message/{position}", table.room_id == room
        yield list(entries_where(reading, *is_of_message, table.seq <= upto, IS_WHOLE))


def unlisted_message(reading: Reading, rooms: Iterable[int], *, upto: int) -> str | None:
    """The key of a message that has entries but no readable row; None if there is none."""
    query = text(
        "SELECT e.key FROM entry AS e LEFT JOIN message AS m"
        " ON m.room_id = e.room_id AND m.position = CAST(substr(e.key, 9) AS INTEGER)"
        " WHERE e.kind = 'message' AND e.room_id = :room AND e.seq <= :upto AND m.position IS NULL LIMIT 1"
    )
    keys = (reading.sql.execute(query, {"room": room, "upto": upto}).scalar() for room in rooms)
    return next((str(key) for key in keys if key is not None), None)


def count_messages(reading: Reading, rooms: Iterable[int]) -> int:
    """The number of saved messages of these rooms, for the progress of an export."""
    query = text("SELECT count(*) FROM message WHERE room_id = :room")
    return sum(reading.sql.execute(query, {"room": room}).scalar() or 0 for room in rooms)


def message_span(
    reading: Reading, room: int, bounds: Iterable[tuple[float | None, float | None]]
) -> tuple[int, int | None, int | None]:
    """How many messages of a room were sent within these periods, and when the first and the last, in Unix seconds."""
    sent = schema.message.c.send_time
    query = select(func.count(), func.min(sent), func.max(sent))
    n, first, last = reading.sql.execute(query.where(schema.message.c.room_id == room, sent_within(sent, bounds))).one()
    return n, first, last


def sent_within(sent: ColumnElement[int], bounds: Iterable[tuple[float | None, float | None]]) -> ColumnElement[bool]:
    """Whether a time in Unix seconds lies within one of these periods."""
    periods = (
        and_(true() if start is None else sent >= start, true() if end is None else sent < end) for start, end in bounds
    )
    return or_(false(), *periods)


def message_places(reading: Reading, room: int) -> Iterator[tuple[int, int, str]]:
    """Id, time of sending in Unix seconds (0: not known) and first reading of each saved message, by id."""
    table = schema.message.c
    query = select(table.position, table.send_time, table.first_seen).where(table.room_id == room)
    for row in reading.sql.execute(query.order_by(table.position).execution_options(yield_per=_AT_ONCE)):
        yield row.position, row.send_time, row.first_seen


def kept_replies(reading: Reading, rooms: Iterable[int]) -> Iterator[KeptReply]:
    """Every kept reply of these rooms, oldest first."""
    table = schema.reply
    query = select(table).where(table.c.room_id.in_(sorted(rooms))).order_by(table.c.number)
    for row in reading.sql.execute(query.execution_options(yield_per=100)):
        yield kept_reply(row)


def covered_periods(reading: Reading, room: int) -> list[Period]:
    """The periods of a room that were read without a gap, oldest first.

    The newest reaches to the last look, also where it showed the same and no entry tells it yet.
    """
    table = schema.coverage.c
    rows = reading.sql.execute(select(table.start, table.end).where(table.room_id == room).order_by(table.number))
    found = [Period(from_text(start), from_text(end)) for start, end in rows]
    looked_at = current_state.LAST_SAME_LIST.value(reading.sql, room=room)
    if found and looked_at is not None:
        found[-1] = found[-1]._replace(end=max(found[-1].end, from_text(looked_at)))
    return found


def quoted_messages(
    reading: Reading,
    rooms: Collection[int],
    *,
    ids: Collection[str],
    owner: int,
    is_inside: IsInside,
    limit: int,
    agreed: Iterable[tuple[int, int]] = (),
) -> list[tuple[int, int]]:
    """At most `limit` messages as (room, id), the starred ones first, then their neighbours.

    `ids`: those that the user chose; without any, those `agreed`, the changed ones, the newest first, the last
    exchange, and the messages of files. What is no longer shown is left out, as a reading of it could tell nothing new.
    """
    starred = [] if ids else [*agreed]
    for room in rooms:
        chosen = _message.message_id.in_(sorted(ids)[:500])
        found = _rows(reading, room, chosen, limit=len(ids)) if ids else _by_rule(reading, room, owner, limit)
        starred += [(room, position) for position, sent, first in found if is_inside(room, sent, first)]
    near = [place for room, position in starred[:limit] for place in _neighbours(reading, room, position, is_inside)]
    return list(dict.fromkeys([*starred, *near]))[:limit]


def _rows(
    reading: Reading, room: int, *where: ColumnElement[bool], limit: int, ascending: bool = False
) -> list[tuple[int, int, str]]:
    columns = (_message.position, _message.send_time, _message.first_seen)
    order = _message.position if ascending else _message.position.desc()
    query = select(*columns).where(_message.room_id == room, _SHOWN, *where).order_by(order).limit(limit)
    return [(row.position, row.send_time, row.first_seen) for row in reading.sql.execute(query)]


def _by_rule(reading: Reading, room: int, owner: int, limit: int) -> list[tuple[int, int, str]]:
    own = _message.account_id == owner
    files = select(schema.file.c.message_id).where(schema.file.c.room_id == room)
    return [
        *_rows(reading, room, _message.state != State.PRESENT.value, limit=limit),
        *_rows(reading, room, ~own, limit=LAST_EXCHANGE),
        *_rows(reading, room, own, limit=LAST_EXCHANGE),
        *_rows(reading, room, _message.message_id.in_(files), limit=limit),
    ]


def _neighbours(reading: Reading, room: int, position: int, is_inside: IsInside) -> Iterator[tuple[int, int]]:
    before = _rows(reading, room, _message.position < position, limit=CONTEXT)
    after = _rows(reading, room, _message.position > position, limit=CONTEXT, ascending=True)
    for near, sent, first in (*before, *after):
        if is_inside(room, sent, first):
            yield room, near


def _belongs_to(rooms: Iterable[int], contract: str) -> ColumnElement[bool]:
    """The condition that an entry is of one of the rooms, about the contract or about the seals."""
    table = schema.entry.c
    return or_(table.room_id.in_(sorted(rooms)), is_about(contract, STATEMENT_KINDS), table.kind.in_(OF_SEALS))


def is_about(contract: str, kinds: Sequence[str]) -> ColumnElement[bool]:
    """The condition that an entry is a statement of one of these kinds about a contract."""
    table, keys = schema.entry.c, [f"{kind}/{contract}" for kind in kinds]
    stated = or_(table.key.in_(keys), *(table.key.startswith(f"{key}/", autoescape=True) for key in keys))
    return and_(table.room_id.is_(None), table.kind.in_(kinds), stated)


_LINE = "SELECT line FROM entry WHERE seq = ?"
_BEFORE = "SELECT line FROM entry WHERE key = ? AND room_id IS ? AND seq < ? AND kind = ? ORDER BY seq DESC"


def entries_at(reading: Reading, seqs: Iterable[int]) -> dict[int, EntryObject]:
    """These entries by number. Raises DatabaseError: a row that names an entry which is not there is damage."""
    found = {seq: reading.driver.execute(_LINE, (seq,)).fetchone() for seq in seqs}
    if missing := [seq for seq, row in found.items() if row is None]:
        raise sqlite3.DatabaseError(f"malformed: record {missing[0]} is missing")
    return {seq: json.loads(line) for seq, (line,) in found.items()}


def previous_entry(reading: Reading, entry: EntryObject) -> EntryObject | None:
    """The previous entry of the same key and kind that is as this program writes it; None if there is none."""
    lines = reading.driver.execute(_BEFORE, (entry["key"], entry["room_id"], entry["seq"], entry["kind"]))
    return next((before for (line,) in lines if has_form(before := json.loads(line))), None)


def entries_under(
    reading: Reading, prefix: str, *, after: int | None = None, upto: int | None = None
) -> Iterator[EntryObject]:
    """The entries whose keys begin so (`member/1/`) and that are as this program writes them, oldest first."""
    table = schema.entry.c
    # A range and no LIKE, so that the index of the keys is used. "0" is the character after "/".
    where = [table.key > prefix, table.key < prefix[:-1] + "0"]
    if after is not None:
        where.append(table.seq > after)
    if upto is not None:
        where.append(table.seq <= upto)
    return read_all_formed(lines_where(reading, *where), prefix.partition("/")[0])


def exports(reading: Reading, *, upto: int | None = None) -> list[ExportedPackage]:
    """Every package that was exported, oldest first, with its handovers."""
    handovers: dict[int, list[Handover]] = {}
    for entry in entries_under(reading, "handover/", upto=upto):
        payload = entry["payload"]
        stated = Handover(payload["to"], payload["on"], payload["how"])
        handovers.setdefault(payload["export"], []).append(stated)
    return [
        ExportedPackage(
            number=number,
            seq=entry["seq"],
            at=from_text(entry["observed_at"]),
            handovers=tuple(handovers.get(entry["seq"], ())),
            making=entry["payload"],
            **{name: str(entry["payload"][name]) for name in ("contract", "profile", "name", "sha256")},
        )
        for number, entry in enumerate(entries_under(reading, "export/", upto=upto), 1)
    ]
