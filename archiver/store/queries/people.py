"""Everybody whom the chats have shown: every name and since when, their pictures, and a room's own names.

Pictures of people and icons of rooms are no evidence, as no entry names them, so they are stored in `avatars/`, apart
from the attachments in `files/`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import func, or_, select, union

from archiver.evidence.history import EntryObject, field_text, id_in_key, number, text
from archiver.records import JST, AccountId
from archiver.records.alerts import TwinSeen
from archiver.store import schema
from archiver.store.archive import Archive, Reading
from archiver.store.durable_files import private_folder, write_durably
from archiver.store.queries.current_state import owner_id
from archiver.store.queries.entries import entries_under
from archiver.store.received_facts_and_record_forms import tells_what_was_shown
from archiver.store.rows import upsert_rows
from archiver.store.time_text import from_text, to_text

STRANGE_FOR = timedelta(days=30)
"""Who was first seen within this time is new to a room that is read for longer."""

FIRST_DAY = timedelta(days=1)
"""Who is seen within this time of the first reading of a room was in it before."""


@dataclass(slots=True)
class KnownPerson:
    """A person of the chats, of all rooms together."""

    account_id: int
    name: str = ""
    """As last shown."""
    names: dict[str, datetime] = field(default_factory=dict)
    """Every name, and when a reply first showed it."""
    organization_id: int = 0
    avatar: str = ""
    rooms: set[int] = field(default_factory=set)


def known_people(reading: Reading) -> dict[int, KnownPerson]:
    """Everybody whom a list of a chat has shown, by account."""
    people: dict[int, KnownPerson] = {}
    entries = [one for kind in ("account/", "member/") for one in entries_under(reading, kind)]
    for entry in sorted(filter(tells_what_was_shown, entries), key=lambda one: one["seq"]):
        shown, account = entry["payload"].get("object", {}), id_in_key(entry)
        person = people.setdefault(account, KnownPerson(account))
        person.name = text(shown.get("name")) or person.name
        person.names.setdefault(person.name, from_text(entry["observed_at"]))
        person.organization_id = number(shown.get("organization_id")) or person.organization_id
        person.avatar = text(shown.get("avatar_image_url")) or person.avatar
        person.rooms.add(entry["room_id"])
    return people


def first_seen(reading: Reading, person: KnownPerson) -> datetime:
    """When a person was first seen, or first wrote by Chatwork's own time."""
    message = schema.message.c
    of_person = message.room_id.in_(sorted(person.rooms)), message.account_id == person.account_id
    sent = reading.sql.execute(select(func.min(message.send_time)).where(*of_person, message.send_time > 0)).scalar()
    seen = min(person.names.values())
    return seen if sent is None else min(seen, datetime.fromtimestamp(min(sent, 2**36), UTC))


def people_seen_after(reading: Reading, seq: int) -> set[int]:
    """The accounts of whom an entry after this number tells."""
    entry = schema.entry.c
    keys = reading.sql.execute(select(entry.key).where(entry.seq > seq, entry.kind.in_(("account", "member"))))
    return {int(key.rpartition("/")[2]) for key in keys.scalars()}


def twins(reading: Reading, *, after: int = 0, upto: int | None = None) -> list[TwinSeen]:
    """What was noted of accounts with a known person's name, in the entries after a number, oldest first."""
    found = entries_under(reading, "twin/", after=after, upto=upto)
    return [TwinSeen(from_text(one["observed_at"]), one["payload"]) for one in found]


def stranger_subject(reading: Reading, room: int, account: int, at: datetime) -> str:
    """The subject of alerts about somebody with a known person's name, or new to a room that is read for longer."""
    taken = next((one.subject for one in reversed(twins(reading)) if one.noted["account_id"] == account), "")
    person = None if taken else known_people(reading).get(account)
    if person is None:
        return taken
    seen, window = first_seen(reading, person), schema.window.c
    begun = reading.sql.execute(select(func.min(window.observed_at)).where(window.room_id == room)).scalar()
    is_new = begun is not None and at - STRANGE_FOR < seen > from_text(begun) + FIRST_DAY
    return f"new///{account}/{seen.astimezone(JST).date()}" if is_new else ""


def same_named(reading: Reading) -> frozenset[int]:
    """The accounts that share their present name with another, or whose names were noted as looking alike."""
    tables = (schema.person.c, schema.member.c)
    rows = reading.sql.execute(union(*(select(one.account_id, one.name).where(one.name != "") for one in tables))).all()
    bearers: dict[str, set[int]] = {}
    for account, name in rows:
        bearers.setdefault(name, set()).add(account)
    alike = [{one.noted["account_id"], one.noted["known"]} for one in twins(reading)]
    return frozenset(account for group in [*bearers.values(), *alike] if len(group) > 1 for account in group)


def names_in_room(reading: Reading, room: int) -> dict[int, str]:
    """The present names of everybody seen in a room, by account id."""
    found: dict[int, str] = {}
    for table in (schema.member.c, schema.person.c):
        rows = reading.sql.execute(select(table.account_id, table.name).where(table.room_id == room))
        found |= {row[0]: row[1] for row in rows}
    return found


def counterparts(reading: Reading, rooms: Iterable[int]) -> set[int]:
    """Account ids of everybody ever seen in these rooms but the owner of the archive."""
    return {account for room in rooms for account in names_in_room(reading, room)} - {owner_id(reading) or 0}


class DatedValue(NamedTuple):
    """A value as received, empty if there was none any more, and the reading that first showed it."""

    value: str
    since: datetime
    until: datetime | None = None
    """When the next one was first seen; None for the last."""


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
    """The SHA-256 of the picture, which is its name in `avatars/`; None if it is not saved."""

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
    entries: dict[int, list[EntryObject]] = defaultdict(list)
    for kind in ("account", "member"):
        for entry in entries_under(reading, f"{kind}/{room}/"):
            entries[id_in_key(entry)].append(entry)
    avatars = dict(reading.driver.execute(_AVATARS, (room,)))
    return [_person(reading, account, entries[account], avatars.get(account)) for account in sorted(entries)]


def names_over_time(reading: Reading, room: int) -> Callable[[datetime | None], Callable[[AccountId], str | None]]:
    """Gives the name by which somebody was shown in a room at a time, else first; without a time the last."""

    @cache
    def names(account: AccountId) -> tuple[DatedValue, ...]:
        keys = (f"account/{room}/{account}", f"member/{room}/{account}")
        return _names(json.loads(line) for (line,) in reading.driver.execute(_OF_PERSON, keys))

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
    row = reading.driver.execute(_LAST_NAME, (account, account, room)).fetchone()
    return "" if row is None else str(row[0])


def avatar(reading: Reading, room: int, account: int) -> str | None:
    """The SHA-256 of the present picture of one person; None if it is not saved."""
    if not 0 <= account < 2**63:
        return None
    row = reading.driver.execute(f"{_AVATARS} AND person.account_id = ?", (room, account)).fetchone()
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


def _person(reading: Reading, account: int, entries: list[EntryObject], avatar: str | None) -> PersonHistory:
    entries.sort(key=lambda one: int(one["seq"]))
    member_entries = [one for one in entries if one["kind"] == "member"]
    return PersonHistory(
        AccountId(account),
        names=_names(entries),
        roles=_history((one, field_text(one, "role")) for one in member_entries),
        organizations=_history((one, field_text(one, "organization_name")) for one in member_entries),
        departments=_history((one, field_text(one, "department")) for one in member_entries),
        chatwork_ids=_history((one, field_text(one, "chatwork_id")) for one in member_entries),
        membership=_history((one, text(one["payload"].get("state"))) for one in member_entries),
        contact=_history((one, text(one["payload"].get("state"))) for one in _of_contact(reading, account)),
        avatar=avatar,
    )


def _names(entries: Iterable[EntryObject]) -> tuple[DatedValue, ...]:
    """The names; an entry about a person who is gone only repeats how they were last shown."""
    shown = (one for one in entries if one["payload"].get("state") != "gone")
    return _history((one, name) for one in shown if (name := field_text(one, "name")))


def _of_contact(reading: Reading, account: int) -> list[EntryObject]:
    query = "SELECT line FROM entry WHERE key = ? ORDER BY seq"
    return [json.loads(line) for (line,) in reading.driver.execute(query, (f"contact/{account}",))]


def _history(values: Iterable[tuple[EntryObject, str]]) -> tuple[DatedValue, ...]:
    """Each value with the time at which it first differed from the one before; leading empty values are left out."""
    found: list[DatedValue] = []
    for entry, value in values:
        if value != (found[-1].value if found else ""):
            at = from_text(entry["observed_at"])
            if found:
                found[-1] = found[-1]._replace(until=at)
            found.append(DatedValue(value, at))
    return tuple(found)


_LINES = "SELECT line FROM entry WHERE key = ? AND kind = 'room' ORDER BY seq"


def names_and_descriptions(reading: Reading, room: int) -> tuple[tuple[DatedValue, ...], tuple[DatedValue, ...]]:
    """What a room had, exactly as received, oldest first: descriptions from the first that had any text on."""
    entries = [json.loads(line) for (line,) in reading.driver.execute(_LINES, (f"room/{room}",))]
    names, descriptions = ([(one, field_text(one, field)) for one in entries] for field in ("name", "description"))
    return _history(names), _history(descriptions)


AVATARS = "avatars"


def due_urls(reading: Reading, rooms: Collection[int], *, at: datetime, limit: int) -> list[str]:
    """URLs of pictures in these rooms that are not stored yet and may be requested now, at most `limit`."""
    person, room, picture = schema.person.c, schema.room.c, schema.picture.c
    pictures = union(
        select(person.avatar.label("url")).where(person.room_id.in_(rooms)),
        select(room.icon.label("url")).where(room.room_id.in_(rooms)),
    ).subquery()
    due = or_(picture.url.is_(None), (picture.sha256.is_(None)) & (picture.next_at <= to_text(at)))
    query = (
        select(pictures.c.url)
        .select_from(pictures.outerjoin(schema.picture, picture.url == pictures.c.url))
        .where(pictures.c.url != "", due)
        .order_by(picture.next_at, pictures.c.url)
        .limit(limit)
    )
    return [url for (url,) in reading.sql.execute(query)]


def picture_holders(reading: Reading, url: str) -> tuple[str | None, frozenset[int]]:
    """The digest of the picture at a URL (None: not stored), and the people of the chats who have the same picture."""
    person, picture = schema.person.c, schema.picture.c
    sha256 = reading.sql.execute(select(picture.sha256).where(picture.url == url)).scalar()
    joined = schema.person.join(schema.picture, picture.url == person.avatar)
    holders = select(person.account_id).select_from(joined).where(picture.sha256 == sha256).distinct()
    return sha256, frozenset(reading.sql.execute(holders).scalars()) if sha256 else frozenset()


def record_download(archive: Archive, url: str, body: bytes | None, *, next_at: datetime) -> None:
    """Store a picture, or record a failed download (`body` None); then it is due again at `next_at`.

    Raises OSError, StorageError.
    """
    sha256 = None if body is None else hashlib.sha256(body).hexdigest()
    if body is not None and sha256 is not None:
        path = archive.home / AVATARS / sha256
        private_folder(path.parent, below=archive.home)
        if not path.exists():
            write_durably(path, body)
    with archive.writing() as writing:
        row: dict[str, object] = {"url": url, "sha256": sha256, "next_at": to_text(next_at)}
        upsert_rows(writing.sql, schema.picture, [row])
