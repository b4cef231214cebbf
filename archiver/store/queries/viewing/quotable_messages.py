"""The changed messages of a contract that a screen quotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import select

from archiver.claims.quotations import QUOTED, Quotation, is_quotable, last_shown, quotation, quotations, rank
from archiver.records import CaseSide, CaseSides, Contract, MessageKind, State
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.fingerprints import DELETED
from archiver.store.queries.author_counts import changed_inside
from archiver.store.queries.viewing.messages import message_by_id

Changed = tuple[State, list[str], datetime, int]
"""What a message became, its texts, when it was sent, and its id."""

_message, _version = schema.message.c, schema.message_version.c


def quoted_messages(reading: Reading, changed: Iterable[tuple[Changed, int, int]]) -> tuple[Quotation, ...]:
    """Those of the changed messages to quote."""
    ranked = sorted(((rank(*one), room) for one, room, _seq in changed), reverse=True)[:QUOTED]
    messages = (message_by_id(reading, room, str(one[-1])) for one, room in ranked)
    quoted = (quotation(message) for message in messages if message is not None)
    return quotations(one for one in quoted if one is not None).value


def changed_places(
    reading: Reading, contract: Contract, sides: CaseSides, *, after: int = 0
) -> Iterator[tuple[Changed, int, int]]:
    """Each quotable message by what tells how much it has to say, its room, and its last entry.

    They are those of the other side; while nobody is known to be that, of everybody but the reporter.
    `after`: only those that an entry after this one tells of.
    """
    wanted = CaseSide.COUNTERPART if sides.bases else CaseSide.OTHER
    columns = (_message.position, _message.account_id, _message.send_time, _version.body)
    states = (_message.state, _message.was_deleted, _message.seq)
    for room, inside in changed_inside(contract.rooms):
        query = (
            select(*columns, *states)
            .join(schema.message_version, _version.position == _message.position + 0)  # from each message
            .where(inside, _message.kind == MessageKind.SPEECH, _version.room_id == room, _version.body != DELETED)
            .where((_message.send_time + 0).between(1, 2**36), _message.seq > after)  # not by the index of times
            .order_by(_message.position, _version.number)
        )
        for position, rows in groupby(reading.sql.execute(query), lambda row: int(row.position)):
            row, *later = rows
            bodies = [row.body, *(one.body for one in later)]
            state = last_shown(State(row.state), was_deleted=row.was_deleted)
            if sides.side(row.account_id) is wanted and is_quotable(state, bodies):
                yield (state, bodies, datetime.fromtimestamp(row.send_time, UTC), position), room, row.seq
