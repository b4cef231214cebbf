"""Whether anything of some rooms is known to be missing that no run can fetch any more, or that no list shows."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from archiver.records import State
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries.gaps import holes, unlisted_beginnings
from archiver.store.working import backfill_queue


def has_losses(reading: Reading, rooms: Collection[int]) -> bool:
    """Whether messages before the first list, in a gap, named and never readable, or never seen undeleted are known."""
    if unlisted_beginnings(reading, rooms).rooms or any(room in rooms for room, _before in holes(reading)):
        return True
    counts = backfill_queue.count_items(reading, rooms)
    return bool(counts.hidden or counts.unreadable) or _has_unseen_texts(reading, rooms)


def _has_unseen_texts(reading: Reading, rooms: Collection[int]) -> bool:
    """Whether a message was deleted before anybody saw its text here."""
    message = schema.message.c
    gone = message.state.in_((State.DELETED, State.MISSING, State.HIDDEN))
    query = select(message.position).where(message.room_id.in_(sorted(rooms)), gone, message.text_digest == "").limit(1)
    return reading.sql.execute(query).first() is not None
