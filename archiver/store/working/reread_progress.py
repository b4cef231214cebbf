"""How far the re-reading of old messages has come in each room: a working table with two rows a room, no evidence.

The owner's messages and those of others are read in separate passes, each from the newest down, once in a period.
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
from archiver.store.time_text import from_text, to_text

REREADABLE = (State.PRESENT, State.EDITED)
"""States of messages that are read again. Deleted, hidden and missing messages are not."""


@dataclass(frozen=True, slots=True)
class RereadPass:
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
    values = {"begun_at": to_text(reread_pass.begun_at), "done": reread_pass.done, "position": reread_pass.position}
    statement = insert(_TABLE).values(room_id=reread_pass.room_id, own=reread_pass.own, **values)
    writing.sql.execute(statement.on_conflict_do_update(index_elements=["room_id", "own"], set_=values))


def oldest_listed(reading: Reading, room: int) -> int | None:
    """The oldest message that the latest list of a room showed; None if it showed none."""
    table = schema.window.c
    query = select(table.oldest).where(table.room_id == room).order_by(table.seq.desc()).limit(1)
    oldest: int | None = reading.sql.execute(query).scalar()
    return oldest


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
