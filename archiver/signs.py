"""What may mean that somebody or something is going: changes as observed, who is who in a room, and alerts.

Frozen values that the archive's queries give, the rules judge and the sync listens to. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from archiver.records import State


class Rule(StrEnum):
    """What an alert is about; the five kinds of disappearance are kept apart (evidence §1.2)."""

    ROOM_INACCESSIBLE = "room_inaccessible"
    ACCOUNT_CLOSED = "account_closed"
    MEMBER_GONE = "member_gone"
    CONTACT_GONE = "contact_gone"
    HIDDEN_BY_PLAN = "hidden_by_plan"
    DELETIONS = "deletions"
    OTHER_CHAT = "other_chat"
    """The only one that tells of nothing that is going."""


class Level(StrEnum):
    """How much an alert asks for: act now, look soon, good to know."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Alert:
    """A hint to the user."""

    rule: Rule
    level: Level
    at: datetime
    room_id: int | None = None
    account_id: int | None = None
    message_id: str | None = None
    """The first one meant, if it is about messages."""
    count: int = 1
    """How many messages it is about."""
    number: int = 0
    """As the user calls it; 0 before it is kept."""
    dismissed_at: datetime | None = None
    reason: str | None = None
    """Why the user dismissed it, in their words."""

    @property
    def dismissed(self) -> bool:
        """Whether the user has put it aside."""
        return self.dismissed_at is not None


@dataclass(frozen=True, slots=True)
class Renamed:
    """A person's name in one room, before and now; `before` is None where none was known."""

    room_id: int
    account_id: int
    before: str | None
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """A person whom a room's list of members shows no more."""

    room_id: int
    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A person of a contracted room whom the list of contacts shows no more."""

    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OtherChatSeen:
    """A direct chat with a person of a contracted room that belongs to no contract; None: there is none any more."""

    account_id: int
    room_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Shut:
    """A room that cannot be opened any more."""

    room_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Unshown:
    """A message that turned to `[deleted]`, or is hidden or missing."""

    room_id: int
    account_id: int
    """Who wrote it."""
    message_id: str
    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class People:
    """Who is who in a room, the owner of the archive left out."""

    members: frozenset[int] = frozenset()
    """In the room as last read."""
    former: frozenset[int] = frozenset()
    """Once in the room and no more."""
    wrote: Mapping[int, int] = field(default_factory=dict)
    """How many messages each wrote; what Chatwork itself says in their name is not counted."""
    sent: Mapping[int, int] = field(default_factory=dict)
    """How many files each sent."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything since the last judgement that a rule may look at."""

    owner: int = 0
    renamed: tuple[Renamed, ...] = ()
    left: tuple[Left, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    other_chats: tuple[OtherChatSeen, ...] = ()
    shut: tuple[Shut, ...] = ()
    unshown: tuple[Unshown, ...] = ()
    lately: tuple[Unshown, ...] = ()
    """Messages that went in the day before: a burst may be spread over several runs."""
    hidden_before: frozenset[int] = frozenset()
    """Rooms in which the plan hid something already."""
    rooms: Mapping[int, People] = field(default_factory=dict)
    """The rooms of these changes, and every room of the people in them."""
    alerts: tuple[Alert, ...] = ()
    """Those kept so far."""
