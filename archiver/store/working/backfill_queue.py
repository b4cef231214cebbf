"""Messages of contracted rooms that are known of but not held: a working table, no evidence.

An id is learnt from a file, a task, a reply, a link, a description, or a file that the user gave. It waits until
it has been read, was hidden by the plan, or could not be read; the last two are tried again after a long time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.timestamps import to_text

Place = tuple[int, int]
"""Room and position: the message's id as a number."""


class Origin(StrEnum):
    """How an id became known; the order is that in which they are read: what is at risk first."""

    RECOVERED = "recovered"
    FILE = "file"
    TASK = "task"
    REPLY = "reply"
    LINK = "link"
    DESCRIPTION = "description"
    OWN_FILE = "own_file"


PRIORITY = {origin: number for number, origin in enumerate(Origin)}


class ItemState(StrEnum):
    """What has come of a quest."""

    WAITING = "waiting"
    READ = "read"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class BackfillItem:
    """One id that is to be read."""

    room_id: int
    position: int
    origin: Origin
    attempts: int
    standing: ItemState


@dataclass(frozen=True, slots=True)
class BackfillCounts:
    """What has come of the quests of some rooms, in numbers."""

    waiting: int = 0
    """For their first answer."""
    read: int = 0
    hidden: int = 0
    """By the plan, when last asked for."""
    unreadable: int = 0
    unseen: tuple[int, int] | None = None
    """The smallest and the largest id of the hidden and unreadable ones."""


_QUEST, _MESSAGE, _COVERAGE = schema.quest.c, schema.message.c, schema.coverage.c
_CHUNK = 500
"""Parameters in one query; SQLite allows some thousand."""

_HELD = exists().where(_MESSAGE.room_id == _QUEST.room_id, _MESSAGE.position == _QUEST.position)
_IN_REACH = _QUEST.position <= (
    select(func.max(_COVERAGE.newest)).where(_COVERAGE.room_id == _QUEST.room_id).scalar_subquery()
)
"""What is newer than the newest list will be in the next one: read singly it would spoil the count of a gap."""


def enqueue(writing: Writing, found: Mapping[Place, Origin], *, rooms: Collection[int], at: datetime) -> None:
    """Remember ids of these rooms that are not held; one that waits already keeps its more urgent origin."""
    places = [place for place in found if place[0] in rooms]
    unheld = set(places) - held(writing, places)
    rows = [
        {
            "room_id": room,
            "position": position,
            "origin": found[room, position].value,
            "priority": PRIORITY[found[room, position]],
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


def held(reading: Reading, places: Iterable[Place]) -> set[Place]:
    """Those of the places whose message is held in whatever state."""
    found: set[Place] = set()
    for room, positions in _by_room(places).items():
        for chunk in _chunks(positions):
            query = select(_MESSAGE.position).where(_MESSAGE.room_id == room, _MESSAGE.position.in_(chunk))
            found.update((room, position) for (position,) in reading.sql.execute(query))
    return found


_OF_ROOMS = _QUEST.room_id.in_(bindparam("rooms", expanding=True))
_UNREAD = _QUEST.state.in_([standing.value for standing in ItemState if standing is not ItemState.READ])
_DUE = (
    select(_QUEST.room_id, _QUEST.position, _QUEST.origin, _QUEST.attempts, _QUEST.state)
    .where(_UNREAD, _QUEST.next_at <= bindparam("at"), _OF_ROOMS, _IN_REACH, ~_HELD)
    .order_by(case((_QUEST.state == ItemState.WAITING, 0), else_=1), _QUEST.priority, _QUEST.position.desc())
    .limit(bindparam("most"))
)
_WAITING = select(func.count()).where(_QUEST.state == ItemState.WAITING.value, _OF_ROOMS, _IN_REACH, ~_HELD)
"""Made once, as every run asks both: to put them together takes longer than to answer them."""


def due(reading: Reading, rooms: Collection[int], *, at: datetime, most: int) -> list[BackfillItem]:
    """What is to be read now, the most urgent first and of these the newest; second attempts come last."""
    asked = {"rooms": list(rooms), "at": to_text(at), "most": most}
    return [_quest(row) for row in reading.sql.execute(_DUE, asked)]


def waiting(reading: Reading, rooms: Collection[int]) -> int:
    """How many ids of these rooms wait for their first answer."""
    return int(reading.sql.execute(_WAITING, {"rooms": list(rooms)}).scalar() or 0)


def tally(reading: Reading, rooms: Collection[int]) -> BackfillCounts:
    """What has come of the quests of these rooms; what a list has shown meanwhile is left out."""
    still = or_(_QUEST.state == ItemState.READ, ~_HELD)
    reached = or_(_QUEST.state != ItemState.WAITING, _IN_REACH)
    query = (
        select(_QUEST.state, func.count(), func.min(_QUEST.position), func.max(_QUEST.position))
        .where(_QUEST.room_id.in_(rooms), still, reached)
        .group_by(_QUEST.state)
    )
    found = {ItemState(state): (number, (first, last)) for state, number, first, last in reading.sql.execute(query)}
    ends = [found[one][1] for one in (ItemState.HIDDEN, ItemState.UNREADABLE) if one in found]
    counts = {one.value: number for one, (number, _ends) in found.items()}
    return BackfillCounts(
        **counts, unseen=(min(first for first, _ in ends), max(last for _, last in ends)) if ends else None
    )


def unseen(reading: Reading, room: int) -> list[tuple[int, ItemState]]:
    """Ids of a room that something named and that a single read did not show, by id, each with how it stands."""
    states = (ItemState.HIDDEN.value, ItemState.UNREADABLE.value)
    query = select(_QUEST.position, _QUEST.state).where(_QUEST.room_id == room, _QUEST.state.in_(states), ~_HELD)
    return [(position, ItemState(state)) for position, state in reading.sql.execute(query.order_by(_QUEST.position))]


def items_at(reading: Reading, places: Iterable[Place], *, at: datetime) -> dict[Place, tuple[BackfillItem, bool]]:
    """The quests at these places, each with whether it is to be read now."""
    found: dict[Place, tuple[BackfillItem, bool]] = {}
    columns = (_QUEST.room_id, _QUEST.position, _QUEST.origin, _QUEST.attempts, _QUEST.state)
    is_due = func.coalesce(and_(_open(at), _IN_REACH, ~_HELD), False).label("due")
    for room, positions in _by_room(places).items():
        for chunk in _chunks(positions):
            query = select(*columns, is_due).where(_QUEST.room_id == room, _QUEST.position.in_(chunk))
            for row in reading.sql.execute(query):
                found[row.room_id, row.position] = (_quest(row), bool(row.due))
    return found


def record_attempt(
    writing: Writing, quest: BackfillItem, standing: ItemState, *, at: datetime, next_at: datetime
) -> None:
    """Remember what an attempt came to, and when there may be another."""
    values = {"state": standing.value, "attempts": quest.attempts + 1, "next_at": to_text(max(at, next_at))}
    place = and_(_QUEST.room_id == quest.room_id, _QUEST.position == quest.position)
    writing.sql.execute(update(schema.quest).where(place).values(**values))


def texts_naming(reading: Reading, room: int) -> Iterator[tuple[str, str]]:
    """Kind and text of everything held that seems to name a message of a room, for a room that is contracted late."""
    tables = {
        "message": (schema.message_version.c.body, schema.message_version),
        "task": (schema.task_version.c.body, schema.task_version),
        "room": (schema.room.c.description, schema.room),
    }
    for kind, (text, table) in tables.items():
        named = or_(text.contains(f"to={room:d}-"), text.contains(f"#!rid{room:d}-"))
        yield from ((kind, found) for (found,) in reading.sql.execute(select(text).select_from(table).where(named)))


def _open(at: datetime) -> ColumnElement[bool]:
    return and_(_UNREAD, _QUEST.next_at <= to_text(at))


def _quest(row: Any) -> BackfillItem:
    return BackfillItem(row.room_id, row.position, Origin(row.origin), row.attempts, ItemState(row.state))


def _by_room(places: Iterable[Place]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for room, position in places:
        found.setdefault(room, []).append(position)
    return found


def _chunks(positions: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(positions), _CHUNK):
        yield positions[start : start + _CHUNK]
