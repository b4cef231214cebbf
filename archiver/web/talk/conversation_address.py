"""Parses the address of a conversation page: around a message, its chain, a day, after, before, the newest. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from gettext import gettext as _
from typing import NamedTuple

from archiver import errors
from archiver.records import JST

_ID = re.compile("[0-9]{1,19}")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST = 2**63 - 1


class Anchor(StrEnum):
    """How a page is chosen; the values are the parameter names in the address."""

    AT = "at"
    """Around a message."""
    DAY = "day"
    """From the beginning of a day on."""
    AFTER = "after"
    BEFORE = "before"
    CHAIN = "chain"
    """A message with those that it answers."""
    NEWEST = "newest"


class ConversationAddress(NamedTuple):
    """A parsed address; `position` is a message's id as a number."""

    anchor: Anchor
    position: int = 0
    day: date | None = None

    @property
    def begin(self) -> datetime:
        """When the day begins in Japan."""
        return datetime.combine(self.day or date.min, time(), JST)


def parse_address(arguments: Mapping[str, str]) -> ConversationAddress:
    """Parse an address by the first of `Anchor` that it has. Raises UsageError for a wrong id or day."""
    for anchor in (Anchor.AT, Anchor.CHAIN, Anchor.DAY, Anchor.AFTER, Anchor.BEFORE):
        text = arguments.get(anchor, "").strip()
        if text:
            day = arguments.get(Anchor.DAY, "").strip() if anchor in (Anchor.AT, Anchor.DAY) else ""
            number = 0 if anchor is Anchor.DAY else position(text)
            return ConversationAddress(anchor, number, _day(day) if day else None)
    return ConversationAddress(Anchor.NEWEST)


def position(text: str) -> int:
    """The number of a message's id. Raises UsageError."""
    if not _ID.fullmatch(text) or int(text) > _LAST:
        raise errors.UsageError(detail=_("This address has no message id where one belongs."))
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise errors.UsageError(detail=_("This address has no day where one belongs, like 2026-11-03.")) from error
