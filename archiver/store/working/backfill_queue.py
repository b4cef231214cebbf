"""The queue of messages of contracted rooms whose ids are known but which are not saved: a working table, no evidence.

An id is found in a file, a task, a reply, a link, a description, or a file that the user gave. It waits until the
message was read, was hidden by the plan, or could not be read; the last two are tried again after a long time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.erasure.records import without_erased
from archiver.store.rows import among
from archiver.store.time_text import to_text

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
    unheld = without_erased(writing, set(places) - held_places(writing, places))
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


def held_places(reading: Reading, places: Iterable[MessagePlace]) -> set[MessagePlace]:
    """Those of the places whose message is saved, in any state."""
    found: set[MessagePlace] = set()
    for room, positions in _positions_by_room(places).items():
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
    for room, positions in _positions_by_room(places).items():
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


def _positions_by_room(places: Iterable[MessagePlace]) -> dict[int, list[int]]:
    positions_of: dict[int, list[int]] = {}
    for room, position in places:
        positions_of.setdefault(room, []).append(position)
    return positions_of
