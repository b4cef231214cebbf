"""Direct chats outside the contracts with people of contracted rooms; only the room number is known."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from archiver.records import AccountId, OtherChat, RoomId
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import departures
from archiver.store.queries.contracts import contracts
from archiver.store.schema.payload_forms import read_all_formed


def other_chats(reading: Reading, rooms: Collection[int], *, upto: int) -> list[OtherChat]:
    """The direct chats with people of these rooms that no contract names, by the entries up to a number."""
    entry = schema.entry.c
    last = (
        select(func.max(entry.seq).label("seq"))
        .where(entry.kind == "contact", entry.seq <= upto)
        .group_by(entry.key)
        .subquery()
    )
    lines = reading.sql.execute(select(entry.line).join(last, last.c.seq == entry.seq))
    found = [entry["payload"] for entry in read_all_formed(lines.scalars(), "contact")]
    contacts = [one for one in found if one.get("other_chat") is not None]
    if not contacts:
        return []
    people = departures.counterparts(reading, rooms)
    contracted = {room.room_id for one in contracts(reading) for room in one.rooms}
    return sorted(
        OtherChat(AccountId(contact["account_id"]), RoomId(contact["other_chat"]))
        for contact in contacts
        if contact["account_id"] in people and contact["other_chat"] not in contracted
    )
