"""Rooms and the people in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from archiver.evidence.history import EntryObject, text
from archiver.store import schema
from archiver.store.fingerprints import fingerprint, readable
from archiver.store.projection.maker import EntriesOf, id_of, note, put


def rooms(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """What a room was called and said, and whether it can be opened."""
    for entry in entries:
        if entry["kind"] == "room":
            put(sql, schema.room, [_room_row(entry)])
        else:
            _change_access(sql, entry)
    note(sql, entries)


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
    statement = insert(schema.room).values(room_id=entry["room_id"], **_UNREAD_ROOM, **now)
    sql.execute(statement.on_conflict_do_update(index_elements=["room_id"], set_=now))


def people(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Everybody seen in a list of a room, with the last name and picture."""
    for entry in entries:
        shown = entry["payload"]["object"]
        row: dict[str, object] = {"room_id": entry["room_id"], "account_id": id_of(entry), "seq": entry["seq"]}
        row |= {"name": readable(text(shown.get("name"))), "avatar": readable(text(shown.get("avatar_image_url")))}
        put(sql, schema.person, [row | {"fingerprint": fingerprint("account", shown)}])
    note(sql, entries)


def members(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Who is in a room, and who was."""
    for entry in entries:
        shown, state = entry["payload"]["object"], entry["payload"]["state"]
        row: dict[str, object] = {"room_id": entry["room_id"], "account_id": id_of(entry), "seq": entry["seq"]}
        row |= {field: readable(text(shown.get(field))) for field in ("role", "name", "chatwork_id", "department")}
        row |= {"organization": readable(text(shown.get("organization_name"))), "state": state}
        put(sql, schema.member, [row | {"since": entry["observed_at"], "fingerprint": fingerprint("member", shown)}])
    note(sql, entries)
