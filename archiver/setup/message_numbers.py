"""Reads the number of a message, or its link, as somebody gave it, and looks whether the contract's rooms have it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from archiver import errors
from archiver.records import Contract, ContractRoom, MessageId

if TYPE_CHECKING:
    from archiver.store.archive import Reading

EXAMPLE = "1876543210987654321"
_MESSAGE = re.compile(r"(?:\S*#!rid\d+-|m)?0*(\d{1,19})")
"""A message id, as packages and `show` write it (`m…`), or the link to a message."""


def find_message(reading: Reading, contract: Contract, value: str, field: str = "--message") -> MessageId:
    """The id of a known message of the contract's rooms. Raises BadValue, UnknownMessage."""
    from archiver.store.queries.statements import holds_message

    message_id = message_number(value, field)
    if not holds_message(reading, [ContractRoom(one) for one in contract.room_ids], message_id):
        raise errors.UnknownMessage(contract=contract.id, message=message_id)
    return message_id


def message_number(value: str, field: str = "--message") -> MessageId:
    """The id in what was given. Raises BadValue."""
    match = _MESSAGE.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if match is None:
        raise errors.BadValue(value=value, option=field, example=EXAMPLE)
    return MessageId(match[1])
