"""Entries -> readable tables: the one maker of them, for live writing and for the rebuild alike.

It looks only at entries and at rows it made before, so replaying all entries gives the same tables again.
Messages, versions and intervals come from `evidence.history`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from archiver.evidence.history import (
    GONE,
    EntryObject,
    MessageHistory,
    Sightings,
    account_of,
    message_history,
    text,
)
from archiver.store import schema
from archiver.store.facts import DELETED, fingerprint, readable, storable, text_digest

EntriesOf = Callable[[str, int], Sequence[EntryObject]]
"""Key and sequence number -> the entries of that key up to that number, oldest first."""


Maker = Callable[[Connection, Sequence[EntryObject], EntriesOf], None]


class _Told(NamedTuple):
    """A message as the rows want it."""

    history: MessageHistory
    position: int


def project(sql: Connection, entries: Sequence[EntryObject], entries_of: EntriesOf) -> None:
    """Bring the readable tables up to date with entries that were just appended, in order."""
    by_maker: dict[Maker, list[EntryObject]] = {}
    for entry in entries:
        maker = _MAKER_OF.get(entry["kind"])
        if maker is not None:
            by_maker.setdefault(maker, []).append(entry)
    for maker, _ in MAKERS:
        if maker in by_maker:
            maker(sql, by_maker[maker], entries_of)


# --- messages --------------------------------------------------------------------------------


def _messages(sql: Connection, entries: Sequence[EntryObject], entries_of: EntriesOf) -> None:
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
        sql.execute(insert(schema.message), [_message_row(one) for one in told])
        sql.execute(insert(schema.message_version), [row for one in told for row in _version_rows(one)])
    for entry in changed:
        _change_message(sql, entry, entries_of)


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
            select(table.position).where(
                table.room_id == room, table.position.between(min(positions), max(positions))
            )
        )
        found.update((room, position) for (position,) in rows if position in positions)
    return found


def _change_message(sql: Connection, entry: EntryObject, entries_of: EntriesOf) -> None:
    room, position = _place(entry)
    entries = [one for one in entries_of(entry["key"], entry["seq"]) if one["room_id"] == room]
    told = _tell(entries, _sightings(sql, room, position))
    for table in (schema.message, schema.message_version):
        sql.execute(delete(table).where(table.c.room_id == room, table.c.position == position))
    sql.execute(insert(schema.message), [_message_row(told, entries)])
    sql.execute(insert(schema.message_version), _version_rows(told))


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
        select(schema.reading).where(
            schema.reading.c.room_id == room, schema.reading.c.ids.contains(f'"{position}"')
        )
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


# --- everything else: one row an entry ---------------------------------------------------------


def _put(sql: Connection, table: Any, rows: Iterable[dict[str, object]]) -> None:
    """Insert rows or replace the ones with the same primary key."""
    listed = list(rows)
    if not listed:
        return
    statement = upsert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in listed[0] if name not in keys}
    sql.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), listed)


def _id_of(entry: EntryObject) -> int:
    return int(entry["key"].rpartition("/")[2])


def _windows(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        payload = entry["payload"]
        _put(
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


def _readings(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    rows = (
        {
            "room_id": entry["room_id"],
            "seq": entry["seq"],
            "observed_at": entry["observed_at"],
            "ids": json.dumps(entry["payload"]["ids"]),
        }
        for entry in entries
    )
    _put(sql, schema.reading, rows)


def _rooms(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        if entry["kind"] == "room":
            _put(sql, schema.room, [_room_row(entry)])
        else:
            _change_access(sql, entry)


def _room_row(entry: EntryObject) -> dict[str, object]:
    shown = entry["payload"]["object"]
    row: dict[str, object] = {"room_id": entry["room_id"], "seq": entry["seq"]}
    row |= {"accessible": True, "inaccessible_since": None, "fingerprint": fingerprint("room", shown)}
    row |= {field: readable(text(shown.get(field))) for field in ("name", "description", "type", "role")}
    return row | {"icon": readable(text(shown.get("icon_path")))}


_UNREAD_ROOM = {"name": "", "description": "", "type": "", "role": "", "icon": "", "fingerprint": ""}


def _change_access(sql: Connection, entry: EntryObject) -> None:
    """A room that can be opened no more, or again; it may be one that never could."""
    shut = entry["kind"] == "room.inaccessible"
    now = {"accessible": not shut, "inaccessible_since": entry["observed_at"] if shut else None}
    now["seq"] = entry["seq"]
    statement = upsert(schema.room).values(room_id=entry["room_id"], **_UNREAD_ROOM, **now)
    sql.execute(statement.on_conflict_do_update(index_elements=["room_id"], set_=now))


def _people(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        shown = entry["payload"]["object"]
        row: dict[str, object] = {"room_id": entry["room_id"], "account_id": _id_of(entry), "seq": entry["seq"]}
        row |= {"name": readable(text(shown.get("name"))), "avatar": readable(text(shown.get("avatar_image_url")))}
        _put(sql, schema.person, [row | {"fingerprint": fingerprint("account", shown)}])


def _members(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        shown, state = entry["payload"]["object"], entry["payload"]["state"]
        row: dict[str, object] = {"room_id": entry["room_id"], "account_id": _id_of(entry), "seq": entry["seq"]}
        row |= {field: readable(text(shown.get(field))) for field in ("role", "name", "chatwork_id", "department")}
        row |= {"organization": readable(text(shown.get("organization_name"))), "state": state}
        _put(sql, schema.member, [row | {"since": entry["observed_at"], "fingerprint": fingerprint("member", shown)}])


def _tasks(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        shown, state = entry["payload"]["object"], entry["payload"]["state"]
        place = {"room_id": entry["room_id"], "task_id": _id_of(entry)}
        table = schema.task
        before = sql.execute(
            select(table).where(table.c.room_id == place["room_id"], table.c.task_id == place["task_id"])
        ).one_or_none()
        mark = fingerprint("task", shown)
        fresh_text = before is None or before.fingerprint != mark
        number = (before.versions if before else 0) + fresh_text
        limit, status = storable(shown.get("limit_time")), readable(text(shown.get("status")))
        row: dict[str, object] = {
            **place,
            "message_id": readable(str(shown.get("message_id") or "")),
            "account_id": storable(account_of(shown).get("account_id")),
            "assigned_by": storable(account_of(shown, "assigned_by_account").get("account_id")),
            "limit_time": limit,
            "limit_type": readable(text(shown.get("limit_type"))),
            "status": status,
            "state": state,
            "first_seen": before.first_seen if before else entry["observed_at"],
            "gone_since": entry["observed_at"] if state == "gone" else None,
            "versions": number,
            "fingerprint": mark,
            "seq": entry["seq"],
        }
        _put(sql, table, [row])
        if fresh_text:
            version = {"number": number, "body": readable(text(shown.get("body"))), "limit_time": limit}
            version |= {"status": status, "first_seen": entry["observed_at"], "seq": entry["seq"]}
            _put(sql, schema.task_version, [{**place, **version}])


def _files(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        shown, state = entry["payload"]["object"], entry["payload"]["state"]
        account = account_of(shown)
        row: dict[str, object] = {
            "room_id": entry["room_id"],
            "file_id": _id_of(entry),
            "message_id": readable(str(shown.get("message_id") or "")),
            "account_id": storable(account.get("account_id")),
            "account_name": readable(text(account.get("name"))),
            "name": readable(text(shown.get("filename"))),
            "size": storable(shown.get("filesize")),
            "upload_time": storable(shown.get("upload_time")),
            "state": state,
            "gone_since": entry["observed_at"] if state == "gone" else None,
            "fingerprint": fingerprint("file", shown),
            "seq": entry["seq"],
        }
        _put(sql, schema.file, [row])


def _blobs(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        payload = entry["payload"]
        row: dict[str, object] = {"room_id": entry["room_id"], "file_id": _id_of(entry), "seq": entry["seq"]}
        row |= {field: payload.get(field) for field in ("state", "sha256", "size", "saved_at", "reason")}
        row |= {field: payload[field] for field in ("listed_size", "listed_time")}
        _put(sql, schema.blob, [row])


def _gaps(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    for entry in entries:
        payload = entry["payload"]
        row: dict[str, object] = {"room_id": entry["room_id"], "number": _id_of(entry), "seq": entry["seq"]}
        row |= {"start": payload["from"], "end": payload["to"], "open": entry["kind"] != "gap.closed"}
        row |= {field: payload[field] for field in ("after", "before", "missing", "reason")}
        _put(sql, schema.gap, [row])


def _contracts(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    table = schema.contract
    for entry in entries:
        payload, name = entry["payload"], entry["key"].partition("/")[2]
        rows = sql.execute(select(table.c.contract_id, table.c.number))
        known = {contract_id: number for contract_id, number in rows}  # noqa: C416 - rows are no pairs to mypy
        row: dict[str, object] = {
            "contract_id": name,
            "number": known.get(name, len(known) + 1),
            "state": payload["state"],
            "platform_id": payload.get("platform_id"),
            "statement": json.dumps(payload, sort_keys=True),
            "seq": entry["seq"],
        }
        _put(sql, table, [row])


MAKERS: tuple[tuple[Maker, tuple[str, ...]], ...] = (
    (_contracts, ("contract",)),
    (_rooms, ("room", "room.inaccessible", "room.accessible")),
    (_people, ("account",)),
    (_members, ("member",)),
    (_windows, ("window",)),
    (_readings, ("reading",)),
    (_messages, ("message",)),
    (_tasks, ("task",)),
    (_files, ("file",)),
    (_blobs, ("blob",)),
    (_gaps, ("gap", "gap.narrowed", "gap.closed")),
)
"""Makers in the order in which they are applied to one batch (readings before the messages they showed)."""

_MAKER_OF = {kind: maker for maker, kinds in MAKERS for kind in kinds}
