"""Everybody seen in a room over time, and the room's own names and descriptions."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from archiver.evidence.history import EntryObject, text
from archiver.records import AccountId
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.avatars import FOLDER
from archiver.store.engine import driver_connection
from archiver.store.queries.entries import entries_under
from archiver.store.time_text import from_text


class DatedValue(NamedTuple):
    """A value as received, and the reading that first showed it."""

    value: str
    since: datetime


class PersonHistory(NamedTuple):
    """A person seen in a room; each history is oldest first, and empty where there never was a value."""

    account_id: AccountId
    names: tuple[DatedValue, ...]
    roles: tuple[DatedValue, ...]
    organizations: tuple[DatedValue, ...]
    departments: tuple[DatedValue, ...]
    chatwork_ids: tuple[DatedValue, ...]
    membership: tuple[DatedValue, ...]
    """`present` or `gone`, by the list of members; empty for somebody who was only seen writing."""
    contact: tuple[DatedValue, ...]
    """`present` or `gone`, by the list of the user's contacts."""
    avatar: str | None
    """The SHA-256 of the picture (`picture_path`); None if it is not saved."""

    @property
    def name(self) -> str:
        """The name as last shown."""
        return self.names[-1].value if self.names else ""

    @property
    def is_gone(self) -> bool:
        """Whether the list of members does not show them any more."""
        return bool(self.membership) and self.membership[-1].value == "gone"


def people(reading: Reading, room: int) -> list[PersonHistory]:
    """Everybody ever seen in a room, by account id."""
    source = driver_connection(reading.sql)
    entries: dict[int, list[EntryObject]] = defaultdict(list)
    for kind in ("account", "member"):
        for entry in entries_under(source, f"{kind}/{room}/"):
            entries[int(entry["key"].rpartition("/")[2])].append(entry)
    avatars = dict(source.execute(_AVATARS, (room,)))
    return [_person(source, account, entries[account], avatars.get(account)) for account in sorted(entries)]


def names_over_time(reading: Reading, room: int) -> Callable[[datetime | None], Callable[[AccountId], str | None]]:
    """Gives the name by which somebody was shown in a room at a time, else first; without a time the last."""
    source = driver_connection(reading.sql)

    @cache
    def names(account: AccountId) -> tuple[DatedValue, ...]:
        keys = (f"account/{room}/{account}", f"member/{room}/{account}")
        return _names(json.loads(line) for (line,) in source.execute(_OF_PERSON, keys))

    def names_at(at: datetime | None) -> Callable[[AccountId], str | None]:
        def name_of(account: AccountId) -> str | None:
            found = names(account)
            shown = [one.value for one in found if at is None or one.since <= at] or [one.value for one in found[:1]]
            return shown[-1] if shown else None

        return name_of

    return names_at


_OF_PERSON = "SELECT line FROM entry WHERE key IN (?, ?) ORDER BY seq"


def last_name(reading: Reading, account: int, room: int | None = None) -> str:
    """The name by which somebody was shown last, in this room rather than in another; empty if none is known."""
    row = driver_connection(reading.sql).execute(_LAST_NAME, (account, account, room)).fetchone()
    return "" if row is None else str(row[0])


def picture_path(home: Path, sha256: str) -> Path:
    """The path of a picture; it may have been removed, as pictures are no evidence."""
    return home / FOLDER / sha256


def avatar(reading: Reading, room: int, account: int) -> str | None:
    """The SHA-256 of the present picture of one person; None if it is not saved."""
    if not 0 <= account < 2**63:
        return None
    row = driver_connection(reading.sql).execute(f"{_AVATARS} AND person.account_id = ?", (room, account)).fetchone()
    return None if row is None else str(row[1])


_LAST_NAME = (
    "SELECT name FROM (SELECT room_id, name, seq FROM person WHERE account_id = ? UNION ALL"
    " SELECT room_id, name, seq FROM member WHERE account_id = ?)"
    " WHERE name <> '' ORDER BY room_id = coalesce(?, -1) DESC, seq DESC LIMIT 1"
)

_AVATARS = (
    "SELECT person.account_id, picture.sha256 FROM person JOIN picture ON picture.url = person.avatar"
    " WHERE person.room_id = ? AND picture.sha256 IS NOT NULL"
)


def _person(source: sqlite3.Connection, account: int, entries: list[EntryObject], avatar: str | None) -> PersonHistory:
    entries.sort(key=lambda one: int(one["seq"]))
    member_entries = [one for one in entries if one["kind"] == "member"]
    return PersonHistory(
        AccountId(account),
        names=_names(entries),
        roles=_history((one, _field_text(one, "role")) for one in member_entries),
        organizations=_history((one, _field_text(one, "organization_name")) for one in member_entries),
        departments=_history((one, _field_text(one, "department")) for one in member_entries),
        chatwork_ids=_history((one, _field_text(one, "chatwork_id")) for one in member_entries),
        membership=_history((one, text(one["payload"].get("state"))) for one in member_entries),
        contact=_history((one, text(one["payload"].get("state"))) for one in _of_contact(source, account)),
        avatar=avatar,
    )


def _names(entries: Iterable[EntryObject]) -> tuple[DatedValue, ...]:
    return _history((one, name) for one in entries if (name := _field_text(one, "name")) and not _is_memory(one))


def _is_memory(entry: EntryObject) -> bool:
    """Whether the entry only repeats how somebody was last shown, as an entry about a person who is gone does."""
    return bool(entry["payload"].get("state") == "gone")


def _of_contact(source: sqlite3.Connection, account: int) -> list[EntryObject]:
    query = "SELECT line FROM entry WHERE key = ? ORDER BY seq"
    return [json.loads(line) for (line,) in source.execute(query, (f"contact/{account}",))]


def _field_text(entry: EntryObject, field: str) -> str:
    return text(entry["payload"]["object"].get(field))


def _history(values: Iterable[tuple[EntryObject, str]]) -> tuple[DatedValue, ...]:
    """Each value with the time at which it first differed from the one before; leading empty values are left out."""
    found: list[DatedValue] = []
    for entry, value in values:
        if value != (found[-1].value if found else ""):
            found.append(DatedValue(value, from_text(entry["observed_at"])))
    return tuple(found)


class RoomRow(NamedTuple):
    """A room as it was last shown."""

    name: str
    description: str
    icon: str
    inaccessible_since: datetime | None


def room_row(reading: Reading, room: int) -> RoomRow | None:
    """The room with this number; None if it was never read."""
    table = schema.room.c
    query = select(table.name, table.description, table.icon, table.inaccessible_since).where(table.room_id == room)
    row = reading.sql.execute(query).one_or_none()
    if row is None:
        return None
    since = row.inaccessible_since
    return RoomRow(row.name, row.description, row.icon, None if since is None else from_text(since))


class PastValue(NamedTuple):
    """A value as received, empty if there was none; `until` is when the next was first seen, None for the last."""

    value: str
    since: datetime
    until: datetime | None


class RoomHistory(NamedTuple):
    """The names and descriptions of a room, oldest first."""

    names: tuple[PastValue, ...]
    descriptions: tuple[PastValue, ...]
    """Descriptions from the first that had any text on."""


_LINES = "SELECT line FROM entry WHERE key = ? AND kind = 'room' ORDER BY seq"


def room_history(reading: Reading, room: int) -> RoomHistory:
    """The history of a room by its entries, exactly as received."""
    entries = [json.loads(line) for (line,) in driver_connection(reading.sql).execute(_LINES, (f"room/{room}",))]
    names, descriptions = (_history((one, _field_text(one, field)) for one in entries) for field in _OF_ROOM)
    return RoomHistory(_past_values(names), _past_values(descriptions))


_OF_ROOM = ("name", "description")


def _past_values(values: Sequence[DatedValue]) -> tuple[PastValue, ...]:
    """The values with their ends."""
    ends = [*(one.since for one in values[1:]), None]
    return tuple(PastValue(*one, end) for one, end in zip(values, ends, strict=False))
