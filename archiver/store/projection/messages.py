"""Projects messages and their versions, with the intervals that `evidence.history` gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, delete, select

from archiver.evidence.history import GONE_STATES, EntryObject, MessageHistory, Sightings, message_history
from archiver.records import State
from archiver.store import schema
from archiver.store.fingerprints import DELETED, message_fingerprint, readable_text, storable_integer, text_digest
from archiver.store.projection.rows import EntriesOf, insert_values, note_changes


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
        histories = [(place[1], message_history((entry,), _never_seen, _not_asked)) for place, entry in fresh.items()]
        _insert_messages(sql, [_message_row(position, history) for position, history in histories])
        _insert_versions(sql, [row for position, history in histories for row in _version_rows(position, history)])
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
    sightings = _sightings(sql, room, position)
    history = message_history(entries, lambda one: sightings.before(position, one), _not_asked)
    for table in (schema.message, schema.message_version):
        sql.execute(delete(table).where(table.c.room_id == room, table.c.position == position))
    was_edited = any(one["payload"]["state"] == "edited" for one in entries)
    _insert_messages(sql, [_message_row(position, history, was_edited=was_edited)])
    _insert_versions(sql, _version_rows(position, history))


def _never_seen(_entry: EntryObject) -> None:
    """When a reading showed a message before its first entry."""


def _not_asked() -> None:
    """When a reading showed a message last: the rows do not say it, as each new reading would change them all."""


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


def _message_row(position: int, history: MessageHistory, *, was_edited: bool = False) -> tuple[object, ...]:
    """The row in the order of the table's columns; `was_edited`: whether an entry before the last one says so."""
    versions = history.versions
    bodies = [span.body for span in versions if span.body != DELETED]
    account, body, sent, updated = history.account_id, history.body, history.send_time, history.update_time
    return (
        history.room_id,
        position,
        history.message_id,
        account,
        readable_text(history.name),
        storable_integer(sent),
        storable_integer(updated),
        history.state,
        history.kind,
        history.first_seen,
        history.changed_at,
        len(versions),
        message_fingerprint(account, body, sent, updated),
        text_digest(bodies[-1]) if bodies else "",
        was_edited or history.state == "edited",
        len(bodies) < len(versions),
        history.entry_seq,
    )


def _version_rows(position: int, history: MessageHistory) -> list[tuple[object, ...]]:
    """The rows in the order of the table's columns."""
    room, versions = history.room_id, history.versions
    ended = history.state in GONE_STATES
    last = len(versions)
    return [
        (
            room,
            position,
            number,
            readable_text(body),
            storable_integer(update_time),
            first_seen,
            last_seen if ended or number < last else None,
            seq,
        )
        for number, (body, update_time, first_seen, last_seen, seq) in enumerate(versions, 1)
    ]


_MESSAGE_COLUMNS = tuple(schema.message.c.keys())
_VERSION_COLUMNS = tuple(schema.message_version.c.keys())


def _insert_messages(sql: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    insert_values(sql, schema.message, _MESSAGE_COLUMNS, rows)


def _insert_versions(sql: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    insert_values(sql, schema.message_version, _VERSION_COLUMNS, rows)
