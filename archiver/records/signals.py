"""What deserves a hint: changes and words as observed, what follows from the dates of a contract, and alerts.

Frozen values that the archive's queries give, the rules judge and the sync listens to. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.records import Sides, State
from archiver.records.alerts import Alert


@dataclass(frozen=True, slots=True)
class Renamed:
    """A person's name in one room, before and now; `before` is None where none was known."""

    room_id: int
    account_id: int
    before: str | None
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A person whom a room's list of members shows no more."""

    room_id: int
    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RemovedFromContacts:
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
class RoomClosed:
    """A room that cannot be opened any more."""

    room_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class VanishedMessage:
    """A message that turned to `[deleted]`, or is hidden or missing."""

    room_id: int
    account_id: int
    """Who wrote it."""
    message_id: str
    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class NewText:
    """A text that somebody of the other side was seen to have written."""

    room_id: int
    account_id: int
    message_id: str
    body: str
    at: datetime
    """When it was seen."""
    earlier: Callable[[], Sequence[str]] = tuple
    """The texts that the message had before; only asked for where this one says something."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A message of somebody whose text became another one."""

    room_id: int
    account_id: int
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A member whose role in a room became another one."""

    room_id: int
    account_id: int
    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """A room's name and description, before and now."""

    room_id: int
    name_before: str
    name: str
    description_before: str
    description: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed since the last judgement, and who is who in these rooms."""

    sides: Mapping[int, Sides] = field(default_factory=dict)
    """By room."""
    edited: tuple[Edited, ...] = ()
    edited_lately: tuple[Edited, ...] = ()
    """Those of the day before, judged already."""
    unshown: tuple[VanishedMessage, ...] = ()
    """Deleted or missing since, or in the day before."""
    attached: frozenset[str] = frozenset()
    """Messages that the user attached something to."""
    renamed: tuple[Renamed, ...] = ()
    roles: tuple[RoleChanged, ...] = ()
    rooms: tuple[RoomChanged, ...] = ()
    people: Mapping[int, RoomPeople] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomPeople:
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
    left: tuple[MemberLeft, ...] = ()
    unlisted: tuple[RemovedFromContacts, ...] = ()
    other_chats: tuple[OtherChatSeen, ...] = ()
    shut: tuple[RoomClosed, ...] = ()
    unshown: tuple[VanishedMessage, ...] = ()
    lately: tuple[VanishedMessage, ...] = ()
    """Messages that went in the day before: a burst may be spread over several runs."""
    hidden_before: frozenset[int] = frozenset()
    """Rooms in which the plan hid something already."""
    rooms: Mapping[int, RoomPeople] = field(default_factory=dict)
    """The rooms of these changes, and every room of the people in them."""
    alerts: tuple[Alert, ...] = ()
    """Those kept so far."""
