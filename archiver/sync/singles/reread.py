"""Re-reading: messages older than the list, one by one, so that late edits and deletions get a bounded interval.

Each comes once in a period, spread evenly over it, the youngest first and others' before one's own; at most one
batch an hour, so that idle runs stay at two requests. After a change its neighbours are read soon.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archiver.errors import BudgetSpent, ChatworkError, NotVisible
from archiver.records import MessageId
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import memory, reread_progress
from archiver.store.working.reread_progress import RereadPass
from archiver.sync.pull.single_messages import singles
from archiver.sync.report import RoomReport
from archiver.sync.singles.backfill import BackfillReader

EVERY = timedelta(hours=1)
"""Between two batches."""

MOST_A_ROOM = 30
"""Messages of one room in one batch, neighbours of changes left aside."""

REACH = 10
"""Neighbours on either side of a change that are read soon."""

LATELY = timedelta(hours=6)
"""A neighbour that was read singly within this time is not read again."""

MOST_CHANGES = 50
"""Changes of one room whose neighbours are remembered."""

BATCH_AT, CHANGED = "reread_at", "reread_changed"

Changed = dict[int, list[int]]
"""Positions of changes whose neighbours are still to be read, by room, the youngest first."""


def reread(seeker: BackfillReader, rooms: Collection[int], *, period: timedelta, most: int) -> None:
    """Read what it is the turn of in these rooms, until the run has made `most` requests for single messages.

    Raises TokenRefused, StorageError.
    """
    batch, waiting = _begin(seeker, period, most)
    changed = _merged(waiting, seeker.reports)
    for report in seeker.reports.values():
        report.changed.clear()
    left = {room: found for room, found in changed.items() if room not in rooms}
    for room in _in_turn(rooms if batch.has_turn else changed.keys() & set(rooms), batch.at):
        if not batch.read_room(room, changed.get(room, [])) and room in changed:
            left[room] = changed[room]
    # What the re-reading itself has seen change is for the next run.
    _remember(seeker, batch, waiting, _merged(left, seeker.reports))


def forecast(
    seeker: BackfillReader, rooms: Collection[int], *, period: timedelta, most: int
) -> list[tuple[int, int, int]]:
    """What `reread` would read by what is known now: room, neighbours of changes, messages whose turn it is.

    Only reads the archive; the seeker's `read` counts as if they had been read.
    """
    batch, waiting = _begin(seeker, period, most)
    found = []
    for room in _in_turn(rooms if batch.has_turn else waiting.keys() & set(rooms), batch.at):
        choice = batch.choose(room, waiting.get(room, []))
        if choice is not None and choice.wanted:
            near = min(choice.near, len(choice.wanted))
            found.append((room, near, len(choice.wanted) - near))
            seeker.read += len(choice.wanted)
    return found


def quota(eligible: int, done: int, elapsed: timedelta, period: timedelta) -> int:
    """How many more of `eligible` messages are to be read now, so that all are read when the period ends."""
    passed = min(1.0, max(0.0, elapsed / period))
    return max(0, int(eligible * passed) - done)


def _begin(seeker: BackfillReader, period: timedelta, most: int) -> tuple[_Batch, Changed]:
    """The batch of this run, and the changes whose neighbours earlier ones have left over."""
    at = seeker.desk.now()
    with seeker.desk.archive.reading() as reading:
        waiting = {int(room): found for room, found in memory.recall(reading, CHANGED, {}).items()}
        last = memory.recall(reading, BATCH_AT)
    has_time = seeker.read < most and not seeker.must_end()
    has_turn = has_time and (last is None or not timedelta() <= at - from_text(last) < EVERY)
    return _Batch(seeker, period, most, at, has_turn), waiting


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is to be read in one room."""

    wanted: list[MessageId]
    near: int
    """Neighbours of changes that are to be read; as many as there is room for stand first in `wanted`."""
    advanced: list[RereadPass]
    """How far the rounds come by it."""


@dataclass(slots=True)
class _Batch:
    """What one run reads again."""

    seeker: BackfillReader
    period: timedelta
    most: int
    at: datetime
    has_turn: bool
    rounds: list[RereadPass] = field(default_factory=list)
    """How far rounds have come, where that changed."""

    def read_room(self, room: int, changed: list[int]) -> bool:
        """Neighbours of changes, then those whose turn it is; False if neighbours are left over."""
        left = self.most - self.seeker.read
        choice = self.choose(room, changed)
        if choice is None or not _read(self.seeker, room, choice.wanted):
            return False
        self.rounds += choice.advanced
        return choice.near <= left

    def choose(self, room: int, changed: list[int]) -> _Choice | None:
        """What to read in a room, as far as the share reaches; None if it is used up or the run is over."""
        left = self.most - self.seeker.read
        if left <= 0 or self.seeker.must_end():
            return None
        with self.seeker.desk.archive.reading() as reading:
            below = reread_progress.oldest_listed(reading, room)
            if below is None:
                return _Choice([], 0, [])
            near = self._near(reading, room, changed, below)
            turns = self._turns(reading, room, below) if self.has_turn else []
        wanted, advanced = near[:left], []
        room_left = min(MOST_A_ROOM, left - len(wanted))
        for one, due in turns:
            taken, room_left = due[:room_left], room_left - len(due[:room_left])
            wanted += [message for message in taken if message not in wanted]
            advanced.append(_advanced(one, taken))
        return _Choice(wanted, len(near), advanced)

    def _near(self, reading: Reading, room: int, changed: list[int], below: int) -> list[MessageId]:
        if not changed:
            return []
        lately = current_state.singly_read_messages(reading, room, self.at - LATELY)
        found = reread_progress.neighbours(reading, room, changed, below=below, reach=REACH)
        return [MessageId(str(one)) for one in found if one not in lately]

    def _turns(self, reading: Reading, room: int, below: int) -> list[tuple[RereadPass, list[MessageId]]]:
        """Both rounds of a room with the messages that are due in each, the others' first."""
        owner = self.seeker.desk.account_id
        found: list[tuple[RereadPass, list[MessageId]]] = []
        for own in (False, True):
            one = reread_progress.current_pass(reading, room, own=own)
            if one is None or one.begun_at > self.at:  # the first, or the clock was set back
                found.append((RereadPass(room, own, self.at), []))
                continue
            elapsed = self.at - one.begun_at
            eligible = reread_progress.count_old(reading, room, below, owner=owner, own=own)
            number = min(MOST_A_ROOM, quota(eligible, one.done, elapsed, self.period))
            start = below if one.position is None else min(below, one.position)
            due = reread_progress.next_old(reading, room, start, owner=owner, own=own, limit=max(1, number))
            if elapsed >= self.period and not due:
                found.append((RereadPass(room, own, self.at), []))
            elif number and due:
                found.append((one, due))
        return found


def _advanced(one: RereadPass, taken: list[MessageId]) -> RereadPass:
    return replace(one, done=one.done + len(taken), position=int(taken[-1])) if taken else one


def _in_turn(rooms: Collection[int], at: datetime) -> list[int]:
    """The rooms, each hour beginning with another, so that none is always the last."""
    listed = sorted(rooms)
    start = int(at.timestamp() // EVERY.total_seconds()) % max(1, len(listed))
    return listed[start:] + listed[:start]


def _merged(waiting: Mapping[int, list[int]], reports: Mapping[int, RoomReport]) -> Changed:
    rooms = waiting.keys() | {room for room, report in reports.items() if report.changed}
    found = {}
    for room in sorted(rooms):
        fresh = reports[room].changed if room in reports else set()
        found[room] = sorted({*waiting.get(room, ()), *fresh}, reverse=True)[:MOST_CHANGES]
    return found


def _read(seeker: BackfillReader, room: int, messages: list[MessageId]) -> bool:
    """Read them; False if they are to be tried again. Another fault must not hold up what comes after it."""
    if not messages:
        return True
    desk, report = seeker.desk, seeker.reports[room]
    before = desk.client.transport.requests
    try:
        singles(desk, room, messages, report)
    except BudgetSpent:
        return False
    except NotVisible as error:
        seeker.closed.add(room)
        seeker.refused(room, error)
        return False
    except ChatworkError:
        desk.troubles.add(f"room/{room}/reread/failed")
    else:
        desk.cleared.add(f"room/{room}/reread/")
    finally:
        seeker.read += len(messages)
        report.reread += min(len(messages), desk.client.transport.requests - before)
    return True


def _remember(seeker: BackfillReader, batch: _Batch, before: Changed, after: Changed) -> None:
    if not batch.has_turn and after == before:
        return
    with seeker.desk.archive.writing() as writing:
        memory.remember(writing, CHANGED, {str(room): found for room, found in after.items()} or None)
        if batch.has_turn:
            memory.remember(writing, BATCH_AT, to_text(batch.at))
        for one in batch.rounds:
            reread_progress.save_pass(writing, one)
