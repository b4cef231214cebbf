"""Projects readings of a room, the spans that they cover, and the gaps between."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.projection.rows import EntriesOf, id_in_key, note_changes, upsert_rows


def project_lists(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put each reading of a message list, also of one that stayed the same, and extend the span that it covers."""
    for entry in entries:
        payload, is_steady = entry["payload"], entry["kind"] == "steady"
        upsert_rows(
            sql,
            schema.window,
            [
                {
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
            ],
        )
        if is_steady:
            _prolong_coverage(sql, entry)
        else:
            _extend_coverage(sql, entry)


def _prolong_coverage(sql: Connection, entry: EntryObject) -> None:
    """Let the span that the window of these looks covers end with the last of them."""
    table = schema.coverage
    is_covered_by_window = (table.c.room_id == entry["room_id"], table.c.seq >= entry["payload"]["window"])
    end = {"end": entry["observed_at"], "seq": entry["seq"]}
    sql.execute(update(table).where(*is_covered_by_window, table.c.end <= entry["observed_at"]).values(end))


def _extend_coverage(sql: Connection, entry: EntryObject) -> None:
    """Prolong the spans that a list reaches back to, begin another after a hole, or join all of them."""
    table, payload, room = schema.coverage, entry["payload"], entry["room_id"]
    if not payload["count"] and not payload["beginning"]:
        return  # hidden, or empty though messages are known: nothing was seen
    rows = sql.execute(select(table).where(table.c.room_id == room).order_by(table.c.number)).all()
    oldest, newest = (None if payload[name] is None else int(payload[name]) for name in ("oldest", "newest"))
    row = {
        "room_id": room,
        "number": rows[-1].number + 1 if rows else 1,
        "oldest": None if payload["beginning"] else oldest,
        "newest": newest,
        "start": payload["from"],
        "end": entry["observed_at"],
        "seq": entry["seq"],
    }
    overlapping = [
        span for span in rows if payload["beginning"] or (oldest is not None and (span.newest or 0) >= oldest)
    ]
    if rows and payload["joins"] and not overlapping:
        overlapping = [rows[-1]]
    if overlapping:
        first = overlapping[0]
        row |= {
            "number": first.number,
            "newest": max([newest or 0, *(span.newest or 0 for span in overlapping)]) or None,
        }
        if payload["beginning"]:
            row["start"] = min(str(payload["from"]), *(str(span.start) for span in overlapping))
        else:
            row |= {"oldest": first.oldest, "start": first.start}
        sql.execute(delete(table).where(table.c.room_id == room, table.c.number >= first.number))
    sql.execute(insert(table), [row])


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
