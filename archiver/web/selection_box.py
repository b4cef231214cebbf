"""Choosing messages for a package: the box beside each, which belongs to the one form of the page.

Chosen messages travel in the address alone (`/chosen?m=ROOM-MESSAGE&…`); nothing is kept here. The script keeps
them from page to page while the browser's tab is open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from gettext import gettext as _
from typing import NamedTuple

from markupsafe import Markup

FORM = "choose"
"""The id of the form; its button leads to the page of the chosen messages."""

LIMIT = 200
"""Messages that are shown as chosen; more would make an address that browsers do not carry."""

_VALUE = re.compile("([0-9]{1,19})-([0-9]{1,19})")
_FIRST_TOO_LARGE = 2**63


class SelectionBox(NamedTuple):
    """What an address names."""

    places: tuple[tuple[int, int], ...]
    """Room and message id as numbers, each once, in the order given."""
    ignored: int
    """Values that name no message."""
    surplus: int
    """Messages beyond `LIMIT`."""


def checkbox(room_id: int, message_id: str) -> Markup:
    """The box with which a message is chosen."""
    return Markup('<label class="choose"><input type="checkbox" name="m" form="{}" value="{}-{}"> {}</label>').format(
        FORM, room_id, message_id, _("Choose")
    )


def read_selection(values: Sequence[str], *, without: str = "") -> SelectionBox:
    """Take the values of an address apart; an empty one says that nothing is chosen, `without` is left out."""
    given = [_message_place(value) for value in values if value not in ("", without)]
    places = tuple(dict.fromkeys(place for place in given if place is not None))
    return SelectionBox(places[:LIMIT], given.count(None), max(0, len(places) - LIMIT))


def checkbox_value(room_id: int, message_id: str) -> str:
    """How an address names a message."""
    return f"{room_id}-{message_id}"


def _message_place(given: str) -> tuple[int, int] | None:
    found = _VALUE.fullmatch(given)
    if found is None:
        return None
    room, message = int(found[1]), int(found[2])
    return (room, message) if max(room, message) < _FIRST_TOO_LARGE else None
