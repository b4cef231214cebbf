"""Pure: what follows from what the user stated of a contract: early contact, deadlines, points that agree, blanks.

Report, status, alerts and viewer read a case through it. Nothing here claims a breach: days are set side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from archiver.platforms.platform import Deadline, Platform
from archiver.records import JST, Attachment, Contract, Delivery

_DAY = len("2026-11-24")


def day_of(stated: str | None) -> datetime | None:
    """The moment that a stated date or date and time means in Japan; None if it is blank or no date."""
    try:
        at = datetime.fromisoformat(stated) if stated else None
    except ValueError:
        return None
    if at is None:
        return None
    return at if at.tzinfo else at.replace(tzinfo=JST)


def days_since(at: datetime, now: datetime) -> int:
    """Whole calendar days in Japan from one moment to another."""
    return (now.astimezone(JST).date() - at.astimezone(JST).date()).days


# --- contact outside the platform --------------------------------------------------------------


class OutsideContact(StrEnum):
    """How the first message stands to what the platform asks for."""

    FREE = "free"
    """The platform asks for nothing, or nothing was said yet."""
    UNKNOWN = "unknown"
    """The dates that would tell are blank."""
    AFTER = "after"
    SAME_DAY = "same_day"
    """Of the approval; which came first cannot be told."""
    BEFORE_APPROVAL = "before_approval"
    BEFORE_ESCROW = "before_escrow"
    """And no approval is stated."""
    FORBIDDEN = "forbidden"
    """The platform allows no contact outside at all."""

    @property
    def early(self) -> bool:
        """Whether it began before the platform's rule lets it."""
        return self in (OutsideContact.BEFORE_APPROVAL, OutsideContact.BEFORE_ESCROW, OutsideContact.FORBIDDEN)


def contact(contract: Contract, platform: Platform, first: datetime | None) -> OutsideContact:
    """The first message against the stated approval or, while none is stated, against the escrow.

    A blank date accuses nobody: it is asked for instead.
    """
    if first is None or platform.contact == "free":
        return OutsideContact.FREE
    if platform.contact == "never":
        return OutsideContact.FORBIDDEN
    escrowed, approved = day_of(contract.escrowed_at), day_of(contract.contact_approved_on)
    if approved is not None:
        if _is_before(first, approved, contract.contact_approved_on):
            return OutsideContact.BEFORE_APPROVAL
        timed = len(contract.contact_approved_on or "") > _DAY
        return OutsideContact.AFTER if timed or days_since(first, approved) < 0 else OutsideContact.SAME_DAY
    if escrowed is not None and _is_before(first, escrowed, contract.escrowed_at):
        return OutsideContact.BEFORE_ESCROW
    return OutsideContact.UNKNOWN


def _is_before(first: datetime, at: datetime, stated: str | None) -> bool:
    """Of a day without a time only the days before it are before."""
    return first < at if len(stated or "") > _DAY else days_since(first, at) > 0


# --- deadlines ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueDate:
    """A deadline of this contract."""

    deadline: Deadline
    day: date
    left: int
    """Days in Japan from today; negative once it has passed."""


def last_delivery(deliveries: Iterable[Delivery]) -> datetime | None:
    """When the work was last delivered on the platform, as the user stated."""
    days = [at for at in (day_of(one.at) for one in deliveries) if at is not None]
    return max(days, default=None)


def review_due(deliveries: Iterable[Delivery], platform: Platform) -> date | None:
    """The day on which the review of the last delivery is usually over."""
    at = last_delivery(deliveries)
    return None if at is None else at.astimezone(JST).date() + timedelta(days=platform.review_days)


def deadlines(
    contract: Contract,
    platform: Platform,
    deliveries: Sequence[Delivery],
    *,
    now: datetime,
    last_reply: datetime | None = None,
    last_seen: datetime | None = None,
) -> list[DueDate]:
    """Every deadline whose beginning is known, the nearest day first.

    `last_reply`: the counterpart's last message; `last_seen`: when the rooms were last read.
    """
    begun = {
        "contract": day_of(contract.contracted_on),
        "escrow": day_of(contract.escrowed_at),
        "delivery": last_delivery(deliveries),
        "last_reply": last_reply,
        "last_seen": last_seen,
    }
    today = now.astimezone(JST).date()
    found = []
    for one in platform.deadlines:
        at = begun.get(one.after)
        if at is not None:
            day = at.astimezone(JST).date() + timedelta(days=one.days)
            found.append(DueDate(one, day, (day - today).days))
    return sorted(found, key=lambda due: (due.day, due.deadline.rule))


SHOWN_BEFORE = {"plan": 10, "nudge": 0}
"""Days before it from which a deadline that a running job or a talking client keeps moving is worth a line."""
SHOWN_DAYS = 30
"""Days before it from which any other is."""
SHOWN_AFTER = 30
"""Days after it for which a passed deadline is still worth one."""


def worth_showing(dues: Iterable[DueDate]) -> list[DueDate]:
    """Those that the user can still do something about."""
    return [due for due in dues if -SHOWN_AFTER <= due.left <= SHOWN_BEFORE.get(due.deadline.rule, SHOWN_DAYS)]


# --- points that agree -------------------------------------------------------------------------


class Agreement(StrEnum):
    """How sure it is that a delivery on the platform is a file of Chatwork."""

    SAME_BYTES = "same_bytes"
    STATED = "stated"
    """By the user's word."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Point:
    """A delivery and the file of Chatwork that agrees with it."""

    delivery: Delivery
    file: Attachment | None
    agreement: Agreement


def points(deliveries: Iterable[Delivery], files: Sequence[Attachment]) -> Iterator[Point]:
    """Each delivery with the first file of the same SHA-256, or else the one that the user named."""
    for one in deliveries:
        same = next((file for file in files if file.sha256 is not None and file.sha256 == one.sha256), None)
        named = next((file for file in files if one.file_id is not None and file.file_id == one.file_id), None)
        if same is not None:
            yield Point(one, same, Agreement.SAME_BYTES)
        elif named is not None:
            yield Point(one, named, Agreement.STATED)
        else:
            yield Point(one, None, Agreement.NONE)


# --- blanks ------------------------------------------------------------------------------------


def blanks(contract: Contract, platform: Platform) -> tuple[str, ...]:
    """The names of the facts that a reader looks for first and that are not stated."""
    wanted = ["platform_id", "title", "client", "url", "contracted_on", "escrowed_at"]
    if platform.outside:
        wanted.append("contact_approved_on")
    return tuple(name for name in (*wanted, "amount") if not getattr(contract, name))
