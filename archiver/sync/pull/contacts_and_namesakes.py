"""Reads contacts once a day, and notes accounts that have the name of a known person, wherever they are seen.

The lists are compared in memory and not kept, as they name people of no contracted room: of a direct chat with somebody
of a contracted room only its number is recorded, with the person; of a namesake an entry `twin`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Contact, Room
from archiver.errors import ChatworkError, NotUnderstood, NotVisible, Refused
from archiver.letter_folding import looks_like
from archiver.records import Observation
from archiver.store import writer
from archiver.store.archive import Reading, Writing
from archiver.store.queries import contracts, current_state, entries, people
from archiver.store.queries.people import KnownPerson, first_seen, known_people, people_seen_after
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.sync import transfer
from archiver.sync.download import RETRY_AFTER, get_picture
from archiver.sync.pull.context import PullContext

CONTACTS_KIND = "contacts"
"""The kind of its visits; the list belongs to no room, so its room is 0."""

NO_ROOM = 0
REFUSED = "refused"
CONTACTS_EVERY = timedelta(days=1)
EMPTY = "empty"
"""The counters of a visit whose list was empty where somebody was expected: it is believed the second time."""


class _ContactState(NamedTuple):
    """A person's state as a contact, and the direct chat with them that no contract names."""

    state: str | None
    """`present`, `gone`, or None if nothing was recorded of them yet."""
    other_chat: int | None = None


def read_contacts(
    context: PullContext, rooms: Sequence[int], listed_rooms: Mapping[int, Room], *, full: bool = False
) -> bool:
    """Record who of the people of these rooms is a contact and who is one no more; returns whether anything changed.

    `listed_rooms` are the rooms that Chatwork lists. Only ids are recorded. Reads nothing before a day has passed,
    unless `full`. A list that is refused or not understood is tried again on the next day, one that could not be
    requested in the next run. Raises TokenRefused, StorageError.
    """
    if not _are_due(context, rooms, CONTACTS_KIND, CONTACTS_EVERY, full=full):
        return False
    try:
        listing = context.client.contacts()
    except (NotVisible, NotUnderstood, Refused):
        context.archive.write(remembered_values.put_visit, NO_ROOM, CONTACTS_KIND, at=context.now(), counters=REFUSED)
        return False
    except ChatworkError:
        return False
    with context.archive.writing() as writing:
        last = remembered_values.last_visits(writing).get((NO_ROOM, CONTACTS_KIND))
        context.outside += [(item.model, None if last is None else last.at) for item in listing.items]
        observations = _compare_listing(writing, rooms, listing, _uncontracted_direct_chats(writing, listed_rooms))
        counters = "" if observations is not None else EMPTY
        writer.append_dated(writing, observations or [], listing.reply, account_id=context.account_id)
        remembered_values.put_visit(writing, NO_ROOM, CONTACTS_KIND, at=context.now(), counters=counters)
    return bool(observations)


def _are_due(context: PullContext, rooms: Sequence[int], kind: str, every: timedelta, *, full: bool = False) -> bool:
    """Whether so much time has passed since the last list of a kind, and there is a counterpart to look for in it."""
    with context.archive.reading() as reading:
        last = remembered_values.last_visits(reading).get((NO_ROOM, kind))
        recent = last is not None and last.counters != EMPTY and timedelta() <= context.now() - last.at < every
        return (full or not recent) and bool(people.counterparts(reading, rooms))


def _uncontracted_direct_chats(reading: Reading, listed_rooms: Mapping[int, Room]) -> set[int]:
    """The direct chats that no contract names, ended contracts included."""
    contracted = {room.room_id for contract in contracts.contracts(reading) for room in contract.rooms}
    return {number for number, room in listed_rooms.items() if room.type == "direct"} - contracted


def _compare_listing(
    writing: Writing, rooms: Sequence[int], listing: Listing[Contact], direct_chats: set[int]
) -> list[Observation] | None:
    """The observations of what differs; None for a list that is empty, the first time, where several were expected."""
    listed = {
        contact.number: _ContactState("present", contact.room_id if contact.room_id in direct_chats else None)
        for contact in (item.model for item in listing.items)
    }
    known = _known_states(writing, people.counterparts(writing, rooms))
    present_before = [person for person, contact in known.items() if contact.state == "present"]
    last = remembered_values.last_visits(writing).get((NO_ROOM, CONTACTS_KIND))
    if not listed and len(present_before) > 1 and (last is None or last.counters != EMPTY):
        return None
    return _changed_contacts(known, listed, listing.reply.digest)


def _known_states(reading: Reading, people: set[int]) -> dict[int, _ContactState]:
    """What was last recorded of each person."""
    payloads = {person: current_state.last_payload(reading, f"contact/{person}", None) for person in sorted(people)}
    return {
        person: _ContactState(None)
        if payload is None
        else _ContactState(str(payload["state"]), payload.get("other_chat"))
        for person, payload in payloads.items()
    }


def _changed_contacts(
    known: dict[int, _ContactState], listed: dict[int, _ContactState], digest: str
) -> list[Observation]:
    """Observations of people who became contacts, who are none any more, or whose chat changed."""
    found = []
    for person, before in sorted(known.items()):
        gone = _ContactState("gone") if before.state == "present" else before
        contact = listed.get(person, gone)
        if contact != before:
            chat = {} if contact.other_chat is None else {"other_chat": contact.other_chat}
            payload = {"account_id": person, "state": contact.state, **chat}
            found.append(Observation("contact", f"contact/{person}", payload, None, digest))
    return found


VISIT_KIND = "requests"
"""The kind of the visits at the list of requests, which belongs to no room either."""

READ_EVERY = timedelta(minutes=10)
AT_ONCE = timedelta(hours=1)
"""Who was first seen within this time of the other, as when a chat is first read, took nobody's name."""

FAR_BEHIND = 500
"""After so many entries without anybody new it is remembered that they were looked through."""

PLACES = ("request", "contact", "room")
"""Where an account is seen, from far to near."""

_DEFAULT_PICTURE = "/ico_default"


class _Twin(NamedTuple):
    """An account with the name of a known person."""

    account: KnownPerson
    known: KnownPerson
    known_since: datetime
    place: str
    since: datetime | None
    """When it was first seen; None: it may have been a contact before the name was known."""

    @property
    def key(self) -> str:
        """The key of its entry."""
        return f"twin/{self.account.account_id}/{self.known.account_id}"


def note_twins(context: PullContext, rooms: Sequence[int], session: transfer.Session, *, full: bool) -> bool:
    """Compare who is new in the chats, the contacts just read and the requests of now; returns whether any was noted.

    `session` is one for downloads. The requests are read once in ten minutes, with `full` now. Raises TokenRefused.
    """
    asking = _read_requests(context, rooms, full=full)
    with context.archive.reading() as reading:
        upto, last = remembered_values.TWINS_UPTO.recall(reading), entries.last_seq(reading)
        new = people_seen_after(reading, upto) if last > upto else set()
        found = []
        if new or asking or context.outside:
            people = list(known_people(reading).values())
            found = [*_in_chats(reading, people, new - {context.account_id}), *_outside(context, people, asking)]
            found = [one for one in found if _is_news(reading, one)]
    context.outside.clear()
    noted = [Observation("twin", one.key, _payload(context, session, one)) for one in found]
    if noted or new or last - upto > FAR_BEHIND:
        with context.archive.writing() as writing:
            writer.append(writing, noted, account_id=context.account_id, at=context.now())
            remembered_values.TWINS_UPTO.remember(writing, last)
    return bool(noted)


def _read_requests(context: PullContext, rooms: Sequence[int], *, full: bool) -> list[Contact]:
    """Those who ask to become a contact; nobody where the list is not due, or if it cannot be had."""
    if not _are_due(context, rooms, VISIT_KIND, READ_EVERY, full=full):
        return []
    asking: list[Contact] = []
    context.looks += 1
    try:
        asking = [item.model for item in context.client.incoming_requests().items]
    except (NotVisible, NotUnderstood, Refused):
        pass  # as often as a list that is understood
    except ChatworkError:
        return []
    context.archive.write(remembered_values.put_visit, NO_ROOM, VISIT_KIND, at=context.now(), counters="")
    return asking


def _in_chats(reading: Reading, people: Sequence[KnownPerson], new: set[int]) -> Iterator[_Twin]:
    for person in people:
        match = _earliest(people, person) if person.account_id in new else None
        if match is None:
            continue
        alike = [at for name, at in person.names.items() if any(looks_like(name, known) for known in match[0].names)]
        if match[1] + AT_ONCE >= min(alike):
            continue
        since, is_renamed = first_seen(reading, person), min(alike) > min(person.names.values())
        if is_renamed or since > min(match[1], first_seen(reading, match[0])) + AT_ONCE:
            yield _Twin(person, *match, "room", since)


def _outside(context: PullContext, people: Sequence[KnownPerson], asking: Sequence[Contact]) -> Iterator[_Twin]:
    known, now = {context.account_id, *(one.account_id for one in people)}, context.now()
    listed: list[tuple[Contact, str, datetime | None]] = [(one, "request", now) for one in asking]
    listed += [(one, "contact", before) for one, before in context.outside]
    for one, place, before in listed:
        rooms = {int(one.room_id)} - {0}
        person = KnownPerson(one.account_id, one.name, {}, one.organization_id, one.avatar_image_url, rooms)
        match = None if one.account_id in known else _earliest(people, person)
        if match is not None:
            yield _Twin(person, *match, place, now if before is not None and match[1] <= before else None)


def _earliest(people: Sequence[KnownPerson], person: KnownPerson) -> tuple[KnownPerson, datetime] | None:
    """Who else had this name first, and since when; nobody of the same organisation on Chatwork."""
    found = [
        (at, one.account_id, one)
        for one in people
        if one.account_id != person.account_id and not 0 < person.organization_id == one.organization_id
        for known, at in one.names.items()
        if looks_like(person.name, known)
    ]
    return (min(found)[2], min(found)[0]) if found else None


def _is_news(reading: Reading, twin: _Twin) -> bool:
    """Whether it was not noted yet, or has come nearer."""
    before = current_state.last_payload(reading, twin.key, None)
    return before is None or PLACES.index(before["place"]) < PLACES.index(twin.place)


def _payload(context: PullContext, session: transfer.Session, twin: _Twin) -> dict[str, object]:
    known_since = min(twin.known_since, context.archive.read(first_seen, twin.known))
    pictures = [_picture(context, session, twin, one.avatar) for one in (twin.account, twin.known)]
    return {
        "account_id": twin.account.account_id,
        "name": twin.account.name,
        "known": twin.known.account_id,
        "known_since": to_text(known_since),
        "place": twin.place,
        "since": None if twin.since is None else to_text(twin.since),
        "room_id": max(twin.account.rooms, default=None),
        "picture": pictures[0],
        "known_picture": pictures[1],
    }


def _picture(context: PullContext, session: transfer.Session, twin: _Twin, url: str) -> str | None:
    """The digest of somebody's own picture; None if it cannot be had, or several others have the same one."""
    if not url or _DEFAULT_PICTURE in url:
        return None
    sha256, holders = context.archive.read(people.picture_holders, url)
    if sha256 is None and (body := get_picture(session, url)) is not None:
        with suppress(OSError):
            people.record_download(context.archive, url, body, next_at=context.now() + RETRY_AFTER)
        sha256, holders = context.archive.read(people.picture_holders, url)
    return sha256 if len(holders - {twin.account.account_id}) < 2 else None
