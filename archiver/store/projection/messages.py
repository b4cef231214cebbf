"""Messages and their versions, with the intervals that `evidence.history` tells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, select

from archiver.evidence.history import GONE, EntryObject, MessageHistory, Sightings, message_history
from archiver.records import State
from archiver.store import schema
from archiver.store.fingerprints import DELETED, fingerprint, readable, storable, text_digest
from archiver.store.projection.maker import EntriesOf, add, note


class _Told(NamedTuple):
    """A message as the rows want it."""

    history: MessageHistory
    position: int


def messages(sql: Connection, entries: Sequence[EntryObject], entries_of: EntriesOf) -> None:
    """New messages in one stroke, changed ones each from all its entries."""
    held = _held(sql, entries)
    fresh: dict[tuple[int, int], EntryObject] = {}
    changed: list[EntryObject] = []
    for entry in entries:
        place = _place(entry)
        if place in held or place in fresh:
            changed.append(entry)
        else:
            fresh[place] = entry
    if fresh:
        told = [_tell([entry], Sightings()) for entry in fresh.values()]
        add(sql, schema.message, [_message_row(one) for one in told])
        add(sql, schema.message_version, [row for one in told for row in _version_rows(one)])
    for entry in changed:
        _change_message(sql, entry, entries_of)
    note(sql, [*changed, *(entry for entry in fresh.values() if entry["payload"]["state"] != State.PRESENT)])


def _place(entry: EntryObject) -> tuple[int, int]:
    return entry["room_id"], int(entry["key"].partition("/")[2])


def _held(sql: Connection, entries: Sequence[EntryObject]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    wanted: dict[int, set[int]] = {}
    for entry in entries:
        room, position = _place(entry)
        wanted.setdefault(room, set()).add(position)
    for room, positions in wanted.items():
        table = schema.message.c
        rows = sql.execute(
            select(table.position).where(table.room_id == room, table.position.between(min(positions), max(positions)))
        )
        found.update((room, position) for (position,) in rows if position in positions)
    return found


def _change_message(sql: Connection, entry: EntryObject, entries_of: EntriesOf) -> None:
    room, position = _place(entry)
    entries = [one for one in entries_of(entry["key"], entry["seq"]) if one["room_id"] == room]
    told = _tell(entries, _sightings(sql, room, position))
    for table in (schema.message, schema.message_version):
        sql.execute(delete(table).where(table.c.room_id == room, table.c.position == position))
    add(sql, schema.message, [_message_row(told, entries)])
    add(sql, schema.message_version, _version_rows(told))


def _tell(entries: Sequence[EntryObject], sightings: Sightings) -> _Told:
    position = _place(entries[0])[1]
    history = message_history(entries, lambda entry: sightings.before(position, entry), lambda: None)
    return _Told(history, position)


def _sightings(sql: Connection, room: int, position: int) -> Sightings:
    """The readings that can have shown one message, in order."""
    table = schema.window.c
    windows = sql.execute(
        select(table.seq, table.observed_at, table.oldest, table.newest, table.absent, table.reply).where(
            and_(table.room_id == room, table.oldest <= position, table.newest >= position)
        )
    )
    lists: list[EntryObject] = [
        {
            "kind": "window",
            "seq": row.seq,
            "observed_at": row.observed_at,
            "reply": row.reply,
            "payload": {"count": 1, "oldest": row.oldest, "newest": row.newest, "absent": json.loads(row.absent)},
        }
        for row in windows
    ]
    singles = sql.execute(
        select(schema.reading).where(schema.reading.c.room_id == room, schema.reading.c.ids.contains(f'"{position}"'))
    )
    lists += [
        {"kind": "reading", "seq": row.seq, "observed_at": row.observed_at, "payload": {"ids": [str(position)]}}
        for row in singles
    ]
    return Sightings(sorted(lists, key=lambda one: int(one["seq"])))


def _message_row(told: _Told, entries: Sequence[EntryObject] | None = None) -> dict[str, object]:
    history = told.history
    bodies = [span.body for span in history.versions if span.body != DELETED]
    shown = {
        "account": {"account_id": history.account_id},
        "body": history.body,
        "send_time": history.send_time,
        "update_time": history.update_time,
    }
    return {
        "room_id": history.room_id,
        "position": told.position,
        "message_id": history.message_id,
        "account_id": history.account_id,
        "name": readable(history.name),
        "send_time": storable(history.send_time),
        "update_time": storable(history.update_time),
        "state": history.state,
        "first_seen": history.first_seen,
        "changed_at": history.changed_at,
        "versions": len(history.versions),
        "fingerprint": fingerprint("message", shown),
        "text_digest": text_digest(bodies[-1]) if bodies else "",
        "was_edited": any(one["payload"]["state"] == "edited" for one in entries or ()) or history.state == "edited",
        "was_deleted": len(bodies) < len(history.versions),
        "seq": history.entry_seq,
    }


def _version_rows(told: _Told) -> list[dict[str, object]]:
    history = told.history
    last = len(history.versions)
    return [
        {
            "room_id": history.room_id,
            "position": told.position,
            "number": index,
            "body": readable(span.body),
            "update_time": storable(span.update_time),
            "first_seen": span.first_seen,
            "last_seen": None if index == last and history.state not in GONE else span.last_seen,
            "seq": span.seq,
        }
        for index, span in enumerate(history.versions, 1)
    ]
