"""What the alert rules judge: observed changes, departures and new texts, as frozen values.

The queries of the archive return them. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.records import Sides, State
from archiver.records.alerts import Alert


@dataclass(frozen=True, slots=True)
class PersonRenamed:
    """A person's name in one room, before and now."""

    room_id: int
    account_id: int
    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A person whom a room's list of members shows no more."""

    room_id: int
    account_id: int
    at: datetime
    is_told_cancelled: bool = False
    """Whether somebody else than the owner posted in the room, in the form of Chatwork's own, that they cancelled."""


@dataclass(frozen=True, slots=True)
class RemovedFromContacts:
    """A person of a contracted room whom the list of contacts shows no more."""

    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OtherChatSeen:
    """A direct chat with a person of a contracted room that belongs to no contract; room None: there is none now."""

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
    """The account that wrote it."""
    message_id: str
    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class NewText:
    """A new text of somebody of the other side."""

    room_id: int
    account_id: int
    message_id: str
    body: str
    at: datetime
    """When it was seen."""
    earlier: Callable[[], Sequence[str]] = tuple
    """Returns the texts that the message had before; called only if this text matters to a rule."""


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """A message whose text was changed."""

    room_id: int
    account_id: int
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A member whose role in a room was changed."""

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
class ChangeObservations:
    """Messages, roles and rooms that were changed since the last judgement, and who is who in these rooms."""

    sides: Mapping[int, Sides] = field(default_factory=dict)
    """The sides of the contract, by room."""
    edited: tuple[MessageEdited, ...] = ()
    vanished: tuple[VanishedMessage, ...] = ()
    """Messages that were deleted or missing since then."""
    lately: tuple[MessageEdited | VanishedMessage, ...] = ()
    """Both of the day before, which were judged already."""
    attached: frozenset[str] = frozenset()
    """Messages that the user attached something to."""
    renamed: tuple[PersonRenamed, ...] = ()
    roles: tuple[RoleChanged, ...] = ()
    rooms: tuple[RoomChanged, ...] = ()
    people: Mapping[int, RoomPeople] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomPeople:
    """The people of a room without the owner of the archive."""

    members: frozenset[int] = frozenset()
    """Accounts in the room as last read."""
    former: frozenset[int] = frozenset()
    """Accounts that were in the room and are no more."""
    wrote: Mapping[int, int] = field(default_factory=dict)
    """Number of messages by account; Chatwork's own notices in their name are not counted."""
    sent: Mapping[int, int] = field(default_factory=dict)
    """Number of files by account."""
    counterparts: frozenset[int] = frozenset()
    """Accounts that are the other side of a contract: stated as clients, or the only ones that can be meant."""


@dataclass(frozen=True, slots=True)
class DepartureObservations:
    """People, rooms, contacts and messages that disappeared or were renamed since the last judgement."""

    owner: int = 0
    renamed: tuple[PersonRenamed, ...] = ()
    members_left: tuple[MemberLeft, ...] = ()
    contacts_removed: tuple[RemovedFromContacts, ...] = ()
    other_chats: tuple[OtherChatSeen, ...] = ()
    closed_rooms: tuple[RoomClosed, ...] = ()
    vanished: tuple[VanishedMessage, ...] = ()
    recently_vanished: tuple[VanishedMessage, ...] = ()
    """Messages that disappeared in the day before, as a burst may be spread over several runs."""
    hidden_before: frozenset[int] = frozenset()
    """Rooms in which the plan had hidden something already."""
    rooms: Mapping[int, RoomPeople] = field(default_factory=dict)
    """The people of the rooms of these changes, and of every other room of these people."""
    alerts: tuple[Alert, ...] = ()
    """The alerts stored so far."""
