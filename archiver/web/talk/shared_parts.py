"""What the pages of a chat share: the chats, links to one another, short names, and cursors of long lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from gettext import gettext as _
from typing import NamedTuple, TypeVar

from archiver import errors
from archiver.records import Contract
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.queries.people import room_row


class Chat(NamedTuple):
    """A room of a contract; hidden characters of `name` are made visible."""

    room_id: int
    name: str
    contracts: tuple[Contract, ...]
    inaccessible_since: datetime | None


def chat(reading: Reading, room: int) -> Chat:
    """The chat with this number. Raises UnknownRoom if no contract names it."""
    found = next((one for one in chats(reading) if one.room_id == room), None)
    if found is None:
        raise errors.UnknownRoom(room=room)
    return found


def chats(reading: Reading) -> list[Chat]:
    """Every chat of a contract, in the order in which the contracts were entered."""
    holders: dict[int, list[Contract]] = {}
    for contract in contracts(reading):
        for room in dict.fromkeys(int(part.room_id) for part in contract.rooms):
            holders.setdefault(room, []).append(contract)
    rows = {room: room_row(reading, room) for room in holders}
    return [
        Chat(room, visible(row.name) if row and row.name else f"{room}", tuple(held), row and row.inaccessible_since)
        for (room, held), row in zip(holders.items(), rows.values(), strict=True)
    ]


LENGTH_LIMIT = 300
"""Characters; far more than any real name has."""


def short_name(name: str) -> str:
    """The name with hidden characters made visible; of a long name the beginning and how many characters follow."""
    if len(name) <= LENGTH_LIMIT:
        return visible(name)
    return visible(name[:LENGTH_LIMIT]) + _(" (and {n} more characters)").format(n=f"{len(name) - LENGTH_LIMIT:,}")


_SMALLEST, _LARGEST = -(2**63), 2**63 - 2
"""The bounds of SQLite's integers, with room for one more."""

_NUMBERS = re.compile(r"-?[0-9]{1,19}(?:\.-?[0-9]{1,19})*")


Row = TypeVar("Row")


def first_fitting(rows: Iterable[Row], size: Callable[[Row], int], limit: int, *, least: int = 1) -> list[Row]:
    """The first rows whose sizes are together within a limit, but at least so many."""
    fitting: list[Row] = []
    for row in rows:
        limit -= size(row)
        if limit < 0 and len(fitting) >= least:
            break
        fitting.append(row)
    return fitting


def cursor_text(values: Iterable[int]) -> str:
    """The cursor for an address."""
    return ".".join(map(str, values))


def parse_cursor(text: str, count: int) -> list[int] | None:
    """The `count` numbers of a cursor; None for anything else, which means the first page."""
    if not _NUMBERS.fullmatch(text):
        return None
    values = [int(one) for one in text.split(".")]
    return values if len(values) == count and all(_SMALLEST <= one <= _LARGEST for one in values) else None
