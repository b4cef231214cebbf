"""Projects messages and their versions, and readings of a room with the spans they cover and the gaps between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, select

from archiver.evidence.history import GONE_STATES, EntryObject, MessageHistory, Sightings, id_in_key, message_history
from archiver.records import State
from archiver.store import schema
from archiver.store.received_facts_and_record_forms import (
    DELETED,
    message_fingerprint,
    readable_text,
    storable_integer,
    text_digest,
)
from archiver.store.rows import by_room, insert_rows, insert_values, upsert_rows

EntriesOf = Callable[[str, int], Sequence[EntryObject]]
"""A function from a key and a sequence number to the entries of that key up to that number, oldest first."""


def note_changes(sql: Connection, entries: Sequence[EntryObject]) -> None:
    """Record entries that can be events of a room; messages and files that are merely new are no events."""
    if entries:
        insert_rows(sql, schema.change, [{"room_id": entry["room_id"], "seq": entry["seq"]} for entry in entries])


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
        _insert_messages(sql, [message_row(position, history) for position, history in histories])
        _insert_versions(sql, [row for position, history in histories for row in version_rows(position, history)])
    for entry in changed:
        _change_message(sql, entry, entries_of)
    note_changes(sql, [*changed, *(entry for entry in fresh.values() if entry["payload"]["state"] != State.PRESENT)])


def _room_and_position(entry: EntryObject) -> tuple[int, int]:
    return entry["room_id"], int(entry["key"].partition("/")[2])


def _stored_places(sql: Connection, places: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for room, positions in by_room(places).items():
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
    _insert_messages(sql, [message_row(position, history, was_edited=was_edited)])
    _insert_versions(sql, version_rows(position, history))


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


def message_row(position: int, history: MessageHistory, *, was_edited: bool = False) -> tuple[object, ...]:
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


def version_rows(position: int, history: MessageHistory) -> list[tuple[object, ...]]:
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


def project_lists(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put each reading of a message list, also of one that stayed the same, and extend the span that it covers."""
    upsert_rows(sql, schema.window, [_window_row(entry) for entry in entries])
    by_room: dict[int, list[EntryObject]] = {}
    for entry in entries:
        by_room.setdefault(entry["room_id"], []).append(entry)
    for room, looks in by_room.items():
        _cover(sql, room, looks)


def _window_row(entry: EntryObject) -> dict[str, object]:
    payload, is_steady = entry["payload"], entry["kind"] == "steady"
    return {
        "room_id": entry["room_id"],
        "seq": entry["seq"],
        "observed_at": entry["observed_at"],
        "oldest": None if payload["oldest"] is None else int(payload["oldest"]),
        "newest": None if payload["newest"] is None else int(payload["newest"]),
        "absent": "[]" if is_steady else json.dumps(payload["absent"]),
        "reply": entry["reply"],
        "message_num": payload["message_num"],
        "limited": payload["limited"],
        "first": payload["first"] if is_steady else None,
    }


def _cover(sql: Connection, room: int, looks: Sequence[EntryObject]) -> None:
    """Bring the spans of a room up to date with looks at its list, in order; those that stay are not written."""
    table = schema.coverage
    rows = sql.execute(select(table).where(table.c.room_id == room).order_by(table.c.number))
    before = [_Span(*row) for row in rows]
    spans = before
    for entry in looks:
        spans = _prolonged(spans, entry) if entry["kind"] == "steady" else _extended(spans, entry)
    kept = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(before, spans, strict=False))))
    for span in before[kept:]:
        sql.execute(delete(table).where(table.c.room_id == room, table.c.number == span.number))
    insert_rows(sql, table, [span._asdict() for span in spans[kept:]])


class _Span(NamedTuple):
    """A row of `coverage`, with its columns in their order."""

    room_id: int
    number: int
    oldest: int | None
    newest: int | None
    start: str
    end: str
    seq: int


def _prolonged(spans: Sequence[_Span], entry: EntryObject) -> list[_Span]:
    """Let the span that the window of these looks covers end with the last of them."""
    at, window = entry["observed_at"], entry["payload"]["window"]
    return [
        span._replace(end=at, seq=entry["seq"]) if span.seq >= window and span.end <= at else span for span in spans
    ]


def _extended(spans: Sequence[_Span], entry: EntryObject) -> list[_Span]:
    """Prolong the spans that a list reaches back to, begin another after a hole, or join all of them."""
    payload = entry["payload"]
    if not payload["count"] and not payload["beginning"]:
        return list(spans)  # hidden, or empty though messages are known: nothing was seen
    oldest, newest = (None if payload[name] is None else int(payload[name]) for name in ("oldest", "newest"))
    number = spans[-1].number + 1 if spans else 1
    begun = None if payload["beginning"] else oldest
    fresh = _Span(entry["room_id"], number, begun, newest, payload["from"], entry["observed_at"], entry["seq"])
    overlapping = [
        span for span in spans if payload["beginning"] or (oldest is not None and (span.newest or 0) >= oldest)
    ]
    if spans and payload["joins"] and not overlapping:
        overlapping = [spans[-1]]
    if not overlapping:
        return [*spans, fresh]
    first = overlapping[0]
    newest = max([newest or 0, *(span.newest or 0 for span in overlapping)]) or None
    joined = fresh._replace(number=first.number, newest=newest)
    if payload["beginning"]:
        joined = joined._replace(start=min(str(payload["from"]), *(span.start for span in overlapping)))
    else:
        joined = joined._replace(oldest=first.oldest, start=first.start)
    return [*(span for span in spans if span.number < first.number), joined]


def project_readings(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put readings of single messages that had not changed."""
    rows = (
        {
            "room_id": entry["room_id"],
            "seq": entry["seq"],
            "observed_at": entry["observed_at"],
            "oldest": min(map(int, entry["payload"]["ids"])),
            "newest": max(map(int, entry["payload"]["ids"])),
            "ids": json.dumps(entry["payload"]["ids"]),
        }
        for entry in entries
        if entry["payload"]["ids"]  # one that was refused showed no message
    )
    upsert_rows(sql, schema.reading, rows)


def project_gaps(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put gaps with both ends, open or closed."""
    for entry in entries:
        payload = entry["payload"]
        row: dict[str, object] = {"room_id": entry["room_id"], "number": id_in_key(entry), "seq": entry["seq"]}
        row |= {"start": payload["from"], "end": payload["to"], "open": entry["kind"] != "gap.closed"}
        row |= {field: payload[field] for field in ("after", "before", "missing", "reason")}
        upsert_rows(sql, schema.gap, [row])
    note_changes(sql, entries)
