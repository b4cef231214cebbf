"""Projects readings of a room, the spans that they cover, and the gaps between."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.projection.rows import EntriesOf, id_in_key, insert_rows, note_changes, upsert_rows


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
