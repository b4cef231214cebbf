"""Reads recovered ids one by one by API; what could not be read stays in the table for the next run."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from archiver.chatwork.client import Client
from archiver.errors import NotVisible
from archiver.records import AccountId, RoomId
from archiver.store.archive import Archive
from archiver.store.working import backfill_queue
from archiver.store.working.backfill_queue import BackfillItem, ItemState, MessagePlace, Origin
from archiver.sync import finish, run_entries
from archiver.sync.preflight import RunInputs, check_account, read_inputs
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomReport, SyncReport
from archiver.sync.singles.backfill import BackfillReader

CALLS, MINUTES = 300, 5
"""What Chatwork allows (developer.chatwork.com/docs/endpoints)."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What has become of the ids; `report` is that of the run as any other."""

    found: int
    held: int
    """Were in the archive already."""
    recovered: int
    hidden_by_plan: int
    not_readable: int
    left: int
    """Not asked for yet: the next runs go on with them."""
    report: SyncReport


def minutes(number: int, *, reserve: int) -> int:
    """About how long so many single reads take; the first window of calls is used up at once."""
    usable = CALLS - min(reserve, CALLS // 5)
    return max(0, number - 1) // usable * MINUTES + 1


def read(
    archive: Archive,
    client: Client,
    places: Collection[MessagePlace],
    *,
    now: Callable[[], datetime],
    told: Callable[[int, int], None],
    settings: str,
) -> Recovered:
    """Read what is not held of these ids, the newest first, waiting for Chatwork's limit as often as it takes.

    `told` hears how many were asked for and how many there are. Raises NoContract, TokenRefused, WrongAccount,
    StorageError and, if not even the account can be asked for, what `Client.me` raises.
    """
    held = read_inputs(archive, at=now(), chosen=None)
    transport = client.transport
    transport.deadline = None
    transport.budget = held.budget or transport.budget
    before = finish.Counters(transport.requests, transport.unparsed)
    with archive.reading() as reading:
        there = backfill_queue.held_places(reading, places)
    todo = set(places) - there
    # Before the first sync nothing says what a list would show by itself.
    desk = _desk(archive, client, held, now) if todo and held.owner is not None else None
    report = SyncReport(AccountId(held.owner["account_id"]) if held.owner else AccountId(0), now())
    standings: dict[MessagePlace, ItemState] = {}
    if desk is not None:
        report.rooms = [RoomReport(room, held.names.get(room, "")) for room in sorted({room for room, _ in todo})]
        standings = _go_through(desk, todo, report, told)
        _write_down(desk, report, before, settings, not_read=held.in_any_contract)
    counted = list(standings.values())
    return Recovered(
        found=len(places),
        held=len(there),
        recovered=counted.count(ItemState.READ),
        hidden_by_plan=counted.count(ItemState.HIDDEN),
        not_readable=counted.count(ItemState.UNREADABLE),
        left=len(todo) - sum(standing is not ItemState.WAITING for standing in counted),
        report=report,
    )


def _desk(archive: Archive, client: Client, held: RunInputs, now: Callable[[], datetime]) -> PullContext:
    """Refuses another account's token before anything is written."""
    account = client.me().model.account_id
    check_account(account, held.owner, archive)
    return PullContext(archive, client, now, account)


def _go_through(
    desk: PullContext, todo: Collection[MessagePlace], report: SyncReport, told: Callable[[int, int], None]
) -> dict[MessagePlace, ItemState]:
    """Learn the ids, read those whose time has come, and say how each stands."""
    with desk.archive.writing() as writing:
        rooms = {room for room, _ in todo}
        backfill_queue.enqueue(writing, dict.fromkeys(todo, Origin.RECOVERED), rooms=rooms, at=desk.now())
        due = [quest for quest, is_due in backfill_queue.items_at(writing, todo, at=desk.now()).values() if is_due]
    seeker = BackfillReader(
        desk, {room.room_id: room for room in report.rooms}, lambda: False, _leave_room(desk), waits=True
    )
    for number, quest in enumerate(sorted(due, key=_newest_first)):
        told(number, len(due))
        if not seeker.take(quest):
            break
    with desk.archive.reading() as reading:
        return {
            place: quest.state for place, (quest, _) in backfill_queue.items_at(reading, todo, at=desk.now()).items()
        }


def _newest_first(quest: BackfillItem) -> int:
    return -quest.position


def _leave_room(desk: PullContext) -> Callable[[int, NotVisible], None]:
    """A room that refuses is left to the next sync, which finds out whether it can still be opened."""
    return lambda room, _unseen: desk.troubles.add(f"room/{room}/messages/refused")


def _write_down(
    desk: PullContext, report: SyncReport, before: finish.Counters, settings: str, *, not_read: Collection[RoomId]
) -> None:
    """The run's record, and the calls that are left for the next one; no list was read."""
    transport = desk.client.transport
    report.finished_at = desk.now()
    report.requests = transport.requests - before.requests
    report.complete = not desk.troubles
    unparsed = transport.unparsed - before.unparsed
    with desk.archive.writing() as writing:
        run_entries.write_run(
            writing,
            report,
            at=report.finished_at,
            unread=(None, None),
            settings=settings,
            unparsed=unparsed,
            not_read=not_read,
        )
        finish.keep_budget(writing, transport.budget)
