"""Readings of a room, the stretches they cover, and the gaps between."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.projection.maker import EntriesOf, id_of, note, put


def windows(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Each reading of a message list, and the stretch that it covers."""
    for entry in entries:
        payload = entry["payload"]
        put(
            sql,
            schema.window,
            [
                {
                    "room_id": entry["room_id"],
                    "seq": entry["seq"],
                    "observed_at": entry["observed_at"],
                    "oldest": None if payload["oldest"] is None else int(payload["oldest"]),
                    "newest": None if payload["newest"] is None else int(payload["newest"]),
                    "absent": json.dumps(payload["absent"]),
                    "reply": entry["reply"],
                    "message_num": payload["message_num"],
                    "limited": payload["limited"],
                }
            ],
        )
        _cover(sql, entry)


def _cover(sql: Connection, entry: EntryObject) -> None:
    """Prolong the stretches that a list reaches back to, begin another after a hole, or join all."""
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
    joined = [one for one in rows if payload["beginning"] or (oldest is not None and (one.newest or 0) >= oldest)]
    if rows and payload["joins"] and not joined:
        joined = [rows[-1]]
    if joined:
        first = joined[0]
        row |= {"number": first.number, "newest": max([newest or 0, *(one.newest or 0 for one in joined)]) or None}
        if payload["beginning"]:
            row["start"] = min(str(payload["from"]), *(str(one.start) for one in joined))
        else:
            row |= {"oldest": first.oldest, "start": first.start}
        sql.execute(delete(table).where(table.c.room_id == room, table.c.number >= first.number))
    sql.execute(insert(table), [row])


def readings(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Messages that were read singly and found unchanged."""
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
    )
    put(sql, schema.reading, rows)


def gaps(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Gaps with both ends, open or closed."""
    for entry in entries:
        payload = entry["payload"]
        row: dict[str, object] = {"room_id": entry["room_id"], "number": id_of(entry), "seq": entry["seq"]}
        row |= {"start": payload["from"], "end": payload["to"], "open": entry["kind"] != "gap.closed"}
        row |= {field: payload[field] for field in ("after", "before", "missing", "reason")}
        put(sql, schema.gap, [row])
    note(sql, entries)
