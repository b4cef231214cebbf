"""Back-fill: messages that are known of but that no list has shown, read singly, what is at risk first.

What a message that was read names in turn is learnt with it, so chains of replies are followed to their beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archiver.chatwork import ratelimit
from archiver.errors import BudgetSpent, ChatworkError, NotVisible
from archiver.message_ids import is_plausible
from archiver.store.archive import Archive, Writing
from archiver.store.working import backfill_queue, memory
from archiver.store.working.backfill_queue import BackfillItem, MessagePlace, Origin
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.single_messages import RARELY, seek
from archiver.sync.references import description_references, text_references
from archiver.sync.report import RoomReport

BATCH = 20
"""Ids taken from the table at once: what they bring up may be more urgent than what waits."""

FIRST_PAUSE = timedelta(hours=1)
"""After a fault; each further one takes four times as long, up to `RARELY`."""

MOST_FAULTS = 2
"""In a row, before the rest is left for later."""

KNOWN_ROOMS = "quest_rooms"


@dataclass(slots=True)
class BackfillReader:
    """Reads quests until the number given, the time or the calls are used up."""

    desk: PullContext
    reports: dict[int, RoomReport]
    is_over: Callable[[], bool]
    """Whether the run must end."""
    refused: Callable[[int, NotVisible], None]
    """Told of a room that refused (403)."""
    waits: bool = False
    """Whether it may wait for Chatwork's limit of calls."""
    read: int = 0
    """Requests made so far."""
    closed: set[int] = field(default_factory=set)
    """Rooms that refused in this run."""
    _faults: int = 0

    def backfill(self, rooms: Collection[int], *, most: int) -> None:
        """Read what is due in these rooms. Raises TokenRefused, StorageError."""
        while self.read < most:
            with self.desk.archive.reading() as reading:
                open_rooms = [room for room in rooms if room not in self.closed]
                batch = backfill_queue.due_items(
                    reading, open_rooms, at=self.desk.now(), limit=min(BATCH, most - self.read)
                )
            if not batch:
                return
            for quest in batch:
                if not self.take(quest):
                    return

    def take(self, quest: BackfillItem) -> bool:
        """Read one; False if no more can be read in this run. Raises TokenRefused, StorageError."""
        if self.must_end() or self._faults >= MOST_FAULTS:
            return False
        if quest.room_id in self.closed:
            return True
        self.read += 1
        try:
            seek(self.desk, quest, self.reports[quest.room_id])
        except BudgetSpent:
            return False
        except NotVisible as error:
            self.closed.add(quest.room_id)
            self.refused(quest.room_id, error)
        except ChatworkError:
            self._faults += 1
            self._postpone(quest)
        else:
            self._faults = 0
            self.desk.cleared.add(_trouble(quest))
        return True

    def must_end(self) -> bool:
        """Whether the run is over or a call would have to wait: a round does not wait for single messages."""
        transport = self.desk.client.transport
        must_wait = bool(ratelimit.time_to_wait(transport.budget, self.desk.now(), transport.reserve))
        return self.is_over() or (must_wait and not self.waits)

    def _postpone(self, quest: BackfillItem) -> None:
        pause = FIRST_PAUSE * 4 ** min(quest.attempts, 5)
        at = self.desk.now()
        with self.desk.archive.writing() as writing:
            backfill_queue.record_attempt(writing, quest, quest.state, at=at, next_at=at + min(pause, RARELY))
        self.desk.troubles.add(_trouble(quest))


def learn_late(archive: Archive, rooms: Collection[int], *, at: datetime) -> None:
    """When a room comes under a contract: what the rest of the archive names in it is learnt now.

    Until then it was a foreign room, of which nothing is kept.
    """
    with archive.reading() as reading:
        before = memory.recall(reading, KNOWN_ROOMS)
    if before == sorted(rooms):
        return
    with archive.writing() as writing:
        for room in sorted(set(rooms) - set(before or ())):
            backfill_queue.enqueue(writing, _named(writing, room, at), rooms=(room,), at=at)
        memory.remember(writing, KNOWN_ROOMS, sorted(rooms))


def _named(writing: Writing, room: int, at: datetime) -> dict[MessagePlace, Origin]:
    found: dict[MessagePlace, Origin] = {}
    for kind, text in backfill_queue.texts_naming(writing, room):
        for place, origin in description_references(text) if kind == "room" else text_references(text):
            if place[0] == room and is_plausible(place[1], at):
                found.setdefault(place, origin)
    return found


def _trouble(quest: BackfillItem) -> str:
    return f"message/{quest.room_id}/{quest.position}"
