"""What every pull works with, and how what it saw is appended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.chatwork.client import Client
from archiver.records import JsonObject, Observation, ObservedBy, Reply
from archiver.store import writer
from archiver.store.archive import Archive, Writing
from archiver.store.fingerprints import fingerprint
from archiver.store.queries import contracts, current_state
from archiver.store.working import backfill_queue, visits
from archiver.sync.references import find_references
from archiver.sync.report import RoomOutcome, RoomReport


@dataclass(slots=True)
class PullContext:
    """What a pull works with."""

    archive: Archive
    client: Client
    now: Callable[[], datetime]
    account_id: int
    troubles: set[str] = field(default_factory=set)
    """What went wrong or is not complete, each by a stable key (`room/5/messages/failed`, `file/5/77`)."""
    cleared: set[str] = field(default_factory=set)
    """Beginnings of keys that this run has found to be in order."""
    visited: set[tuple[int, str]] = field(default_factory=set)
    """What this run has read: rooms and kinds of visits."""


def visit(desk: PullContext, writing: Writing, room: int, kind: str, *, counters: str) -> None:
    """Remember that a kind was read now; without counters the room counts as moved in the next run."""
    visits.put_visit(writing, room, kind, at=desk.now(), counters=counters)
    desk.visited.add((room, kind))


def payload(one: JsonObject, state: str, source: ObservedBy = ObservedBy.LIST) -> JsonObject:
    """The payload of message, task, file and member entries: the object as received, or the last one seen."""
    return {"object": one, "state": state, "source": source.value}


def append(
    desk: PullContext,
    writing: Writing,
    seen: Sequence[Observation],
    reply: Reply,
    report: RoomReport,
    *,
    keep: bool = True,
) -> None:
    """Append what a reply told, and keep the reply if it told anything but its window.

    Messages that it mentions and that are not held are remembered in the same transaction.
    """
    if not seen:
        return
    if keep:
        writer.keep_reply(writing, reply, room_id=report.room_id)
        report.news = True
        report.outcome = RoomOutcome.ARCHIVED
    writer.append(writing, seen, account_id=desk.account_id, at=reply.received_at)
    found = find_references(seen, owner=desk.account_id, at=reply.received_at)
    if found:
        rooms = contracts.rooms_to_read(writing, reply.received_at)
        backfill_queue.enqueue(writing, found, rooms=rooms, at=reply.received_at)


def persons(writing: Writing, room: int, shown: Mapping[int, JsonObject], reply: Reply) -> list[Observation]:
    """`account` entries for persons whose name or picture is new; one that is told without a name has not lost it."""
    held = current_state.person_fingerprints(writing, room)
    return [
        Observation("account", f"account/{room}/{account}", {"object": one}, room, reply.digest)
        for account, one in sorted(shown.items())
        if held.get(account) != fingerprint("account", one) and (one.get("name") or account not in held)
    ]
