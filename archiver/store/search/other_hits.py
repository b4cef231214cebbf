"""What a search finds besides messages: names of files, texts of tasks, descriptions of rooms, notes on attachments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select

from archiver.evidence.history import text
from archiver.search_folding import fold_searched
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.fingerprints import readable_text
from archiver.store.queries.contracts import contracts
from archiver.store.queries.statements import STATED
from archiver.store.search.scope import SearchQuery, SearchScope
from archiver.store.time_text import from_text


class OtherHit(NamedTuple):
    """A search hit that is no message."""

    kind: str
    """`file`, `task`, `description` or `attachment`."""
    room_id: int | None
    contract: str | None
    id: str
    """The file's or task's id, or the attachment's number; empty for a description."""
    time: datetime
    """When it was uploaded, first seen or added."""
    text: str


def other_hits(reading: Reading, query: SearchQuery, scope: SearchScope) -> list[OtherHit]:
    """The hits besides messages, newest first; each text that a task or a description had is a hit of its own."""
    if not query.words:
        return []
    found = {
        hit
        for hit in _everything_in_scope(reading, query, scope)
        if query.matches(fold_searched(hit.text)) and _is_timely(hit, scope)
    }
    return sorted(found, key=lambda one: (one.time, one.kind, one.id, one.text), reverse=True)


def _everything_in_scope(reading: Reading, query: SearchQuery, scope: SearchScope) -> Iterator[OtherHit]:
    """Everything in scope, whatever its time; descriptions and attachments have no author."""
    if scope.has <= {"file"}:
        yield from _files(reading, query, scope)
        yield from _former_files(reading, scope)
    if scope.has <= {"task"}:
        yield from _tasks(reading, scope)
    if not scope.has and scope.authors is None:
        yield from _descriptions(reading, scope)
        yield from _attachments(reading, scope)


def _is_timely(hit: OtherHit, scope: SearchScope) -> bool:
    at = hit.time.timestamp()
    return (scope.since is None or at >= scope.since) and (scope.until is None or at < scope.until)


def _is_in(numbers: frozenset[int] | None, number: int) -> bool:
    return numbers is None or number in numbers


_FILES = "SELECT room_id, file_id, account_id, upload_time, name FROM file"


def _files(reading: Reading, query: SearchQuery, scope: SearchScope) -> Iterator[OtherHit]:
    """Files by their present names; by the SQLite driver, as there may be very many and few have the words."""
    for room, file, account, sent, name in driver_connection(reading.sql).execute(_FILES):
        if query.matches(fold_searched(name)) and _is_in(scope.rooms, room) and _is_in(scope.authors, account):
            yield OtherHit("file", room, None, str(file), _unix(sent), name)


_SEVERAL = "SELECT key FROM entry WHERE key > 'file/' AND key < 'file0' GROUP BY key HAVING count(*) > 1"
"""Files with more than one entry, which are few."""
_NAMED = (
    "SELECT f.room_id, f.file_id, f.account_id, f.upload_time, e.line FROM entry e"
    " JOIN file f ON f.room_id = e.room_id AND f.file_id = CAST(substr(e.key, 6) AS INTEGER)"
    " WHERE e.key = ? AND e.kind = 'file'"
)


def _former_files(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    """Files under each name they had, by their entries; with the upload time as listed now."""
    source = driver_connection(reading.sql)
    for (key,) in source.execute(_SEVERAL).fetchall():
        for room, file, account, sent, line in source.execute(_NAMED, (key,)):
            if _is_in(scope.rooms, room) and _is_in(scope.authors, account):
                name = readable_text(text(json.loads(line)["payload"]["object"].get("filename")))
                yield OtherHit("file", room, None, str(file), _unix(sent), name)


def _tasks(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    task, version = schema.task.c, schema.task_version.c
    query = select(version.room_id, version.task_id, version.body, version.first_seen, task.assigned_by).join(
        schema.task, (task.room_id == version.room_id) & (task.task_id == version.task_id)
    )
    for row in reading.sql.execute(query):
        if _is_in(scope.rooms, row.room_id) and _is_in(scope.authors, row.assigned_by):
            yield OtherHit("task", row.room_id, None, str(row.task_id), from_text(row.first_seen), row.body)


def _descriptions(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    """Descriptions of rooms, earlier ones included, by their entries."""
    table = schema.entry.c
    query = select(table.line).where(table.key > "room/", table.key < "room0", table.kind == "room").order_by(table.seq)
    last: dict[int, str] = {}
    for entry in map(json.loads, reading.sql.execute(query).scalars()):
        room, body = entry["room_id"], readable_text(text(entry["payload"]["object"].get("description")))
        if _is_in(scope.rooms, room) and body and last.get(room) != body:
            last[room] = body
            yield OtherHit("description", room, None, "", from_text(entry["observed_at"]), body)


def _attachments(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    table = schema.attachment
    rooms = {one.id: {room.room_id for room in one.rooms} for one in contracts(reading)}
    for row in reading.sql.execute(select(table).where(table.c.state == STATED)):
        if scope.rooms is None or scope.rooms & rooms.get(row.contract_id, set()):
            note = f"{row.name} {row.note or ''}".strip()
            yield OtherHit("attachment", None, row.contract_id, str(row.number), from_text(row.added_at), note)


def _unix(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, 253402300799), UTC)
