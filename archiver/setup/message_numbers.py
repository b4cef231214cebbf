"""Reads the number of a message, or its link, as somebody gave it, and looks whether the contract's rooms have it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from archiver import errors
from archiver.records import Contract, ContractRoom, MessageId, RoomId

if TYPE_CHECKING:
    from archiver.store.archive import Reading

EXAMPLE = "1876543210987654321"
_MESSAGE = re.compile(r"(?:\S*#!rid\d+-|m)?0*(\d{1,19})")
"""A message id, as packages and `show` write it (`m…`), or the link to a message."""


def find_message(reading: Reading, contract: Contract, value: str) -> MessageId:
    """The id of a known message of the contract's rooms. Raises BadValue, UnknownMessage."""
    from archiver.store.queries.statements import holds_message

    message_id = message_number(value)
    if not holds_message(reading, {room.room_id for room in contract.rooms}, message_id):
        raise errors.UnknownMessage(contract=contract.id, message=message_id)
    return message_id


def messages_outside(reading: Reading, contract: Contract, bound: Collection[MessageId]) -> list[tuple[str, datetime]]:
    """Of these messages, those that lie outside the contract's own period, and when each was sent, by time.

    Packages of the contract name them and do not hold them.
    """
    from archiver.store.queries.viewing.message_summaries import message_summaries

    rooms = {room.room_id for room in contract.rooms if room.start is not None or room.end is not None}
    found = message_summaries(reading, [(room, int(one)) for room in sorted(rooms) for one in bound])
    parts = {room: [one for one in contract.rooms if one.room_id == room] for room in rooms}
    return sorted(
        ((one.message_id, at) for one in found if (at := one.sent) and not _is_inside(parts[RoomId(one.room_id)], at)),
        key=lambda one: (one[1], int(one[0])),
    )


def _is_inside(parts: Collection[ContractRoom], at: datetime) -> bool:
    return any(part.contains(at) for part in parts)


def message_number(value: str) -> MessageId:
    """The id in what was given. Raises BadValue."""
    match = _MESSAGE.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if match is None:
        raise errors.BadValue(value=value, option="--message", example=EXAMPLE)
    return MessageId(match[1])
