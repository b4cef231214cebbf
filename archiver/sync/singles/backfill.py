"""Back-fill: reads queued messages singly, which something named but no list has shown, those at risk first.

Messages that a read message names are queued in turn, so chains of replies are followed to their beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archiver.chatwork import reply_headers
from archiver.errors import BudgetSpent, ChatworkError, NotVisible
from archiver.records.conversation import is_plausible
from archiver.store.archive import Archive, Writing
from archiver.store.working import backfill_queue, remembered_values
from archiver.store.working.backfill_queue import BackfillItem, MessagePlace, Origin
from archiver.sync.pull.context import PullContext, description_references, text_references
from archiver.sync.pull.single_messages import RETRY_AFTER, read_queued
from archiver.sync.report import RoomReport

BATCH = 20
"""How many ids are taken from the queue at once: reading them may queue more urgent ones."""

FIRST_PAUSE = timedelta(hours=1)
"""The pause after a failed read; each further one is four times as long, up to `RETRY_AFTER`."""

ERRORS_LIMIT = 2
"""After so many errors in a row the rest is left for later."""


@dataclass(slots=True)
class BackfillReader:
    """Reads queued messages until the limit, the time or the calls are used up."""

    context: PullContext
    reports: dict[int, RoomReport]
    is_over: Callable[[], bool]
    """Returns whether the run must end."""
    on_refusal: Callable[[int, NotVisible], None]
    """Called with a room that refused (403)."""
    requests_made: int = 0
    """Requests made so far."""
    refused_rooms: set[int] = field(default_factory=set)
    """Rooms that refused in this run."""
    _errors_in_a_row: int = 0

    def backfill(self, rooms: Collection[int], *, limit: int) -> None:
        """Read what is due in these rooms. Raises TokenRefused, StorageError."""
        while self.requests_made < limit:
            with self.context.archive.reading() as reading:
                open_rooms = [room for room in rooms if room not in self.refused_rooms]
                batch = backfill_queue.due_items(
                    reading, open_rooms, at=self.context.now(), limit=min(BATCH, limit - self.requests_made)
                )
            if not batch:
                return
            for item in batch:
                if not self.read_item(item):
                    return

    def read_item(self, item: BackfillItem) -> bool:
        """Read a queued message; False if no more can be read in this run. Raises TokenRefused, StorageError."""
        if self.must_end() or self._errors_in_a_row >= ERRORS_LIMIT:
            return False
        if item.room_id in self.refused_rooms:
            return True
        self.requests_made += 1
        try:
            read_queued(self.context, item, self.reports[item.room_id])
        except BudgetSpent:
            return False
        except NotVisible as error:
            self.refused_rooms.add(item.room_id)
            self.on_refusal(item.room_id, error)
        except ChatworkError:
            self._errors_in_a_row += 1
            self._postpone(item)
        else:
            self._errors_in_a_row = 0
            self.context.cleared_prefixes.add(_trouble_key(item))
        return True

    def must_end(self) -> bool:
        """Whether the run is over or a call would have to wait, as a round does not wait for single messages."""
        transport = self.context.client.transport
        must_wait = bool(reply_headers.time_to_wait(transport.budget, transport.clock.own(), transport.reserve))
        return self.is_over() or must_wait

    def _postpone(self, item: BackfillItem) -> None:
        pause = FIRST_PAUSE * 4 ** min(item.attempts, 5)
        at = self.context.now()
        with self.context.archive.writing() as writing:
            backfill_queue.record_attempt(writing, item, item.state, at=at, next_at=at + min(pause, RETRY_AFTER))
        self.context.troubles.add(_trouble_key(item))


def enqueue_for_new_rooms(archive: Archive, rooms: Collection[int], *, at: datetime) -> None:
    """Queue the messages of newly contracted rooms that the rest of the archive names.

    Until a room is under a contract, nothing of it is kept.
    """
    with archive.reading() as reading:
        before = remembered_values.KNOWN_ROOMS.recall(reading)
    if before == frozenset(rooms):
        return
    with archive.writing() as writing:
        for room in sorted(set(rooms) - set(before or ())):
            backfill_queue.enqueue(writing, _references_to_room(writing, room, at), rooms=(room,), at=at)
        remembered_values.KNOWN_ROOMS.remember(writing, frozenset(rooms))


def _references_to_room(writing: Writing, room: int, at: datetime) -> dict[MessagePlace, Origin]:
    references: dict[MessagePlace, Origin] = {}
    for kind, text in backfill_queue.texts_naming(writing, room):
        for place, origin in description_references(text) if kind == "room" else text_references(text):
            if place[0] == room and is_plausible(place[1], at):
                references.setdefault(place, origin)
    return references


def _trouble_key(item: BackfillItem) -> str:
    return f"message/{item.room_id}/{item.position}"
