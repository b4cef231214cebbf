"""Messages that are read one by one: a queue of those known by their id alone, and passes through the old ones.

An id is found in a file, a task, a reply, a link, a description, or a file that the user gave. It waits until the
message was read, was hidden by the plan, or could not be read; the last two are tried again after a long time. Of both
it is told how far they have come. Working tables, no evidence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from archiver.records import MessageId, State
from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.erasure.records import without_erased
from archiver.store.queries import current_state
from archiver.store.queries.looks_and_gaps import last_window
from archiver.store.rows import among, by_room, upsert_rows
from archiver.store.time_text import from_text, to_text

MessagePlace = tuple[int, int]
"""Room and position: the message's id as a number."""


class Origin(StrEnum):
    """Where an id was found, in the order in which messages are read: those most at risk first."""

    RECOVERED = "recovered"
    FILE = "file"
    TASK = "task"
    REPLY = "reply"
    LINK = "link"
    DESCRIPTION = "description"
    OWN_FILE = "own_file"


PRIORITY = {origin: number for number, origin in enumerate(Origin)}


class ItemState(StrEnum):
    """What came of reading a queued message."""

    WAITING = "waiting"
    READ = "read"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"


class BackfillItem(NamedTuple):
    """A message that is to be read by its id."""

    room_id: int
    position: int
    origin: Origin
    attempts: int
    state: ItemState


class BackfillCounts(NamedTuple):
    """How many queued messages of some rooms are in each state."""

    waiting: int = 0
    """Not asked for yet."""
    read: int = 0
    hidden: int = 0
    """Hidden by the plan when last asked for."""
    unreadable: int = 0
    unseen: tuple[int, int] | None = None
    """The smallest and the largest id of the hidden and unreadable ones."""


_QUEST, _MESSAGE, _COVERAGE = schema.quest.c, schema.message.c, schema.coverage.c
LONGEST_PAUSE = timedelta(days=30)
"""The longest time between two attempts."""


_IS_HELD = exists().where(_MESSAGE.room_id == _QUEST.room_id, _MESSAGE.position == _QUEST.position)
_IS_IN_REACH = _QUEST.position <= (
    select(func.max(_COVERAGE.newest)).where(_COVERAGE.room_id == _QUEST.room_id).scalar_subquery()
)
"""Not newer than the newest list: the next list shows newer ones, and reading them singly would spoil a gap's count."""


def enqueue(writing: Writing, origins: Mapping[MessagePlace, Origin], *, rooms: Collection[int], at: datetime) -> None:
    """Queue ids of these rooms whose messages are not saved. One that waits already keeps its more urgent origin.

    What the owner erased is never asked for again.
    """
    places = [place for place in origins if place[0] in rooms]
    unheld = unsaved_places(writing, places)
    rows = [
        {
            "room_id": room,
            "position": position,
            "origin": origins[room, position].value,
            "priority": PRIORITY[origins[room, position]],
            "attempts": 0,
            "state": ItemState.WAITING.value,
            "next_at": to_text(at),
        }
        for room, position in sorted(unheld)
    ]
    if not rows:
        return
    statement = insert(schema.quest)
    urgent = and_(statement.excluded.priority < _QUEST.priority, _QUEST.state == ItemState.WAITING)
    changes = {name: statement.excluded[name] for name in ("origin", "priority")}
    keys = ["room_id", "position"]
    writing.sql.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes, where=urgent), rows)


def unsaved_places(reading: Reading, places: Iterable[MessagePlace]) -> set[MessagePlace]:
    """Those of the places whose message is neither saved nor erased."""
    return without_erased(reading, set(places) - held_places(reading, places))


def held_places(reading: Reading, places: Iterable[MessagePlace]) -> set[MessagePlace]:
    """Those of the places whose message is saved, in any state."""
    found: set[MessagePlace] = set()
    for room, positions in by_room(places).items():
        query = select(_MESSAGE.position).where(_MESSAGE.room_id == room, among(_MESSAGE.position, positions))
        found.update((room, position) for (position,) in reading.sql.execute(query))
    return found


def _is_pause_over(at: BindParameter[str], longest: BindParameter[str]) -> ColumnElement[bool]:
    """Whether the pause before the next attempt is over. One longer than the longest was made by a wrong clock."""
    return or_(_QUEST.next_at <= at, _QUEST.next_at > longest)


_IS_IN_ROOMS = _QUEST.room_id.in_(bindparam("rooms", expanding=True))
_IS_UNREAD = _QUEST.state.in_([state.value for state in ItemState if state is not ItemState.READ])
_DUE_ITEMS = (
    select(_QUEST.room_id, _QUEST.position, _QUEST.origin, _QUEST.attempts, _QUEST.state)
    .where(_IS_UNREAD, _is_pause_over(bindparam("at"), bindparam("longest")), _IS_IN_ROOMS, _IS_IN_REACH, ~_IS_HELD)
    .order_by(case((_QUEST.state == ItemState.WAITING, 0), else_=1), _QUEST.priority, _QUEST.position.desc())
    .limit(bindparam("limit"))
)
_WAITING_COUNT = select(func.count()).where(
    _QUEST.state == ItemState.WAITING.value, _IS_IN_ROOMS, _IS_IN_REACH, ~_IS_HELD
)
_COUNTS = (
    select(_QUEST.state, func.count(), func.min(_QUEST.position), func.max(_QUEST.position))
    .where(_IS_IN_ROOMS, or_(_QUEST.state == ItemState.READ, ~_IS_HELD))
    .where(or_(_QUEST.state != ItemState.WAITING, _IS_IN_REACH))
    .group_by(_QUEST.state)
)
"""These queries are built once, as every run asks them: building them takes longer than answering them."""


def due_items(reading: Reading, rooms: Collection[int], *, at: datetime, limit: int) -> list[BackfillItem]:
    """The messages to be read now: the most urgent first, of these the newest, and second attempts last."""
    longest = to_text(at + LONGEST_PAUSE)
    parameters = {"rooms": list(rooms), "at": to_text(at), "longest": longest, "limit": limit}
    return [_item_from_row(row) for row in reading.sql.execute(_DUE_ITEMS, parameters)]


def count_waiting(reading: Reading, rooms: Collection[int]) -> int:
    """How many messages of these rooms have not been asked for yet."""
    return int(reading.sql.execute(_WAITING_COUNT, {"rooms": list(rooms)}).scalar() or 0)


def count_items(reading: Reading, rooms: Collection[int]) -> BackfillCounts:
    """How many queued messages of these rooms are in each state; those that a list has shown meanwhile are left out."""
    rows = reading.sql.execute(_COUNTS, {"rooms": list(rooms)})
    by_state = {ItemState(state): (number, (first, last)) for state, number, first, last in rows}
    ends = [by_state[one][1] for one in (ItemState.HIDDEN, ItemState.UNREADABLE) if one in by_state]
    counts = {one.value: number for one, (number, _ends) in by_state.items()}
    return BackfillCounts(
        **counts, unseen=(min(first for first, _ in ends), max(last for _, last in ends)) if ends else None
    )


def unseen_ids(reading: Reading, room: int) -> list[tuple[int, ItemState]]:
    """Ids of queued messages of a room that a single read did not show, in order, each with its state."""
    states = (ItemState.HIDDEN.value, ItemState.UNREADABLE.value)
    query = select(_QUEST.position, _QUEST.state).where(_QUEST.room_id == room, _QUEST.state.in_(states), ~_IS_HELD)
    return [(position, ItemState(state)) for position, state in reading.sql.execute(query.order_by(_QUEST.position))]


def items_at(
    reading: Reading, places: Iterable[MessagePlace], *, at: datetime
) -> dict[MessagePlace, tuple[BackfillItem, bool]]:
    """The queued messages at these places, each with whether it is to be read now."""
    items: dict[MessagePlace, tuple[BackfillItem, bool]] = {}
    columns = (_QUEST.room_id, _QUEST.position, _QUEST.origin, _QUEST.attempts, _QUEST.state)
    over = _is_pause_over(literal(to_text(at)), literal(to_text(at + LONGEST_PAUSE)))
    is_due = func.coalesce(and_(_IS_UNREAD, over, _IS_IN_REACH, ~_IS_HELD), False).label("due")
    for room, positions in by_room(places).items():
        query = select(*columns, is_due).where(_QUEST.room_id == room, among(_QUEST.position, positions))
        for row in reading.sql.execute(query):
            items[row.room_id, row.position] = (_item_from_row(row), bool(row.due))
    return items


def record_attempt(writing: Writing, item: BackfillItem, state: ItemState, *, at: datetime, next_at: datetime) -> None:
    """Record the outcome of an attempt, and when the next one may be made."""
    values = {"state": state.value, "attempts": item.attempts + 1, "next_at": to_text(max(at, next_at))}
    place = and_(_QUEST.room_id == item.room_id, _QUEST.position == item.position)
    writing.sql.execute(update(schema.quest).where(place).values(**values))


def texts_naming(reading: Reading, room: int) -> Iterator[tuple[str, str]]:
    """Kind and text of everything saved that seems to name a message of a room, for a room that is contracted late."""
    tables = {
        "message": (schema.message_version.c.body, schema.message_version),
        "task": (schema.task_version.c.body, schema.task_version),
        "room": (schema.room.c.description, schema.room),
    }
    for kind, (text, table) in tables.items():
        named = or_(text.contains(f"to={room:d}-"), text.contains(f"#!rid{room:d}-"))
        yield from ((kind, value) for (value,) in reading.sql.execute(select(text).select_from(table).where(named)))


def _item_from_row(row: Any) -> BackfillItem:
    return BackfillItem(row.room_id, row.position, Origin(row.origin), row.attempts, ItemState(row.state))


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


_PASS = schema.rotation


def current_pass(reading: Reading, room: int, *, own: bool) -> RereadPass | None:
    """The pass that is under way; None before the first."""
    query = select(_PASS).where(_PASS.c.room_id == room, _PASS.c.own == own)
    row = reading.sql.execute(query).one_or_none()
    return None if row is None else RereadPass(room, own, from_text(row.begun_at), row.done, row.position)


def save_pass(writing: Writing, reread_pass: RereadPass) -> None:
    """Store how far a pass has come."""
    upsert_rows(writing.sql, _PASS, [reread_pass._asdict() | {"begun_at": to_text(reread_pass.begun_at)}])


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


class SlowWork(NamedTuple):
    """Progress of re-reading and back-filling over some rooms."""

    old: int
    """Messages older than the newest list that can still change."""
    confirmed: int
    """Those of them that were re-read lately."""
    backfill: BackfillCounts


def slow_work_progress(reading: Reading, rooms: Collection[int], *, since: datetime) -> SlowWork:
    """The progress over these rooms; messages re-read after `since` are confirmed. Inaccessible rooms are left out."""
    shut = current_state.inaccessible_rooms(reading)
    by_room = [_count_old_and_confirmed(reading, room, since) for room in rooms if room not in shut]
    old, confirmed = (sum(numbers) for numbers in zip((0, 0), *by_room, strict=True))
    return SlowWork(old, confirmed, count_items(reading, rooms))


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


def _count_old_and_confirmed(reading: Reading, room: int, since: datetime) -> tuple[int, int]:
    """The counts of one room; SQLite counts, as all messages of a young archive are among the confirmed."""
    below = oldest_listed(reading, room)
    if below is None:
        return 0, 0
    old = _is_old(room, below)
    changed = or_(_MESSAGE.first_seen >= to_text(since), _MESSAGE.changed_at >= to_text(since))
    listed = merge_spans(reading.driver.execute(_LISTED, (room, to_text(since), below)))
    unlisted = list(_between(listed, _oldest(reading, room), below))
    all_old = int(reading.driver.execute(_OLD, (room, below)).fetchone()[0])
    inside = _count_inside(reading, old, listed, unlisted, all_old)
    outside = sum(_count(reading, old, changed, _MESSAGE.position.between(*span)) for span in unlisted)
    singly = _held_positions(reading, and_(old, ~changed), current_state.singly_read_messages(reading, room, since))
    outside += sum(not is_in_spans(position, listed) for position in singly)
    return all_old, inside + outside


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
