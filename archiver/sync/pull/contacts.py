"""Reads the list of contacts once a day; it is compared but not kept, as it names people of no contracted room.

It also shows direct chats with people of the contracted rooms that belong to no contract. Of such a chat only its
number is recorded, with the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Contact, Room
from archiver.errors import ChatworkError, NotUnderstood, NotVisible, Refused
from archiver.records import Observation
from archiver.store import writer
from archiver.store.archive import Reading, Writing
from archiver.store.queries import contracts, current_state, departures
from archiver.store.working import remembered_values
from archiver.sync.pull.context import PullContext

VISIT_KIND = "contacts"
"""The kind of its visits; the list belongs to no room, so its room is 0."""

NO_ROOM = 0
REFUSED = "refused"
READ_EVERY = timedelta(days=1)
EMPTY = "empty"
"""The counters of a visit whose list was empty where somebody was expected: it is believed the second time."""


@dataclass(frozen=True, slots=True)
class _ContactState:
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
    if not _are_due(context, rooms, full=full):
        return False
    try:
        listing = context.client.contacts()
    except (NotVisible, NotUnderstood, Refused):
        with context.archive.writing() as writing:
            remembered_values.put_visit(writing, NO_ROOM, VISIT_KIND, at=context.now(), counters=REFUSED)
        return False
    except ChatworkError:
        return False
    with context.archive.writing() as writing:
        last = remembered_values.last_visits(writing).get((NO_ROOM, VISIT_KIND))
        context.outside += [(item.model, None if last is None else last.at) for item in listing.items]
        observations = _compare_listing(writing, rooms, listing, _uncontracted_direct_chats(writing, listed_rooms))
        counters = "" if observations is not None else EMPTY
        writer.append_dated(writing, observations or [], listing.reply, account_id=context.account_id)
        remembered_values.put_visit(writing, NO_ROOM, VISIT_KIND, at=context.now(), counters=counters)
    return bool(observations)


def _are_due(context: PullContext, rooms: Sequence[int], *, full: bool) -> bool:
    """Whether a day has passed since the last list, and there is a counterpart to look for in it."""
    with context.archive.reading() as reading:
        last = remembered_values.last_visits(reading).get((NO_ROOM, VISIT_KIND))
        recent = last is not None and last.counters != EMPTY and timedelta() <= context.now() - last.at < READ_EVERY
        return (full or not recent) and bool(departures.counterparts(reading, rooms))


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
    known = _known_states(writing, departures.counterparts(writing, rooms))
    present_before = [person for person, contact in known.items() if contact.state == "present"]
    last = remembered_values.last_visits(writing).get((NO_ROOM, VISIT_KIND))
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
    changed = {
        person: listed[person] for person, contact in known.items() if person in listed and listed[person] != contact
    }
    gone = {
        person: _ContactState("gone")
        for person, contact in known.items()
        if person not in listed and contact.state == "present"
    }
    return [
        Observation("contact", f"contact/{person}", _contact_payload(person, contact), None, digest)
        for person, contact in sorted((changed | gone).items())
    ]


def _contact_payload(person: int, contact: _ContactState) -> dict[str, object]:
    payload: dict[str, object] = {"account_id": person, "state": contact.state}
    return payload if contact.other_chat is None else {**payload, "other_chat": contact.other_chat}
