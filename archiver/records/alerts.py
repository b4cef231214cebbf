"""Alerts as values: the rule that spoke, how grave it is, and what about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertRule(StrEnum):
    """What an alert is about; the five kinds of disappearance are kept apart (evidence §1.2)."""

    ROOM_INACCESSIBLE = "room_inaccessible"
    ACCOUNT_CLOSED = "account_closed"
    MEMBER_GONE = "member_gone"
    CONTACT_GONE = "contact_gone"
    HIDDEN_BY_PLAN = "hidden_by_plan"
    DELETIONS = "deletions"
    OTHER_CHAT = "other_chat"
    A1 = "A1"
    """Work before the escrow."""
    A2 = "A2"
    """A survey, a manual or an explanation first."""
    A3 = "A3"
    """The escrow only after something else."""
    A4 = "A4"
    """Contact data."""
    A5 = "A5"
    """Past the platform."""
    A6 = "A6"
    """On another channel."""
    A7 = "A7"
    """Seminars, investments, costs in advance."""
    A8 = "A8"
    """Papers that show who one is, bank data."""
    A9 = "A9"
    """The office's permission claimed, or the computer to be controlled from afar."""
    A10 = "A10"
    """Several messages changed within a day, or one that was attached as evidence."""
    A11 = "A11"
    """Silence after a delivery."""
    A12 = "A12"
    """A name, role, chat or its description changed."""
    A13 = "A13"
    """Another amount or day than agreed."""
    A14 = "A14"
    """Long without saving."""
    EARLY_CONTACT = "early_contact"
    """The oldest message stands before what the platform asks for."""
    UNDELIVERED = "undelivered"
    """Handed over on Chatwork, and not within a day on the platform, whose record decides about the money."""
    DEADLINE = "deadline"
    """A day counted from the contract's dates is near or has just passed."""


GOING = frozenset(
    {
        AlertRule.ROOM_INACCESSIBLE,
        AlertRule.ACCOUNT_CLOSED,
        AlertRule.MEMBER_GONE,
        AlertRule.CONTACT_GONE,
        AlertRule.HIDDEN_BY_PLAN,
        AlertRule.DELETIONS,
    }
)
"""Somebody or something is going: what is held is sealed and copied at once."""


class Level(StrEnum):
    """How much an alert asks for: act now, look soon, good to know."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Alert:
    """A hint to the user."""

    rule: AlertRule
    level: Level
    at: datetime
    room_id: int | None = None
    account_id: int | None = None
    message_id: str | None = None
    """The first one meant, if it is about messages."""
    count: int = 1
    """How many messages it is about."""
    subject: str | None = None
    """What else it is about, as its rule writes it."""
    number: int = 0
    """As the user calls it; 0 before it is kept."""
    dismissed_at: datetime | None = None
    reason: str | None = None
    """Why the user dismissed it, in their words."""

    @property
    def dismissed(self) -> bool:
        """Whether the user has put it aside."""
        return self.dismissed_at is not None
