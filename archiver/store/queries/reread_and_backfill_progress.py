"""Progress of the two slow jobs: re-reading old messages, and back-filling messages known only by their id."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.time_text import to_text
from archiver.store.working import backfill_queue, reread_progress

_MESSAGE, _WINDOW = schema.message.c, schema.window.c
_CHUNK = 500
"""Parameters in one query; SQLite allows a few thousand."""

Span = tuple[int, int]
"""The first and the last position of a range, both inside."""


class Rereading(NamedTuple):
    """Counts of messages older than the newest list that can still change, and of those re-read lately."""

    old: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class SlowWork:
    """Progress of re-reading and back-filling over some rooms."""

    rereading: Rereading
    backfill: backfill_queue.BackfillCounts


def slow_work_progress(reading: Reading, rooms: Collection[int], *, since: datetime) -> SlowWork:
    """The progress over these rooms; messages re-read after `since` are confirmed. Inaccessible rooms are left out."""
    shut = current_state.inaccessible_rooms(reading)
    by_room = [_rereading(reading, room, since) for room in rooms if room not in shut]
    rereading = Rereading(sum(one.old for one in by_room), sum(one.confirmed for one in by_room))
    return SlowWork(rereading, backfill_queue.count_items(reading, rooms))


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The same positions as spans that do not touch, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def is_in_spans(position: int, spans: Sequence[Span]) -> bool:
    """Whether a position lies in one of these merged spans."""
    index = bisect_right(spans, (position, 2**63)) - 1
    return index >= 0 and position <= spans[index][1]


def _rereading(reading: Reading, room: int, since: datetime) -> Rereading:
    below = reread_progress.oldest_listed(reading, room)
    if below is None:
        return Rereading(0, 0)
    old = and_(_MESSAGE.room_id == room, _MESSAGE.position < below, _MESSAGE.state.in_(reread_progress.REREADABLE))
    listed = _listed_spans(reading, room, since, below)
    inside = sum(_count(reading, and_(old, _MESSAGE.position.between(first, last))) for first, last in listed)
    changed = or_(_MESSAGE.first_seen >= to_text(since), _MESSAGE.changed_at >= to_text(since))
    singly = _positions(reading, and_(old, changed)) | _held_positions(
        reading, old, current_state.singly_read_messages(reading, room, since)
    )
    outside = sum(not is_in_spans(position, listed) for position in singly)
    return Rereading(_count(reading, old), inside + outside)


def _listed_spans(reading: Reading, room: int, since: datetime, below: int) -> list[Span]:
    """The positions below one that lists read since then covered."""
    query = select(_WINDOW.oldest, _WINDOW.newest).where(
        _WINDOW.room_id == room, _WINDOW.observed_at >= to_text(since), _WINDOW.oldest < below
    )
    return merge_spans((oldest, min(newest, below - 1)) for oldest, newest in reading.sql.execute(query))


def _held_positions(reading: Reading, condition: ColumnElement[bool], positions: Collection[int]) -> set[int]:
    """Those of these positions that have a saved message for which the condition holds."""
    listed = sorted(positions)
    found: set[int] = set()
    for start in range(0, len(listed), _CHUNK):
        found |= _positions(reading, and_(condition, _MESSAGE.position.in_(listed[start : start + _CHUNK])))
    return found


def _positions(reading: Reading, condition: ColumnElement[bool]) -> set[int]:
    return {position for (position,) in reading.sql.execute(select(_MESSAGE.position).where(condition))}


def _count(reading: Reading, condition: ColumnElement[bool]) -> int:
    return int(reading.sql.execute(select(func.count()).select_from(schema.message).where(condition)).scalar() or 0)
