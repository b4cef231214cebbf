"""Progress of the two slow jobs: re-reading old messages, and back-filling messages known only by their id."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from archiver.records import MessageId, State
from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.engine import driver_connection
from archiver.store.queries import current_state
from archiver.store.queries.looks_and_gaps import last_window
from archiver.store.rows import among, upsert_rows
from archiver.store.time_text import from_text, to_text
from archiver.store.working import backfill_queue

REREADABLE = (State.PRESENT, State.EDITED)
"""States of messages that are read again. Deleted, hidden and missing messages are not."""


class RereadPass(NamedTuple):
    """One pass through the old messages of a room that the owner wrote (`own`), or that others wrote."""

    room_id: int
    own: bool
    begun_at: datetime
    done: int = 0
    """Messages read in this pass so far."""
    position: int | None = None
    """The oldest message read in this pass; None = none yet."""


_TABLE, _MESSAGE = schema.rotation, schema.message.c


def current_pass(reading: Reading, room: int, *, own: bool) -> RereadPass | None:
    """The pass that is under way; None before the first."""
    query = select(_TABLE).where(_TABLE.c.room_id == room, _TABLE.c.own == own)
    row = reading.sql.execute(query).one_or_none()
    return None if row is None else RereadPass(room, own, from_text(row.begun_at), row.done, row.position)


def save_pass(writing: Writing, reread_pass: RereadPass) -> None:
    """Store how far a pass has come."""
    upsert_rows(writing.sql, _TABLE, [reread_pass._asdict() | {"begun_at": to_text(reread_pass.begun_at)}])


def oldest_listed(reading: Reading, room: int) -> int | None:
    """The oldest message that the latest list of a room showed; None if it showed none."""
    last = last_window(reading, room)
    return None if last is None else last.oldest


def count_old(reading: Reading, room: int, below: int, *, owner: int, own: bool) -> int:
    """How many messages below a position a pass reads."""
    query = select(func.count()).where(_is_old(room, below), _is_written_by(owner, own=own))
    return int(reading.sql.execute(query).scalar() or 0)


def next_old(reading: Reading, room: int, below: int, *, owner: int, own: bool, limit: int) -> list[MessageId]:
    """The newest messages below a position, newest first."""
    query = (
        select(_MESSAGE.message_id)
        .where(_is_old(room, below), _is_written_by(owner, own=own))
        .order_by(_MESSAGE.position.desc())
        .limit(limit)
    )
    return [MessageId(name) for (name,) in reading.sql.execute(query)]


def neighbours(reading: Reading, room: int, positions: Collection[int], *, below: int, reach: int) -> list[int]:
    """The messages nearest to these positions, `reach` on either side, that lie below a position; newest first."""
    found: set[int] = set()
    for position in positions:
        for side, order in (
            (_MESSAGE.position < position, _MESSAGE.position.desc()),
            (_MESSAGE.position > position, _MESSAGE.position.asc()),
        ):
            query = select(_MESSAGE.position).where(_is_old(room, below), side).order_by(order).limit(reach)
            found.update(number for (number,) in reading.sql.execute(query))
    return sorted(found - set(positions), reverse=True)


def _is_old(room: int, below: int) -> ColumnElement[bool]:
    return and_(_MESSAGE.room_id == room, _MESSAGE.position < below, _MESSAGE.state.in_(REREADABLE))


def _is_written_by(owner: int, *, own: bool) -> ColumnElement[bool]:
    return _MESSAGE.account_id == owner if own else _MESSAGE.account_id != owner


Span = tuple[int, int]
"""The first and the last position of a range, both inside."""


class Rereading(NamedTuple):
    """Counts of messages older than the newest list that can still change, and of those re-read lately."""

    old: int
    confirmed: int


class SlowWork(NamedTuple):
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
    """The counts of one room; SQLite counts, as all messages of a young archive are among the confirmed."""
    below = oldest_listed(reading, room)
    if below is None:
        return Rereading(0, 0)
    old = _is_old(room, below)
    changed = or_(_MESSAGE.first_seen >= to_text(since), _MESSAGE.changed_at >= to_text(since))
    listed = merge_spans(driver_connection(reading.sql).execute(_LISTED, (room, to_text(since), below)))
    unlisted = list(_between(listed, _oldest(reading, room), below))
    all_old = int(driver_connection(reading.sql).execute(_OLD, (room, below)).fetchone()[0])
    inside = _count_inside(reading, old, listed, unlisted, all_old)
    outside = sum(_count(reading, old, changed, _MESSAGE.position.between(*span)) for span in unlisted)
    singly = _held_positions(reading, and_(old, ~changed), current_state.singly_read_messages(reading, room, since))
    outside += sum(not is_in_spans(position, listed) for position in singly)
    return Rereading(all_old, inside + outside)


_LISTED = """
    SELECT oldest, min(newest, ?3 - 1) FROM window
    WHERE room_id = ?1 AND observed_at >= ?2 AND oldest < ?3 ORDER BY oldest
"""


def _between(spans: Sequence[Span], begin: int, end: int) -> Iterator[Span]:
    """The positions from `begin` to below `end` that are in none of these merged spans."""
    for first, last in spans:
        yield begin, first - 1
        begin = last + 1
    yield begin, end - 1


def _oldest(reading: Reading, room: int) -> int:
    oldest: int | None = reading.sql.execute(
        select(func.min(_MESSAGE.position)).where(_MESSAGE.room_id == room)
    ).scalar()
    return oldest or 0


def _count_inside(
    reading: Reading, old: ColumnElement[bool], spans: Sequence[Span], others: Sequence[Span], total: int
) -> int:
    """How many old messages lie in these spans: those there, or all but those in the others, whichever are shorter."""
    shorter = min(spans, others, key=lambda some: sum(last - first for first, last in some))
    number = sum(_count(reading, old, _MESSAGE.position.between(*span)) for span in shorter)
    return number if shorter is spans else total - number


_OLD = """
    SELECT (SELECT count(*) FROM message INDEXED BY message_sent WHERE room_id = ?1 AND position < ?2)
        - (SELECT count(*) FROM message INDEXED BY message_state
            WHERE room_id = ?1 AND position < ?2 AND state <> 'present' AND state <> 'edited')
"""
"""All but those in other states than `REREADABLE`, by two narrow indexes: a third of the time."""


def _held_positions(reading: Reading, condition: ColumnElement[bool], positions: Collection[int]) -> set[int]:
    """Those of these positions that have a saved message for which the condition holds."""
    chosen = among(_MESSAGE.position, positions)
    return set(reading.sql.execute(select(_MESSAGE.position).where(condition, chosen)).scalars())


def _count(reading: Reading, *conditions: ColumnElement[bool]) -> int:
    return int(reading.sql.execute(select(func.count()).select_from(schema.message).where(*conditions)).scalar() or 0)
