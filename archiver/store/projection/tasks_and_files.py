"""Tasks, files and the bytes of files, and contracts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from archiver.evidence.history import EntryObject, account_of, text
from archiver.store import schema
from archiver.store.fingerprints import fingerprint, readable, storable
from archiver.store.projection.maker import EntriesOf, id_of, note, put


def tasks(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Tasks and each text they had."""
    for entry in entries:
        shown, state = entry["payload"]["object"], entry["payload"]["state"]
        place = {"room_id": entry["room_id"], "task_id": id_of(entry)}
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
        put(sql, table, [row])
        if fresh_text:
            version = {"number": number, "body": readable(text(shown.get("body"))), "limit_time": limit}
            version |= {"status": status, "first_seen": entry["observed_at"], "seq": entry["seq"]}
            put(sql, schema.task_version, [{**place, **version}])
    note(sql, entries)


def files(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Files as listed."""
    for entry in entries:
        shown, state = entry["payload"]["object"], entry["payload"]["state"]
        account = account_of(shown)
        row: dict[str, object] = {
            "room_id": entry["room_id"],
            "file_id": id_of(entry),
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
        if state == "gone" or _is_listed(sql, row):
            note(sql, [entry])
        put(sql, schema.file, [row])


def _is_listed(sql: Connection, row: dict[str, object]) -> bool:
    table = schema.file.c
    place = (table.room_id == row["room_id"], table.file_id == row["file_id"])
    return sql.execute(select(table.seq).where(*place)).scalar() is not None


def blobs(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """What became of the bytes of files."""
    for entry in entries:
        payload = entry["payload"]
        row: dict[str, object] = {"room_id": entry["room_id"], "file_id": id_of(entry), "seq": entry["seq"]}
        row |= {field: payload.get(field) for field in ("state", "sha256", "size", "saved_at", "reason")}
        row |= {field: payload[field] for field in ("listed_size", "listed_time")}
        put(sql, schema.blob, [row])
    note(sql, [entry for entry in entries if entry["payload"]["state"] == "lost"])
