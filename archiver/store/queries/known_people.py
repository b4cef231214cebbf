"""Everybody whom the chats have shown, with every name and since when: what another account's name is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, union

from archiver.evidence.history import number, text
from archiver.records import JST
from archiver.records.alerts import TwinSeen
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.payload_forms import read_all_formed, tells_what_was_shown
from archiver.store.queries.entries import entries_under
from archiver.store.time_text import from_text

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
    source = driver_connection(reading.sql)
    entries = [one for kind in ("account/", "member/") for one in entries_under(source, kind)]
    for entry in sorted(filter(tells_what_was_shown, entries), key=lambda one: one["seq"]):
        shown, account = entry["payload"].get("object", {}), int(entry["key"].rpartition("/")[2])
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


def twins(reading: Reading, *, after: int = 0) -> list[TwinSeen]:
    """What was noted of accounts with a known person's name, in the entries after a number, oldest first."""
    entry = schema.entry.c
    query = select(entry.line).where(entry.seq > after, entry.key > "twin/", entry.key < "twin0").order_by(entry.seq)
    found = read_all_formed(reading.sql.execute(query).scalars(), "twin")
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
