"""How far the re-reading of old messages has come in each room: a working table with two rows a room, no evidence.

One's own messages and the others' go round apart, each from the youngest down, once in a period.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.sqlite import insert

from archiver.records import MessageId, State
from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.timestamps import from_text, to_text

READABLE = (State.PRESENT, State.EDITED)
"""States of messages that can still change: what is deleted, hidden or missing is not asked for in turn."""


@dataclass(frozen=True, slots=True)
class RereadPass:
    """One turn through the old messages of a room that the owner wrote (`own`), or of the others'."""

    room_id: int
    own: bool
    begun_at: datetime
    done: int = 0
    """Messages read since."""
    position: int | None = None
    """The oldest of them; None = none yet."""


_TABLE, _MESSAGE = schema.rotation, schema.message.c


def current_pass(reading: Reading, room: int, *, own: bool) -> RereadPass | None:
    """The round that is under way; None before the first."""
    query = select(_TABLE).where(_TABLE.c.room_id == room, _TABLE.c.own == own)
    row = reading.sql.execute(query).one_or_none()
    return None if row is None else RereadPass(room, own, from_text(row.begun_at), row.done, row.position)


def save_pass(writing: Writing, one: RereadPass) -> None:
    """Remember how far a round has come."""
    values = {"begun_at": to_text(one.begun_at), "done": one.done, "position": one.position}
    statement = insert(_TABLE).values(room_id=one.room_id, own=one.own, **values)
    writing.sql.execute(statement.on_conflict_do_update(index_elements=["room_id", "own"], set_=values))


def listed_from(reading: Reading, room: int) -> int | None:
    """The oldest message that the latest list of a room showed; None if it showed none."""
    table = schema.window.c
    query = select(table.oldest).where(table.room_id == room).order_by(table.seq.desc()).limit(1)
    found: int | None = reading.sql.execute(query).scalar()
    return found


def count_old(reading: Reading, room: int, below: int, *, owner: int, own: bool) -> int:
    """How many messages below a position go round."""
    query = select(func.count()).where(_old(room, below), _by(owner, own=own))
    return int(reading.sql.execute(query).scalar() or 0)


def next_old(reading: Reading, room: int, below: int, *, owner: int, own: bool, most: int) -> list[MessageId]:
    """The youngest messages below a position, downwards."""
    query = (
        select(_MESSAGE.message_id)
        .where(_old(room, below), _by(owner, own=own))
        .order_by(_MESSAGE.position.desc())
        .limit(most)
    )
    return [MessageId(name) for (name,) in reading.sql.execute(query)]


def neighbours(reading: Reading, room: int, positions: Collection[int], *, below: int, reach: int) -> list[int]:
    """The messages nearest to these positions, `reach` on either side, that lie below a position; youngest first."""
    found: set[int] = set()
    for position in positions:
        for side, order in (
            (_MESSAGE.position < position, _MESSAGE.position.desc()),
            (_MESSAGE.position > position, _MESSAGE.position.asc()),
        ):
            query = select(_MESSAGE.position).where(_old(room, below), side).order_by(order).limit(reach)
            found.update(number for (number,) in reading.sql.execute(query))
    return sorted(found - set(positions), reverse=True)


def _old(room: int, below: int) -> ColumnElement[bool]:
    return and_(_MESSAGE.room_id == room, _MESSAGE.position < below, _MESSAGE.state.in_(READABLE))


def _by(owner: int, *, own: bool) -> ColumnElement[bool]:
    return _MESSAGE.account_id == owner if own else _MESSAGE.account_id != owner
