"""The selection of messages for a package: the address that names them.

Chosen messages are only in the address (`m=ROOM-MESSAGE&…`), from page to page too; the server stores nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LIMIT = 200
"""Chosen messages that are shown; more would make an address too long for browsers."""

_VALUE = re.compile("([0-9]{1,19})-([0-9]{1,19})")
_FIRST_TOO_LARGE_ID = 2**63


class SelectionBox(NamedTuple):
    """The messages that an address names."""

    places: tuple[tuple[int, int], ...]
    """Room and message id as numbers, each message once, in the order given."""
    ignored: int
    """Values that name no message."""
    surplus: int
    """Messages beyond `LIMIT`."""


def read_selection(values: Sequence[str], *, without: str = "") -> SelectionBox:
    """Parse the values of an address; an empty one means that nothing is chosen, and `without` is left out."""
    messages = [_message_place(value) for value in values if value not in ("", without)]
    distinct = tuple(dict.fromkeys(place for place in messages if place is not None))
    return SelectionBox(distinct[:LIMIT], messages.count(None), max(0, len(distinct) - LIMIT))


def checkbox_value(room_id: int, message_id: int | str) -> str:
    """The value that names a message in an address."""
    return f"{room_id}-{message_id}"


def _message_place(value: str) -> tuple[int, int] | None:
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    room, message = int(match[1]), int(match[2])
    return (room, message) if max(room, message) < _FIRST_TOO_LARGE_ID else None
