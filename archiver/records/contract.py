"""What the user states: the contract, its rooms, deliveries, enclosures, and who is who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archiver.records.names import AccountId, MessageId, RoomId


@dataclass(frozen=True, slots=True)
class ContractRoom:
    """A room of a contract and, if the user gave one, the period that belongs to it."""

    room_id: RoomId
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One job on a platform as the user stated it; blank facts are None."""

    id: str
    rooms: tuple[ContractRoom, ...]
    state: str = "open"
    """`open`, `closed` (still read for 180 days) or `stopped`."""
    closed_at: datetime | None = None
    title: str | None = None
    client: str | None = None
    platform: str | None = None
    platform_id: str | None = None
    url: str | None = None
    contracted_on: str | None = None
    escrowed_at: str | None = None
    contact_requested_on: str | None = None
    contact_approved_on: str | None = None
    amount: str | None = None
    due_on: str | None = None
    nda: bool | None = None
    client_url: str | None = None
    """The client's profile on the platform."""
    worker_url: str | None = None
    """The user's own."""

    @property
    def label(self) -> str:
        """What the screen calls it."""
        return self.platform_id or self.id


@dataclass(frozen=True, slots=True)
class Delivery:
    """Work handed over on the platform, as the user stated it; the platform's record decides about the money."""

    number: int
    """Within its contract."""
    at: str
    """Date, or date and time, in Japan, as typed: `2026-11-03 09:12`."""
    name: str | None = None
    """Of the file that was delivered, if one was named."""
    size: int | None = None
    sha256: str | None = None
    file_id: int | None = None
    """The same file on Chatwork, if the user said so."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Other evidence that the user added to a contract: a screenshot, a notice, a mail, an invoice."""

    number: int
    kind: str
    """`screenshot`, `notice`, `mail`, `invoice` or `other`."""
    name: str
    """As the user's file was called."""
    size: int
    sha256: str
    added_at: datetime
    dated: str | None = None
    """The day it is of, as typed."""
    message_id: MessageId | None = None
    note: str | None = None


class Role(StrEnum):
    """Who somebody in the rooms of a contract is, as the user stated."""

    CLIENT = "client"
    ME = "me"
    """Another account of the user."""
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Mapped:
    """An account of a contract's rooms, who it is, and how the user knows."""

    account_id: AccountId
    part: Role
    reason: str
    since: datetime
    """When it was last stated."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is who in the rooms of a contract; until the user says so, all but the owner are the other side."""

    owner: int
    clients: frozenset[int] = frozenset()
    mine: frozenset[int] = frozenset()
    thirds: frozenset[int] = frozenset()

    def is_other(self, account: int) -> bool:
        """Whether an account counts as the other side."""
        if self.clients:
            return account in self.clients
        return account not in self.mine | self.thirds | {self.owner}
