"""Projects rooms and the people in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from archiver.evidence.history import EntryObject, text
from archiver.store import schema
from archiver.store.fingerprints import fingerprint, readable_text
from archiver.store.projection.rows import EntriesOf, id_in_key, note_changes, upsert_rows


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
