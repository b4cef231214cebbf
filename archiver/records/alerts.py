"""Alerts as values: the rule that found something, how serious it is, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertRule(StrEnum):
    """The rule behind an alert. The kinds of disappearance are distinguished (evidence §1.2)."""

    ROOM_INACCESSIBLE = "room_inaccessible"
    ACCOUNT_CLOSED = "account_closed"
    MEMBER_GONE = "member_gone"
    CONTACT_GONE = "contact_gone"
    HIDDEN_BY_PLAN = "hidden_by_plan"
    DELETIONS = "deletions"
    OTHER_CHAT = "other_chat"
    A1 = "A1"
    """Work is asked for before the escrow."""
    A2 = "A2"
    """A survey, a manual or an explanation is asked for first."""
    A3 = "A3"
    """The escrow is to come only after something else."""
    A4 = "A4"
    """Contact data are asked for."""
    A5 = "A5"
    """Work or payment past the platform is proposed."""
    A6 = "A6"
    """The conversation is to move to another channel."""
    A7 = "A7"
    """Seminars, investments or costs in advance are proposed."""
    A8 = "A8"
    """Identity papers or bank data are asked for."""
    A9 = "A9"
    """The platform's permission is claimed, or remote control of the computer is asked for."""
    A10 = "A10"
    """Several messages were changed within a day, or one that was attached as evidence."""
    A11 = "A11"
    """The other side is silent after a delivery."""
    A12 = "A12"
    """A name, a role, or a chat's name or description changed."""
    A13 = "A13"
    """Another amount or day than agreed is named."""
    A14 = "A14"
    """Nothing was saved for long."""
    EARLY_CONTACT = "early_contact"
    """The oldest message is earlier than the platform allows contact."""
    UNDELIVERED = "undelivered"
    """Work was sent on Chatwork but not delivered within a day on the platform, whose record decides on payment."""
    DEADLINE = "deadline"
    """A deadline counted from the contract's dates is near or has just passed."""


DEPARTURES = frozenset(
    {
        AlertRule.ROOM_INACCESSIBLE,
        AlertRule.ACCOUNT_CLOSED,
        AlertRule.MEMBER_GONE,
        AlertRule.CONTACT_GONE,
        AlertRule.HIDDEN_BY_PLAN,
        AlertRule.DELETIONS,
    }
)
"""Rules for somebody or something that disappears: the archive is then sealed and copied at once."""


class Level(StrEnum):
    """How urgent an alert is: act now, look soon, good to know."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


CANCELLED = "cancelled"
"""The subject of an alert about a departed member whom a post of Chatwork's form calls a cancelled account."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A hint to the user about something in the archive."""

    rule: AlertRule
    level: Level
    at: datetime
    room_id: int | None = None
    account_id: int | None = None
    message_id: str | None = None
    """The first message that it is about, if it is about messages."""
    count: int = 1
    """How many messages it is about."""
    subject: str | None = None
    """Further details of what it is about, in the form that its rule writes."""
    number: int = 0
    """The number by which the user names it; 0 before it is stored."""
    dismissed_at: datetime | None = None
    reason: str | None = None
    """Why the user dismissed it, in their words."""

    @property
    def dismissed(self) -> bool:
        """Whether the user has dismissed it."""
        return self.dismissed_at is not None
