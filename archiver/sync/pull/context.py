"""The context of all pulls, and functions that append what a pull saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from archiver.chatwork.client import Client
from archiver.chatwork.models import Contact
from archiver.records import Entry, JsonObject, Observation, ObservedBy, Reply
from archiver.records.conversation import is_plausible
from archiver.store import writer
from archiver.store.archive import Archive, Writing
from archiver.store.queries import contracts, current_state
from archiver.store.received_facts_and_record_forms import account_id_of, body_of, fingerprint, storable_integer
from archiver.store.working import last_lists, remembered_values, single_reads
from archiver.store.working.last_lists import SameList
from archiver.store.working.single_reads import PRIORITY, MessagePlace, Origin
from archiver.sync import plan
from archiver.sync.report import RoomOutcome, RoomReport

REFERENCES_LIMIT = 100
"""The most references taken from one text: a text full of invented ids must not use up the budget of others."""


def find_references(observations: Iterable[Observation], *, owner: int, at: datetime) -> dict[MessagePlace, Origin]:
    """The messages that observations refer to, each with its most urgent origin; `owner` is the token's account.

    Ids that no message can have at that time are left out. The messages may be in any room.
    """
    references: dict[MessagePlace, Origin] = {}
    for place, origin in (one for observation in observations for one in _observation_references(observation, owner)):
        if is_plausible(place[1], at) and (place not in references or PRIORITY[origin] < PRIORITY[references[place]]):
            references[place] = origin
    return references


def text_references(text: str) -> Iterator[tuple[MessagePlace, Origin]]:
    """The messages that a body or task text names, in order; at most `REFERENCES_LIMIT`."""
    from archiver.chatwork.notation.parse import message_references  # here, as most runs see no new text

    for room, message in islice(message_references(text), REFERENCES_LIMIT):
        is_reply = f"to={room}-{message}" in text
        yield (room, int(message)), Origin.REPLY if is_reply else Origin.LINK


def description_references(text: str) -> Iterator[tuple[MessagePlace, Origin]]:
    """The messages that a room's description names."""
    return ((place, Origin.DESCRIPTION) for place, _origin in text_references(text))


def _observation_references(observation: Observation, owner: int) -> Iterator[tuple[MessagePlace, Origin]]:
    match observation.kind:
        case "message" if observation.payload["state"] not in ("missing", "hidden"):
            yield from text_references(body_of(observation.payload["object"]))
        case "file":
            mine = account_id_of(observation.payload["object"].get("account")) == owner
            yield from _carrying_message(observation, Origin.OWN_FILE if mine else Origin.FILE)
        case "task":
            yield from _carrying_message(observation, Origin.TASK)
            yield from text_references(body_of(observation.payload["object"]))
        case "room":
            text = observation.payload["object"].get("description")
            yield from description_references(text if isinstance(text, str) else "")


def _carrying_message(observation: Observation, origin: Origin) -> Iterator[tuple[MessagePlace, Origin]]:
    """The message that a file or task was posted with."""
    if observation.room_id is not None:
        yield (observation.room_id, storable_integer(observation.payload["object"].get("message_id"))), origin


@dataclass(slots=True)
class PullContext:
    """What every pull needs: archive, client, clock and account, and what the run has noted so far."""

    archive: Archive
    client: Client
    now: Callable[[], datetime]
    account_id: int
    troubles: set[str] = field(default_factory=set)
    """Stable keys of what went wrong or is not complete (`room/5/messages/failed`, `file/5/77`)."""
    cleared_prefixes: set[str] = field(default_factory=set)
    """Prefixes of the keys of troubles that this run found to be over."""
    visited: set[tuple[int, str]] = field(default_factory=set)
    """The rooms and kinds of visits that this run has read."""
    looks: int = 0
    """The requests of this run that count in the share of the allowance for looking for changes."""
    outside: list[tuple[Contact, datetime | None]] = field(default_factory=list)
    """The contacts that this run listed, to be compared and not kept; and when the list before was read."""
    steady_visits: list[tuple[SameList, datetime, str]] = field(default_factory=list)
    """The looks at lists that stayed the same which are not stored yet, with the time and the room's counters then."""


def write_steady_visits(context: PullContext, writing: Writing) -> None:
    """Store the looks at lists that stayed the same: those of all rooms at once, and before any entry is appended."""
    if context.steady_visits:
        last_lists.add_looks(writing, [look for look, _at, _counters in context.steady_visits])
        for look, at, counters in context.steady_visits:
            remembered_values.put_visit(writing, look.room_id, plan.MESSAGES, at=at, counters=counters)
        context.steady_visits.clear()


def record_visit(context: PullContext, writing: Writing, room: int, kind: str, *, counters: str) -> None:
    """Record that a kind was read now; without counters the room counts as moved in the next run."""
    remembered_values.put_visit(writing, room, kind, at=context.now(), counters=counters)
    context.visited.add((room, kind))


def object_payload(received: JsonObject, state: str, source: ObservedBy = ObservedBy.LIST) -> JsonObject:
    """The payload of message, task, file and member entries: the object as received, or the last one seen."""
    return {"object": received, "state": state, "source": source.value}


def append_observations(
    context: PullContext,
    writing: Writing,
    observations: Sequence[Observation],
    reply: Reply,
    report: RoomReport,
    *,
    is_news: bool = True,
    keeps_reply: bool = True,
) -> list[Entry]:
    """Append the observations of a reply, and keep the reply if it is news; the new entries.

    With `keeps_reply` False it is not kept: it shows again what the owner erased.

    Messages that they mention and that are not saved are queued in the same transaction.
    """
    if not observations:
        return []
    write_steady_visits(context, writing)
    if is_news:
        if keeps_reply:
            writer.keep_reply(writing, reply, room_id=report.room_id)
        report.news = True
        report.outcome = RoomOutcome.ARCHIVED
    appended = writer.append_dated(writing, observations, reply, account_id=context.account_id)
    references = find_references(observations, owner=context.account_id, at=reply.received_at)
    if references:
        rooms = contracts.rooms_to_read(writing, reply.received_at)
        single_reads.enqueue(writing, references, rooms=rooms, at=reply.received_at)
    return appended


def account_observations(
    writing: Writing, room: int, received: Mapping[int, JsonObject], digest: str | None
) -> list[Observation]:
    """Observations of people whose name or picture is new; an account received without a name keeps the known one.

    `digest`: that of the reply that showed them; None if it is not kept.
    """
    known = current_state.person_fingerprints(writing, room)
    return [
        Observation("account", f"account/{room}/{account}", {"object": element}, room, digest)
        for account, element in sorted(received.items())
        if known.get(account) != fingerprint("account", element) and (element.get("name") or account not in known)
    ]
