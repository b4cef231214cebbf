"""The people among whom the user names the other side before a package leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archiver.records.identifiers import AccountId, RoomId


@dataclass(frozen=True, slots=True)
class CounterpartCandidate:
    """A person of a room who may be the other side, with what helps to recognise them."""

    account_id: AccountId
    name: str
    """The last known name; it may be empty."""
    messages: int
    """The number of their kept messages in this room."""
    first_sent: datetime | None
    """When they sent the first of these; None: none is kept, or it has no time."""
    last_sent: datetime | None
    is_known: bool = False
    """Whether they count as the other side until now."""


@dataclass(frozen=True, slots=True)
class UndecidedRoom:
    """A room with several other people, whose sides the user is to name."""

    room_id: RoomId
    name: str
    candidates: tuple[CounterpartCandidate, ...]
    """Those with the most messages first."""
