"""Projects entries into the readable tables, for live writing and for the rebuild alike.

Here for rooms and the people in them, tasks, files, contracts; messages and readings have a module of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from archiver.evidence.history import EntryObject, account_of, id_in_key, text
from archiver.store import message_projection, schema
from archiver.store.message_projection import EntriesOf, note_changes
from archiver.store.received_facts_and_record_forms import fingerprint, readable_text, storable_integer
from archiver.store.rows import upsert_rows

Maker = Callable[[Connection, Sequence[EntryObject], EntriesOf], None]
"""Brings one readable table (or two that belong together) up to date with entries, in order."""


def project_rooms(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put names and descriptions of rooms, and whether they can be opened."""
    for entry in entries:
        if entry["kind"] == "room":
            upsert_rows(sql, schema.room, [_room_row(entry)])
        else:
            _change_access(sql, entry)
    note_changes(sql, entries)


def _room_row(entry: EntryObject) -> dict[str, object]:
    received = entry["payload"]["object"]
    row: dict[str, object] = {"room_id": entry["room_id"], "seq": entry["seq"]}
    row |= {"accessible": True, "inaccessible_since": None, "fingerprint": fingerprint("room", received)}
    row |= {field: readable_text(text(received.get(field))) for field in ("name", "description", "type", "role")}
    return row | {"icon": readable_text(text(received.get("icon_path")))}


_UNREAD_ROOM = {"name": "", "description": "", "type": "", "role": "", "icon": "", "fingerprint": ""}


def _change_access(sql: Connection, entry: EntryObject) -> None:
    """Put that a room cannot be opened any more, or can again. It may never have been read."""
    is_closed = entry["kind"] == "room.inaccessible"
    access = {"accessible": not is_closed, "inaccessible_since": entry["observed_at"] if is_closed else None}
    access["seq"] = entry["seq"]
    statement = insert(schema.room).values(room_id=entry["room_id"], **_UNREAD_ROOM, **access)
    sql.execute(statement.on_conflict_do_update(index_elements=["room_id"], set_=access))


def project_people(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put everybody seen in a list of a room, with the latest name and picture."""
    for entry in entries:
        received = entry["payload"]["object"]
        row: dict[str, object] = {"room_id": entry["room_id"], "account_id": id_in_key(entry), "seq": entry["seq"]}
        row |= {
            "name": readable_text(text(received.get("name"))),
            "avatar": readable_text(text(received.get("avatar_image_url"))),
        }
        upsert_rows(sql, schema.person, [row | {"fingerprint": fingerprint("account", received)}])
    note_changes(sql, entries)


def project_members(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put the present and former members of rooms."""
    for entry in entries:
        received, state = entry["payload"]["object"], entry["payload"]["state"]
        row: dict[str, object] = {"room_id": entry["room_id"], "account_id": id_in_key(entry), "seq": entry["seq"]}
        row |= {
            field: readable_text(text(received.get(field))) for field in ("role", "name", "chatwork_id", "department")
        }
        row |= {"organization": readable_text(text(received.get("organization_name"))), "state": state}
        upsert_rows(
            sql, schema.member, [row | {"since": entry["observed_at"], "fingerprint": fingerprint("member", received)}]
        )
    note_changes(sql, entries)


def project_tasks(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put tasks and each text that they had."""
    for entry in entries:
        received, state = entry["payload"]["object"], entry["payload"]["state"]
        key = {"room_id": entry["room_id"], "task_id": id_in_key(entry)}
        table = schema.task
        before = sql.execute(
            select(table).where(table.c.room_id == key["room_id"], table.c.task_id == key["task_id"])
        ).one_or_none()
        digest = fingerprint("task", received)
        is_new_text = before is None or before.fingerprint != digest
        number = (before.versions if before else 0) + is_new_text
        limit, status = storable_integer(received.get("limit_time")), readable_text(text(received.get("status")))
        row: dict[str, object] = {
            **key,
            "message_id": readable_text(str(received.get("message_id") or "")),
            "account_id": storable_integer(account_of(received).get("account_id")),
            "assigned_by": storable_integer(account_of(received, "assigned_by_account").get("account_id")),
            "limit_time": limit,
            "limit_type": readable_text(text(received.get("limit_type"))),
            "status": status,
            "state": state,
            "first_seen": before.first_seen if before else entry["observed_at"],
            "gone_since": entry["observed_at"] if state == "gone" else None,
            "versions": number,
            "fingerprint": digest,
            "seq": entry["seq"],
        }
        upsert_rows(sql, table, [row])
        if is_new_text:
            version = {"number": number, "body": readable_text(text(received.get("body"))), "limit_time": limit}
            version |= {"status": status, "first_seen": entry["observed_at"], "seq": entry["seq"]}
            upsert_rows(sql, schema.task_version, [{**key, **version}])
    note_changes(sql, entries)


def project_files(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put files as listed."""
    for entry in entries:
        received, state = entry["payload"]["object"], entry["payload"]["state"]
        account = account_of(received)
        row: dict[str, object] = {
            "room_id": entry["room_id"],
            "file_id": id_in_key(entry),
            "message_id": readable_text(str(received.get("message_id") or "")),
            "account_id": storable_integer(account.get("account_id")),
            "account_name": readable_text(text(account.get("name"))),
            "name": readable_text(text(received.get("filename"))),
            "size": storable_integer(received.get("filesize")),
            "upload_time": storable_integer(received.get("upload_time")),
            "state": state,
            "gone_since": entry["observed_at"] if state == "gone" else None,
            "fingerprint": fingerprint("file", received),
            "seq": entry["seq"],
        }
        if state == "gone" or _is_listed(sql, row):
            note_changes(sql, [entry])
        upsert_rows(sql, schema.file, [row])


def _is_listed(sql: Connection, row: dict[str, object]) -> bool:
    table = schema.file.c
    place = (table.room_id == row["room_id"], table.file_id == row["file_id"])
    return sql.execute(select(table.seq).where(*place)).scalar() is not None


def project_blobs(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put whether the bytes of files are saved or lost."""
    for entry in entries:
        payload = entry["payload"]
        row: dict[str, object] = {"room_id": entry["room_id"], "file_id": id_in_key(entry), "seq": entry["seq"]}
        row |= {field: payload.get(field) for field in ("state", "sha256", "size", "saved_at", "reason")}
        row |= {field: payload[field] for field in ("listed_size", "listed_time")}
        upsert_rows(sql, schema.blob, [row])
    note_changes(sql, [entry for entry in entries if entry["payload"]["state"] == "lost"])


def project_deliveries(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put deliveries on the platform."""
    for entry in entries:
        payload = entry["payload"]
        row = _row_key(entry) | {"state": payload["state"], "at": payload["at"]}
        row |= {field: payload[field] for field in ("size", "sha256", "file_id")}
        row |= {field: _readable_or_none(payload[field]) for field in ("name", "note")}
        upsert_rows(sql, schema.delivery, [row])


def project_attachments(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put other evidence that the user added; the time at which it was first added stays."""
    for entry in entries:
        payload, key = entry["payload"], _row_key(entry)
        row = key | {field: payload[field] for field in ("state", "kind", "size", "sha256", "dated", "message_id")}
        row |= {field: _readable_or_none(payload[field]) for field in ("name", "note")}
        upsert_rows(sql, schema.attachment, [row | {"added_at": _added_at(sql, key) or entry["observed_at"]}])


def _row_key(entry: EntryObject) -> dict[str, object]:
    contract = entry["key"].partition("/")[2].rpartition("/")[0]
    return {"contract_id": contract, "number": id_in_key(entry), "seq": entry["seq"]}


def _added_at(sql: Connection, key: dict[str, object]) -> str | None:
    table = schema.attachment.c
    query = select(table.added_at).where(table.contract_id == key["contract_id"], table.number == key["number"])
    added_at: str | None = sql.execute(query).scalar()
    return added_at


def _readable_or_none(value: str | None) -> str | None:
    return None if value is None else readable_text(value)


def project_contracts(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put contracts as last stated."""
    table = schema.contract
    for entry in entries:
        payload, contract = entry["payload"], entry["key"].partition("/")[2]
        rows = sql.execute(select(table.c.contract_id, table.c.number))
        number_of = {contract_id: number for contract_id, number in rows}  # noqa: C416 - rows are no pairs to mypy
        row: dict[str, object] = {
            "contract_id": contract,
            "number": number_of.get(contract, len(number_of) + 1),
            "state": payload["state"],
            "platform_id": payload.get("platform_id"),
            "statement": json.dumps(payload, sort_keys=True),
            "seq": entry["seq"],
        }
        upsert_rows(sql, table, [row])


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


MAKERS: tuple[tuple[Maker, tuple[str, ...]], ...] = (
    (project_contracts, ("contract",)),
    (project_deliveries, ("delivery",)),
    (project_attachments, ("attachment",)),
    (project_rooms, ("room", "room.inaccessible", "room.accessible")),
    (project_people, ("account",)),
    (project_members, ("member",)),
    (message_projection.project_lists, ("window", "steady")),
    (message_projection.project_readings, ("reading",)),
    (message_projection.project_messages, ("message",)),
    (project_tasks, ("task",)),
    (project_files, ("file",)),
    (project_blobs, ("blob",)),
    (message_projection.project_gaps, ("gap", "gap.narrowed", "gap.closed")),
)
"""Makers in the order in which they are applied to one batch (readings before the messages that they showed)."""

_MAKER_OF = {kind: maker for maker, kinds in MAKERS for kind in kinds}
