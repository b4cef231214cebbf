"""Packages that were made, and what somebody decides before one leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from archiver.records.evidence import AccountId, RoomId


@dataclass(frozen=True, slots=True)
class Handover:
    """The user's statement that a package was handed to somebody."""

    to: str
    on: str
    """The day as `2026-11-24`, or a day and time in Japan."""
    how: str
    """The way, in the user's words; it may be empty."""


@dataclass(frozen=True, slots=True)
class ExportedPackage:
    """A package as its `export` entry records it."""

    number: int
    """Its number in the list of packages, from 1."""
    seq: int
    """The number of its entry."""
    at: datetime
    contract: str
    profile: str
    name: str
    sha256: str
    """The digest that covers everything in it."""
    handovers: tuple[Handover, ...]
    """The latest statement last."""
    making: Mapping[str, Any] = field(default_factory=dict)
    """The payload of its entry."""

    @property
    def lang(self) -> str:
        """The language of its texts."""
        return str(self.making.get("lang", "ja"))


class ReadState(StrEnum):
    """Whether an opened message was read."""

    UNREAD = "unread"
    READ = "read"
    """It leaves as it was shown."""
    COVERED = "covered"
    """It stays covered, as the reader wishes."""


MEMBER = "member"
"""Before an account id, in the place of a message's id: what else somebody who is hidden is called."""


@dataclass(frozen=True, slots=True)
class Review:
    """A decision about one opened message of a job, or what else somebody is called."""

    message_id: str
    digest: str
    """Of what was shown."""
    state: ReadState
    at: datetime
    drawn: tuple[str, ...] = ()
    """The words that were covered in what was shown, besides what is always masked."""
    covered: tuple[str, ...] = ()
    """The words that the reader covered everywhere; of a member, the other names."""
    shown: tuple[str, ...] = ()
    """The words whose covers the reader took away."""


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message that a package would open, as somebody reads it before: with its covers drawn."""

    id: str
    """Of the message; `chat` and the chat's number where it is the description of a chat."""
    room: int
    no: int
    """0 for a description."""
    sent: str
    name: str
    texts: tuple[str, ...]
    """Every text that it had, the oldest first."""
    files: tuple[str, ...]
    """The names of its files and the texts of its tasks."""
    covers: tuple[str, ...]
    """What stands under its covers."""
    marks: tuple[str, ...]
    """The words that are no words of chats about work, as they stand in it: perhaps names."""
    digest: str
    """Of what is shown: its texts and files."""
    state: ReadState
    drawn: tuple[str, ...]
    """The words that are covered in it, besides what is always masked."""
    parts: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Each text and file in parts: what is shown, and what stands under it if it is a cover."""


class RequestKind(StrEnum):
    """One thing that can be asked for."""

    PAYMENT = "payment"
    REVIEW = "review"
    """Of what was delivered."""
    REPLY = "reply"
    TERMS = "terms"
    """That the terms of the work are stated."""
    STOP_WORK = "stop-work"
    """To pause the work until things are settled."""


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
