"""Projects messages and their versions, with the intervals that `evidence.history` gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, select

from archiver.evidence.history import GONE_STATES, EntryObject, MessageHistory, Sightings, message_history
from archiver.records import State
from archiver.store import schema
from archiver.store.fingerprints import DELETED, message_fingerprint, readable_text, storable_integer, text_digest
from archiver.store.projection.rows import EntriesOf, insert_rows, note_changes


class _ProjectedMessage(NamedTuple):
    """A message from which the rows are made."""

    history: MessageHistory
    position: int


def project_messages(sql: Connection, entries: Sequence[EntryObject], entries_of: EntriesOf) -> None:
    """Insert new messages all at once, and make the rows of each changed one again from all its entries."""
    places = list(map(_room_and_position, entries))
    stored = _stored_places(sql, places)
    fresh: dict[tuple[int, int], EntryObject] = {}
    changed: list[EntryObject] = []
    for place, entry in zip(places, entries, strict=True):
        if place in stored or place in fresh:
            changed.append(entry)
        else:
            fresh[place] = entry
    if fresh:
        unseen = Sightings()
        projected = [_projected_message(position, [entry], unseen) for (_room, position), entry in fresh.items()]
        insert_rows(sql, schema.message, [_message_row(one) for one in projected])
        insert_rows(sql, schema.message_version, [row for one in projected for row in _version_rows(one)])
    for entry in changed:
        _change_message(sql, entry, entries_of)
    note_changes(sql, [*changed, *(entry for entry in fresh.values() if entry["payload"]["state"] != State.PRESENT)])


def _room_and_position(entry: EntryObject) -> tuple[int, int]:
    return entry["room_id"], int(entry["key"].partition("/")[2])


def _stored_places(sql: Connection, places: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    positions_by_room: dict[int, set[int]] = {}
    for room, position in places:
        positions_by_room.setdefault(room, set()).add(position)
    for room, positions in positions_by_room.items():
        table = schema.message.c
        rows = sql.execute(
            select(table.position).where(table.room_id == room, table.position.between(min(positions), max(positions)))
        )
        found.update((room, position) for (position,) in rows if position in positions)
    return found


def _change_message(sql: Connection, entry: EntryObject, entries_of: EntriesOf) -> None:
    room, position = _room_and_position(entry)
    entries = [one for one in entries_of(entry["key"], entry["seq"]) if one["room_id"] == room]
    projected = _projected_message(position, entries, _sightings(sql, room, position))
    for table in (schema.message, schema.message_version):
        sql.execute(delete(table).where(table.c.room_id == room, table.c.position == position))
    insert_rows(sql, schema.message, [_message_row(projected, entries)])
    insert_rows(sql, schema.message_version, _version_rows(projected))


def _projected_message(position: int, entries: Sequence[EntryObject], sightings: Sightings) -> _ProjectedMessage:
    history = message_history(entries, lambda entry: sightings.before(position, entry), lambda: None)
    return _ProjectedMessage(history, position)


def _sightings(sql: Connection, room: int, position: int) -> Sightings:
    """The readings that can have shown a message, in order."""
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
    return Sightings(sorted(lists, key=lambda observation: int(observation["seq"])))


def _message_row(projected: _ProjectedMessage, entries: Sequence[EntryObject] | None = None) -> dict[str, object]:
    history = projected.history
    bodies = [span.body for span in history.versions if span.body != DELETED]
    return {
        "room_id": history.room_id,
        "position": projected.position,
        "message_id": history.message_id,
        "account_id": history.account_id,
        "name": readable_text(history.name),
        "send_time": storable_integer(history.send_time),
        "update_time": storable_integer(history.update_time),
        "state": history.state,
        "kind": history.kind,
        "first_seen": history.first_seen,
        "changed_at": history.changed_at,
        "versions": len(history.versions),
        "fingerprint": message_fingerprint(history.account_id, history.body, history.send_time, history.update_time),
        "text_digest": text_digest(bodies[-1]) if bodies else "",
        "was_edited": any(one["payload"]["state"] == "edited" for one in entries or ()) or history.state == "edited",
        "was_deleted": len(bodies) < len(history.versions),
        "seq": history.entry_seq,
    }


def _version_rows(projected: _ProjectedMessage) -> list[dict[str, object]]:
    history = projected.history
    last = len(history.versions)
    return [
        {
            "room_id": history.room_id,
            "position": projected.position,
            "number": index,
            "body": readable_text(span.body),
            "update_time": storable_integer(span.update_time),
            "first_seen": span.first_seen,
            "last_seen": None if index == last and history.state not in GONE_STATES else span.last_seen,
            "seq": span.seq,
        }
        for index, span in enumerate(history.versions, 1)
    ]
