"""Reads single messages after the lists of a round: back-fill first, then re-reading, within a share of the budget.

`forecast_single_reads` plans them from what is known now, without what the lists will bring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from archiver.chatwork import ratelimit
from archiver.chatwork.ratelimit import Budget
from archiver.store.working import backfill_queue
from archiver.sync import plan
from archiver.sync.options import Options
from archiver.sync.singles.backfill import BackfillReader, enqueue_for_new_rooms
from archiver.sync.singles.reread import forecast_reread, reread_messages


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
    budget = _reduce_budget(transport.budget, before)
    limit = single_reads_share(budget, transport.clock.own(), reserve=transport.reserve, full=options.full)
    with context.archive.reading() as reading:
        counts = Counter(
            item.room_id for item in backfill_queue.due_items(reading, rooms, at=context.now(), limit=limit)
        )
    reader.requests_made += counts.total()
    steps = [plan.PlanStep(room, plan.BACKFILL, "named", requests=number) for room, number in counts.items()]
    for room, near, turn in forecast_reread(reader, rooms, period=options.reread_every, limit=limit):
        steps += [plan.PlanStep(room, plan.REREAD, "near", requests=near)] if near else []
        steps += [plan.PlanStep(room, plan.REREAD, "due", requests=turn)] if turn else []
    return steps


def _reduce_budget(budget: Budget, spent: int) -> Budget:
    return budget if budget.remaining is None else replace(budget, remaining=max(0, budget.remaining - spent))


SINGLE_READS_LIMIT = 100
"""The most messages read singly in one round, back-fill and re-reading together."""


SHARE_WITHOUT_BUDGET = 50
"""The same limit where it is not known how many calls are left."""


def single_reads_share(budget: Budget, now: datetime, *, reserve: int, full: bool = False) -> int:
    """How many messages may be read singly: half of the calls left above the reserve, up to `SINGLE_READS_LIMIT`.

    `full`: all of these calls. 0 if a call would have to wait.
    """
    if ratelimit.time_to_wait(budget, now, reserve):
        return 0
    if budget.remaining is None:
        return SHARE_WITHOUT_BUDGET
    reserved = reserve if budget.limit is None else min(reserve, budget.limit // 5)
    is_window_over = budget.reset is not None and budget.reset <= now and budget.limit is not None
    left = max(0, (budget.limit or 0 if is_window_over else budget.remaining) - reserved)
    return left if full else min(SINGLE_READS_LIMIT, left // 2)
