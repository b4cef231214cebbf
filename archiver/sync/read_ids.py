"""Reads recovered ids one by one by API; ids that could not be read stay in the queue for the next run."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archiver.chatwork import reply_headers
from archiver.chatwork.client import Client
from archiver.chatwork.reply_headers import Budget
from archiver.records import AccountId
from archiver.store.archive import Archive
from archiver.store.erasure.records import without_erased
from archiver.store.working import backfill_queue
from archiver.store.working.backfill_queue import ItemState, MessagePlace, Origin
from archiver.sync.found_ids import FoundIds
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.single_messages import BackfillReader
from archiver.sync.report import RoomReport, SyncReport
from archiver.sync.run_end import record_run
from archiver.sync.run_inputs import ask_account, start_without_lists

WINDOW_CALLS, WINDOW = 300, timedelta(minutes=5)
"""The calls that Chatwork allows in a window (developer.chatwork.com/docs/endpoints), where no reply said otherwise."""


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """How many ids were recovered and why others were not, with the report of the run."""

    found: int
    saved_before: int
    """Ids whose messages were in the archive already."""
    recovered: int
    hidden_by_plan: int
    not_readable: int
    left: int
    """Ids not read yet, with which the next runs go on."""
    report: SyncReport
    erased: int = 0
    """Ids of messages that the owner erased, which are not asked for; none of the found ones."""
    must_wait: bool = False
    """Whether the reading ended only because the allowance is used up."""

    def is_whole(self, found: FoundIds) -> bool:
        """Whether every possible id of those that were found in files was read."""
        return not (self.left or found.roomless or found.is_cut)

    def document(self, found: FoundIds) -> dict[str, object]:
        """The JSON document of `archive save FILE --json`; `found`: the ids in the files."""
        return {
            "found": self.found,
            "held": self.saved_before,
            "recovered": self.recovered,
            "hidden_by_plan": self.hidden_by_plan,
            "not_readable": self.not_readable,
            "left": self.left,
            "other_rooms": len(found.elsewhere),
            "without_room": len(found.roomless),
            "implausible": len(found.implausible),
            "erased": self.erased,
            "requests": self.report.requests,
        }

    def after(self, earlier: RecoveryResult | None) -> RecoveryResult:
        """The result of this part and of all before it; what any run saved meanwhile counts as recovered."""
        if earlier is None:
            return self
        self.report.requests += earlier.report.requests
        return replace(
            self,
            found=earlier.found,
            saved_before=earlier.saved_before,
            recovered=self.saved_before - earlier.saved_before + self.recovered,
        )


def estimate_minutes(number: int, budget: Budget, *, reserve: int, now: datetime) -> int:
    """About how many minutes so many single reads take within the allowance, of which `reserve` stays free."""
    limit = budget.limit or WINDOW_CALLS
    reserve = min(reserve, limit // 5)
    wait, usable = WINDOW, limit - reserve
    if budget.remaining is not None and budget.reset is not None and budget.reset > now:
        wait, usable = budget.reset - now, budget.remaining - reserve
    later = number - max(0, usable)
    if later <= 0:
        return 1
    windows = (later - 1) // (limit - reserve)
    return math.ceil((wait + windows * WINDOW).total_seconds() / 60) + 1


def allowance_wait(client: Client) -> timedelta:
    """How long to wait until the allowance has calls for us again; 0: it has."""
    transport = client.transport
    return reply_headers.time_to_wait(transport.budget, transport.clock.own(), transport.reserve)


def read_recovered(
    archive: Archive,
    client: Client,
    places: Collection[MessagePlace],
    *,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None],
    settings: str,
) -> RecoveryResult:
    """Read the messages of these ids that are not saved, the newest first, until the allowance is used up.

    `progress` is called with how many were read and how many there are. Raises NoContract, TokenRefused, WrongAccount,
    StorageError and, if not even the account can be read, what `Client.me` raises.
    """
    inputs, before = start_without_lists(archive, client, now=now)
    with archive.reading() as reading:
        saved = backfill_queue.held_places(reading, places)
        missing = without_erased(reading, set(places) - saved)
    erased = len(set(places) - saved - missing)
    # Before the first sync nothing shows which messages a list would bring anyway.
    context = ask_account(archive, client, inputs, before, now=now) if missing and inputs.owner is not None else None
    report = SyncReport(AccountId(inputs.owner["account_id"]) if inputs.owner else AccountId(0), now())
    states: dict[MessagePlace, ItemState] = {}
    if context is not None:
        report.rooms = [RoomReport(room, inputs.names.get(room, "")) for room in sorted({room for room, _ in missing})]
        states = _read_places(context, missing, report, progress)
        record_run(context, report, settings)
    counted = list(states.values())
    left = len(missing) - sum(standing is not ItemState.WAITING for standing in counted)
    wait = allowance_wait(client)
    return RecoveryResult(
        found=len(places) - erased,
        saved_before=len(saved),
        recovered=counted.count(ItemState.READ),
        hidden_by_plan=counted.count(ItemState.HIDDEN),
        not_readable=counted.count(ItemState.UNREADABLE),
        left=left,
        report=report,
        erased=erased,
        must_wait=bool(left and wait and context is not None),
    )


def _read_places(
    context: PullContext, missing: Collection[MessagePlace], report: SyncReport, progress: Callable[[int, int], None]
) -> dict[MessagePlace, ItemState]:
    """Queue the ids, read those that are due, and return the state of each."""
    with context.archive.writing() as writing:
        rooms = {room for room, _ in missing}
        backfill_queue.enqueue(writing, dict.fromkeys(missing, Origin.RECOVERED), rooms=rooms, at=context.now())
        due = [
            queued for queued, is_due in backfill_queue.items_at(writing, missing, at=context.now()).values() if is_due
        ]
    reader = BackfillReader(
        context,
        {room.room_id: room for room in report.rooms},
        lambda: False,
        # The next sync finds out whether the room is still accessible.
        lambda room, _refusal: context.troubles.add(f"room/{room}/messages/refused"),
    )
    for number, item in enumerate(sorted(due, key=lambda item: -item.position)):
        progress(number, len(due))
        if not reader.read_item(item):
            break
    with context.archive.reading() as reading:
        return {
            place: queued.state
            for place, (queued, _) in backfill_queue.items_at(reading, missing, at=context.now()).items()
        }
