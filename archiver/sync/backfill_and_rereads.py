"""Reads single messages after the lists of a round: back-fill first, then old ones once more, within a share.

Before an export, the messages that it quotes are read once more, within a few seconds and calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from archiver.chatwork import reply_headers
from archiver.chatwork.client import Client
from archiver.chatwork.reply_headers import Budget
from archiver.errors import BudgetSpent, ChatworkError, NotVisible
from archiver.records import MessageId, RoomId
from archiver.store.archive import Archive, Reading
from archiver.store.queries import current_state
from archiver.store.working import remembered_values, single_reads
from archiver.store.working.single_reads import RereadPass
from archiver.sync import plan
from archiver.sync.pull.single_messages import BackfillReader, enqueue_for_new_rooms, read_singly
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.sync.run_end import record_run
from archiver.sync.run_start import Options, ask_account, start_without_lists

BATCH_EVERY = timedelta(hours=1)
"""The time between two batches."""

ROOM_LIMIT = 30
"""The most messages of one room in one batch, without neighbours of changes."""

NEIGHBOURS_REACH = 10
"""How many neighbours on either side of a change are read soon."""

RECENTLY = timedelta(hours=6)
"""A neighbour that was read singly within this time is not read again."""

CHANGES_LIMIT = 50
"""The most changes of one room whose neighbours are remembered."""

ChangedPositions = Mapping[int, list[int]]
"""Positions of changes whose neighbours are still to be read, by room, the youngest first."""


def reread_messages(reader: BackfillReader, rooms: Collection[int], *, period: timedelta, limit: int) -> None:
    """Re-read the messages whose turn it is in these rooms, until the run has made `limit` single reads.

    Raises TokenRefused, StorageError.
    """
    batch, waiting = _begin_batch(reader, period, limit)
    changed = _merge_changes(waiting, reader.reports)
    for report in reader.reports.values():
        report.changed.clear()
    left = {room: found for room, found in changed.items() if room not in rooms}
    for room in _rotate_rooms(rooms if batch.has_turn else changed.keys() & set(rooms), batch.at):
        if not batch.read_room(room, changed.get(room, [])) and room in changed:
            left[room] = changed[room]
    # Changes that the re-reading itself has found are for the next run.
    _remember_batch(reader, batch, waiting, _merge_changes(left, reader.reports))


def forecast_reread(
    reader: BackfillReader, rooms: Collection[int], *, period: timedelta, limit: int
) -> list[tuple[int, int, int]]:
    """What `reread_messages` would read now: room, number of neighbours of changes, number of messages in turn.

    Only reads the archive; the reader counts the requests as if they had been made.
    """
    batch, waiting = _begin_batch(reader, period, limit)
    found = []
    for room in _rotate_rooms(rooms if batch.has_turn else waiting.keys() & set(rooms), batch.at):
        choice = batch.choose(room, waiting.get(room, []))
        if choice is not None and choice.messages:
            near = min(choice.neighbour_count, len(choice.messages))
            found.append((room, near, len(choice.messages) - near))
            reader.requests_made += len(choice.messages)
    return found


def due_count(eligible: int, done: int, elapsed: timedelta, period: timedelta) -> int:
    """How many more of `eligible` messages must be read now so that all are read when the period ends."""
    passed = min(1.0, max(0.0, elapsed / period))
    return max(0, int(eligible * passed) - done)


def _begin_batch(reader: BackfillReader, period: timedelta, limit: int) -> tuple[_Batch, ChangedPositions]:
    """The batch of this run, and the changes whose neighbours earlier batches have left over."""
    at = reader.context.now()
    with reader.context.archive.reading() as reading:
        waiting, last = remembered_values.REREAD_CHANGES.recall(reading), remembered_values.REREAD_AT.recall(reading)
    has_time = reader.requests_made < limit and not reader.must_end()
    has_turn = has_time and (last is None or not timedelta() <= at - last < BATCH_EVERY)
    return _Batch(reader, period, limit, at, has_turn), waiting


class _RoomChoice(NamedTuple):
    """The messages to read in one room."""

    messages: list[MessageId]
    neighbour_count: int
    """How many neighbours of changes are to be read; as many as the limit allows are first in `messages`."""
    advanced_passes: list[RereadPass]
    """The passes of the room after reading these messages."""


@dataclass(slots=True)
class _Batch:
    """The messages that one run re-reads."""

    reader: BackfillReader
    period: timedelta
    limit: int
    at: datetime
    has_turn: bool
    passes: list[RereadPass] = field(default_factory=list)
    """The passes that this batch has advanced."""

    def read_room(self, room: int, changed: list[int]) -> bool:
        """Read neighbours of changes, then messages whose turn it is; returns False if neighbours are left over."""
        left = self.limit - self.reader.requests_made
        choice = self.choose(room, changed)
        if choice is None or not _read_messages(self.reader, room, choice.messages):
            return False
        self.passes += choice.advanced_passes
        return choice.neighbour_count <= left

    def choose(self, room: int, changed: list[int]) -> _RoomChoice | None:
        """The messages to read in a room within the limit; None if it is used up or the run is over."""
        left = self.limit - self.reader.requests_made
        if left <= 0 or self.reader.must_end():
            return None
        with self.reader.context.archive.reading() as reading:
            below = single_reads.oldest_listed(reading, room)
            if below is None:
                return _RoomChoice([], 0, [])
            near = self._near(reading, room, changed, below)
            turns = self._turns(reading, room, below) if self.has_turn else []
        messages, advanced = near[:left], []
        room_left = min(ROOM_LIMIT, left - len(messages))
        for current_pass, due in turns:
            taken, room_left = due[:room_left], room_left - len(due[:room_left])
            messages += [message for message in taken if message not in messages]
            advanced.append(_advance_pass(current_pass, taken))
        return _RoomChoice(messages, len(near), advanced)

    def _near(self, reading: Reading, room: int, changed: list[int], below: int) -> list[MessageId]:
        if not changed:
            return []
        read_recently = current_state.singly_read_messages(reading, room, self.at - RECENTLY)
        found = single_reads.neighbours(reading, room, changed, below=below, reach=NEIGHBOURS_REACH)
        return [MessageId(str(position)) for position in found if position not in read_recently]

    def _turns(self, reading: Reading, room: int, below: int) -> list[tuple[RereadPass, list[MessageId]]]:
        """Both passes of a room with the messages due in each, others' messages first."""
        owner = self.reader.context.account_id
        found: list[tuple[RereadPass, list[MessageId]]] = []
        for own in (False, True):
            current_pass = single_reads.current_pass(reading, room, own=own)
            if current_pass is None or current_pass.begun_at > self.at:  # the first pass, or the clock was set back
                found.append((RereadPass(room, own, self.at), []))
                continue
            elapsed = self.at - current_pass.begun_at
            eligible = single_reads.count_old(reading, room, below, owner=owner, own=own)
            number = min(ROOM_LIMIT, due_count(eligible, current_pass.done, elapsed, self.period))
            start = below if current_pass.position is None else min(below, current_pass.position)
            due = single_reads.next_old(reading, room, start, owner=owner, own=own, limit=max(1, number))
            if elapsed >= self.period and not due:
                found.append((RereadPass(room, own, self.at), []))
            elif number and due:
                found.append((current_pass, due))
        return found


def _advance_pass(current_pass: RereadPass, taken: list[MessageId]) -> RereadPass:
    if not taken:
        return current_pass
    return current_pass._replace(done=current_pass.done + len(taken), position=int(taken[-1]))


def _rotate_rooms(rooms: Collection[int], at: datetime) -> list[int]:
    """The rooms, beginning with another one each hour, so that none is always the last."""
    listed = sorted(rooms)
    start = int(at.timestamp() // BATCH_EVERY.total_seconds()) % max(1, len(listed))
    return listed[start:] + listed[:start]


def _merge_changes(waiting: Mapping[int, list[int]], reports: Mapping[int, RoomReport]) -> ChangedPositions:
    rooms = waiting.keys() | {room for room, report in reports.items() if report.changed}
    found = {}
    for room in sorted(rooms):
        fresh = reports[room].changed if room in reports else set()
        found[room] = sorted({*waiting.get(room, ()), *fresh}, reverse=True)[:CHANGES_LIMIT]
    return found


def _read_messages(reader: BackfillReader, room: int, messages: list[MessageId]) -> bool:
    """Read these messages; returns False if they must be tried again. Other errors do not hold up later messages."""
    if not messages:
        return True
    context, report = reader.context, reader.reports[room]
    before = context.client.transport.requests
    try:
        read_singly(context, room, messages, report)
    except BudgetSpent:
        return False
    except NotVisible as error:
        reader.refused_rooms.add(room)
        reader.on_refusal(room, error)
        return False
    except ChatworkError:
        context.troubles.add(f"room/{room}/reread/failed")
    else:
        context.cleared_prefixes.add(f"room/{room}/reread/")
    finally:
        reader.requests_made += len(messages)
        report.reread += min(len(messages), context.client.transport.requests - before)
    return True


def _remember_batch(reader: BackfillReader, batch: _Batch, before: ChangedPositions, after: ChangedPositions) -> None:
    if not batch.has_turn and after == before:
        return
    with reader.context.archive.writing() as writing:
        remembered_values.REREAD_CHANGES.remember(writing, after or None)
        if batch.has_turn:
            remembered_values.REREAD_AT.remember(writing, batch.at)
        for current_pass in batch.passes:
            single_reads.save_pass(writing, current_pass)


def read_single_messages(
    reader: BackfillReader, rooms: Sequence[int], *, contracted: Sequence[int], options: Options
) -> None:
    """Read single messages of these rooms; `contracted` are all contracted rooms. The rest waits for later runs.

    Raises TokenRefused, StorageError.
    """
    context = reader.context
    enqueue_for_new_rooms(context.archive, contracted, at=context.now())
    transport = context.client.transport
    limit = single_reads_share(transport.budget, transport.clock.own(), reserve=transport.reserve, full=options.full)
    reader.backfill(rooms, limit=limit)
    open_rooms = [room for room in rooms if room not in reader.refused_rooms]
    reread_messages(reader, open_rooms, period=options.reread_every, limit=limit)


def forecast_single_reads(
    reader: BackfillReader, rooms: Sequence[int], options: Options, *, before: int
) -> list[plan.PlanStep]:
    """Steps for the single messages of these rooms, one request each, once `before` requests were spent on lists.

    Only reads the archive. The reader cannot be used again.
    """
    context, transport = reader.context, reader.context.client.transport
    left = transport.budget.remaining
    budget = replace(transport.budget, remaining=None if left is None else max(0, left - before))
    limit = single_reads_share(budget, transport.clock.own(), reserve=transport.reserve, full=options.full)
    counts = Counter(
        item.room_id for item in context.archive.read(single_reads.due_items, rooms, at=context.now(), limit=limit)
    )
    reader.requests_made += counts.total()
    steps = [plan.PlanStep(room, plan.BACKFILL, "named", requests=number) for room, number in counts.items()]
    for room, near, turn in forecast_reread(reader, rooms, period=options.reread_every, limit=limit):
        steps += [plan.PlanStep(room, plan.REREAD, "near", requests=near)] if near else []
        steps += [plan.PlanStep(room, plan.REREAD, "due", requests=turn)] if turn else []
    return steps


SINGLE_READS_LIMIT = 100
"""The most messages read singly in one round, back-fill and re-reading together."""


SHARE_WITHOUT_BUDGET = 50
"""The same limit where it is not known how many calls are left."""


def single_reads_share(budget: Budget, now: datetime, *, reserve: int, full: bool = False) -> int:
    """How many messages may be read singly: half of the calls left above the reserve, up to `SINGLE_READS_LIMIT`.

    `full`: all of these calls. 0 if a call would have to wait.
    """
    if reply_headers.time_to_wait(budget, now, reserve):
        return 0
    if budget.remaining is None:
        return SHARE_WITHOUT_BUDGET
    reserved = reserve if budget.limit is None else min(reserve, budget.limit // 5)
    is_window_over = budget.reset is not None and budget.reset <= now and budget.limit is not None
    left = max(0, (budget.limit or 0 if is_window_over else budget.remaining) - reserved)
    return left if full else min(SINGLE_READS_LIMIT, left // 2)


MAX_CALLS = 30
"""Calls at most, with the one that tells whose token it is."""

LONGEST = timedelta(seconds=15)
"""The time that all of it may take."""

FIRST_REPLY = timedelta(seconds=4)
"""The time for the first reply: without a network nobody waits longer."""

MAX_MESSAGES = MAX_CALLS - 1

AT_ONCE = 5
"""Messages that are read between two looks at the clock."""


def recheck_messages(
    archive: Archive, client: Client, places: Sequence[tuple[int, int]], *, now: Callable[[], datetime], settings: str
) -> SyncReport:
    """Read these messages (room, id), rooms together, until calls or time are used up; what changed is appended.

    The caller holds the round lock. A chat that refuses is left to the next round. Raises what `Client.me` raises,
    WrongAccount, BudgetSpent (not even the account could be asked), NoContract, StorageError.
    """
    transport = client.transport
    begun = transport.clock.own()
    inputs = start_without_lists(archive, client, now=now, seconds=FIRST_REPLY)
    context = ask_account(archive, client, inputs, now=now)
    transport.deadline = begun + LONGEST
    report = SyncReport(context.account_id, now())
    for room, listed in groupby(sorted(places[:MAX_MESSAGES]), key=lambda place: place[0]):
        room_report = RoomReport(RoomId(room), inputs.names.get(room, ""))
        report.rooms.append(room_report)
        waiting = [MessageId(str(position)) for _room, position in listed]
        try:
            while waiting and transport.clock.own() < transport.deadline:
                read_singly(context, room, waiting[:AT_ONCE], room_report)
                del waiting[:AT_ONCE]
        except (NotVisible, BudgetSpent) as error:
            context.troubles.add(f"room/{room}/messages/refused")
            if isinstance(error, NotVisible):
                room_report.outcome = RoomOutcome.INACCESSIBLE
    record_run(context, report, settings)
    return report
