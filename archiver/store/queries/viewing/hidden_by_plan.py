"""Joins the messages that the plan hid between two readings of a room into one event: there may be thousands."""

from __future__ import annotations

import sqlite3

from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent

_BOUNDS = (
    "SELECT (SELECT coalesce(max(seq), 0) FROM window WHERE room_id = ?1 AND seq < ?2),"
    " (SELECT coalesce(min(seq), 9223372036854775807) FROM window WHERE room_id = ?1 AND seq > ?2)"
)
_HIDDEN = (
    "SELECT c.seq FROM change c JOIN entry e ON e.seq = c.seq WHERE c.room_id = ? AND c.seq > ? AND c.seq < ?"
    " AND e.kind = 'message' AND json_extract(e.line, '$.payload.state') = 'hidden'"
    " AND coalesce((SELECT json_extract(p.line, '$.payload.state') FROM entry p WHERE p.key = e.key"
    " AND p.room_id IS e.room_id AND p.kind = e.kind AND p.seq < e.seq ORDER BY p.seq DESC LIMIT 1), '') <> 'hidden'"
    " ORDER BY c.seq"
)
"""Entries of messages that were not hidden before."""


class HiddenRuns:
    """Runs of messages hidden between one list of a room and the next; the newest entry stands for all."""

    def __init__(self, source: sqlite3.Connection) -> None:
        """Nothing is read yet."""
        self._source = source
        self._joined: set[int] = set()

    def has_joined(self, seq: int) -> bool:
        """Whether an entry belongs to a run that was joined already."""
        return seq in self._joined

    def join(self, event: TimelineEvent) -> TimelineEvent | None:
        """The event, or the event of its whole run; None if a newer entry stands for the run."""
        if event.kind is not EventKind.HIDDEN or event.room_id is None:
            return event
        bounds = self._source.execute(_BOUNDS, (event.room_id, event.seq)).fetchone()
        run = [seq for (seq,) in self._source.execute(_HIDDEN, (event.room_id, *bounds))]
        self._joined.update(run)
        if event.seq != run[-1]:
            return None
        return (
            event if len(run) == 1 else TimelineEvent(event.seq, event.at, event.kind, event.room_id, number=len(run))
        )
