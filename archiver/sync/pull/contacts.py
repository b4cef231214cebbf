"""The list of contacts, once a day: compared and not kept, as it names people of no contracted room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Contact
from archiver.errors import ChatworkError, NotUnderstood, NotVisible, Refused
from archiver.records import Observation
from archiver.store import work, writer
from archiver.store.archive import Reading, Writing
from archiver.store.queries import known, signs
from archiver.sync.pull.desk import Desk

KIND = "contacts"
"""Of visits; the list belongs to no room, so its room is 0."""

NO_ROOM = 0
REFUSED = "refused"
EVERY = timedelta(days=1)
EMPTY = "empty"
"""What a visit remembers that saw nobody where somebody was expected: it is believed the second time."""


def contacts(desk: Desk, rooms: Sequence[int], *, full: bool = False) -> bool:
    """Who of the people of these rooms is a contact, and who is one no more; whether anything became an entry.

    Only account ids are written. Reads nothing before its day has come, unless `full`. A list that is refused or
    not understood is let be until the next day, one that could not be asked for until the next run. Raises
    TokenRefused, StorageError.
    """
    if not _are_due(desk, rooms, full=full):
        return False
    try:
        listing = desk.client.contacts()
    except (NotVisible, NotUnderstood, Refused):
        with desk.archive.writing() as writing:
            work.put_visit(writing, NO_ROOM, KIND, at=desk.now(), counters=REFUSED)
        return False
    except ChatworkError:
        return False
    with desk.archive.writing() as writing:
        seen = _compare(writing, rooms, listing)
        counters = "" if seen is not None else EMPTY
        writer.append(writing, seen or [], account_id=desk.account_id, at=listing.reply.received_at)
        work.put_visit(writing, NO_ROOM, KIND, at=desk.now(), counters=counters)
    return bool(seen)


def _are_due(desk: Desk, rooms: Sequence[int], *, full: bool) -> bool:
    """Whether a day has passed since the last list, and there is anybody to look for in it."""
    with desk.archive.reading() as reading:
        last = work.visits(reading).get((NO_ROOM, KIND))
        recent = last is not None and last.counters != EMPTY and timedelta() <= desk.now() - last.at < EVERY
        return (full or not recent) and bool(signs.counterparts(reading, rooms))


def _compare(writing: Writing, rooms: Sequence[int], listing: Listing[Contact]) -> list[Observation] | None:
    """What differs; None for a list that is empty where several were expected, the first time."""
    listed = {one.model.number for one in listing.items}
    held = _held(writing, signs.counterparts(writing, rooms))
    were = [person for person, state in held.items() if state == "present"]
    last = work.visits(writing).get((NO_ROOM, KIND))
    if not listed and len(were) > 1 and (last is None or last.counters != EMPTY):
        return None
    return _changes(held, listed, listing.reply.digest)


def _held(reading: Reading, people: set[int]) -> dict[int, str | None]:
    """What was last written of each; None for whom nothing was."""
    told = {person: known.payload(reading, f"contact/{person}", None) for person in sorted(people)}
    return {person: None if payload is None else str(payload["state"]) for person, payload in told.items()}


def _changes(held: dict[int, str | None], listed: set[int], digest: str) -> list[Observation]:
    """Those who are listed and were not, and those who were and are not."""
    come = {person: "present" for person, state in held.items() if person in listed and state != "present"}
    gone = {person: "gone" for person, state in held.items() if person not in listed and state == "present"}
    return [
        Observation("contact", f"contact/{person}", {"account_id": person, "state": state}, None, digest)
        for person, state in sorted((come | gone).items())
    ]
