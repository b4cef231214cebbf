"""The list of contacts, once a day: compared and not kept, as it names people of no contracted room.

It also tells of direct chats with people of the contracted rooms that belong to no contract. Of such a chat nothing
is written but its number beside the person's.
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
from archiver.store.working import visits
from archiver.sync.pull.context import PullContext

KIND = "contacts"
"""Of visits; the list belongs to no room, so its room is 0."""

NO_ROOM = 0
REFUSED = "refused"
EVERY = timedelta(days=1)
EMPTY = "empty"
"""What a visit remembers that saw nobody where somebody was expected: it is believed the second time."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A person as a contact: listed or not, and the direct chat with them that no contract names."""

    state: str | None
    """None: nothing was written of them yet."""
    other_chat: int | None = None


def contacts(desk: PullContext, rooms: Sequence[int], shown: Mapping[int, Room], *, full: bool = False) -> bool:
    """Who of the people of these rooms is a contact, and who is one no more; whether anything became an entry.

    `shown` are the rooms that Chatwork lists. Only ids are written. Reads nothing before its day has come, unless
    `full`. A list that is refused or not understood is let be until the next day, one that could not be asked for
    until the next run. Raises TokenRefused, StorageError.
    """
    if not _are_due(desk, rooms, full=full):
        return False
    try:
        listing = desk.client.contacts()
    except (NotVisible, NotUnderstood, Refused):
        with desk.archive.writing() as writing:
            visits.put_visit(writing, NO_ROOM, KIND, at=desk.now(), counters=REFUSED)
        return False
    except ChatworkError:
        return False
    with desk.archive.writing() as writing:
        seen = _compare(writing, rooms, listing, _direct(writing, shown))
        counters = "" if seen is not None else EMPTY
        writer.append(writing, seen or [], account_id=desk.account_id, at=listing.reply.received_at)
        visits.put_visit(writing, NO_ROOM, KIND, at=desk.now(), counters=counters)
    return bool(seen)


def _are_due(desk: PullContext, rooms: Sequence[int], *, full: bool) -> bool:
    """Whether a day has passed since the last list, and there is anybody to look for in it."""
    with desk.archive.reading() as reading:
        last = visits.last_visits(reading).get((NO_ROOM, KIND))
        recent = last is not None and last.counters != EMPTY and timedelta() <= desk.now() - last.at < EVERY
        return (full or not recent) and bool(departures.counterparts(reading, rooms))


def _direct(reading: Reading, shown: Mapping[int, Room]) -> set[int]:
    """The direct chats that no contract names, not even one that is not read any more."""
    contracted = {room.room_id for one in contracts.contracts(reading) for room in one.rooms}
    return {room for room, one in shown.items() if one.type == "direct"} - contracted


def _compare(
    writing: Writing, rooms: Sequence[int], listing: Listing[Contact], direct: set[int]
) -> list[Observation] | None:
    """What differs; None for a list that is empty where several were expected, the first time."""
    listed = {
        one.model.number: _Seen("present", one.model.room_id if one.model.room_id in direct else None)
        for one in listing.items
    }
    held = _held(writing, departures.counterparts(writing, rooms))
    were = [person for person, seen in held.items() if seen.state == "present"]
    last = visits.last_visits(writing).get((NO_ROOM, KIND))
    if not listed and len(were) > 1 and (last is None or last.counters != EMPTY):
        return None
    return _changes(held, listed, listing.reply.digest)


def _held(reading: Reading, people: set[int]) -> dict[int, _Seen]:
    """What was last written of each."""
    told = {person: current_state.last_payload(reading, f"contact/{person}", None) for person in sorted(people)}
    return {
        person: _Seen(None) if payload is None else _Seen(str(payload["state"]), payload.get("other_chat"))
        for person, payload in told.items()
    }


def _changes(held: dict[int, _Seen], listed: dict[int, _Seen], digest: str) -> list[Observation]:
    """Those who are listed and were not, those who were and are not, and those with another chat than before."""
    changed = {person: listed[person] for person, seen in held.items() if person in listed and listed[person] != seen}
    gone = {person: _Seen("gone") for person, seen in held.items() if person not in listed and seen.state == "present"}
    return [
        Observation("contact", f"contact/{person}", _payload(person, one), None, digest)
        for person, one in sorted((changed | gone).items())
    ]


def _payload(person: int, seen: _Seen) -> dict[str, object]:
    told: dict[str, object] = {"account_id": person, "state": seen.state}
    return told if seen.other_chat is None else {**told, "other_chat": seen.other_chat}
