"""What a round reads one by one when its lists are done: back-fill first, then re-reading, within a share.

`forecast` tells it beforehand, by what is known now: what the lists bring up comes on top.
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
from archiver.sync.singles.backfill import BackfillReader, learn_late
from archiver.sync.singles.reread import forecast as forecast_reread
from archiver.sync.singles.reread import reread


def singly(seeker: BackfillReader, rooms: Sequence[int], *, contracted: Sequence[int], options: Options) -> None:
    """Read single messages of these rooms; `contracted` are all that are read. What is left waits without a word.

    Raises TokenRefused, StorageError.
    """
    desk = seeker.desk
    learn_late(desk.archive, contracted, at=desk.now())
    transport = desk.client.transport
    most = share(transport.budget, desk.now(), reserve=transport.reserve, full=options.full)
    seeker.backfill(rooms, most=most)
    open_rooms = [room for room in rooms if room not in seeker.closed]
    reread(seeker, open_rooms, period=options.reread_every, most=most)


def forecast(seeker: BackfillReader, rooms: Sequence[int], options: Options, *, before: int) -> list[plan.PlanStep]:
    """Steps for the single messages of these rooms, one request each, once `before` requests were spent on lists.

    Only reads the archive. The seeker is used up by it.
    """
    desk, transport = seeker.desk, seeker.desk.client.transport
    budget = _less(transport.budget, before)
    most = share(budget, desk.now(), reserve=transport.reserve, full=options.full)
    with desk.archive.reading() as reading:
        found = Counter(one.room_id for one in backfill_queue.due_items(reading, rooms, at=desk.now(), limit=most))
    seeker.read += found.total()
    steps = [plan.PlanStep(room, plan.BACKFILL, "named", requests=number) for room, number in found.items()]
    for room, near, turn in forecast_reread(seeker, rooms, period=options.reread_every, most=most):
        steps += [plan.PlanStep(room, plan.REREAD, "near", requests=near)] if near else []
        steps += [plan.PlanStep(room, plan.REREAD, "due", requests=turn)] if turn else []
    return steps


def _less(budget: Budget, spent: int) -> Budget:
    return budget if budget.remaining is None else replace(budget, remaining=max(0, budget.remaining - spent))


MOST = 100
"""Messages read singly in one round, back-fill and re-reading together."""


UNTOLD = 50
"""The same where Chatwork has not told how many calls are left."""


def share(budget: Budget, now: datetime, *, reserve: int, full: bool = False) -> int:
    """Half of the calls that are left above the reserve, up to `MOST`; `full`: all of them.

    Nothing where a call would have to wait.
    """
    if ratelimit.time_to_wait(budget, now, reserve):
        return 0
    if budget.remaining is None:
        return UNTOLD
    kept = reserve if budget.limit is None else min(reserve, budget.limit // 5)
    over = budget.reset is not None and budget.reset <= now and budget.limit is not None
    left = max(0, (budget.limit or 0 if over else budget.remaining) - kept)
    return left if full else min(MOST, left // 2)
