"""Pure: what follows from the dates of a contract -> alerts: contact begun early, silence, deadlines, a long pause.

Each is told once: its `subject` says what it is about, and one that stands or was put aside is not told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.contract_dates import DueDate, OutsideContact, contact, day_of, days_since
from archiver.platforms.platform import platform_of
from archiver.records import Contract, Delivery
from archiver.records.alerts import Alert, AlertRule, Level

SILENCE = timedelta(days=3)
"""After a delivery."""
OLD = timedelta(days=60)
"""A silence that began so long ago is no news."""
PAUSE, LONG_PAUSE = timedelta(hours=24), timedelta(days=30)
"""Without saving; after 40 days the free plan hides what was not saved."""
SOON, LATE = 1, -7
"""Days before and after a deadline on which it is told."""
DAY, RECENT = timedelta(days=1), timedelta(days=14)
"""How long a delivery on the platform may come after the one on Chatwork, and how long that is worth a hint."""
NOT_TOLD = frozenset({"nudge", "plan"})
"""Deadlines for which there are alerts of their own (A11, A14)."""

ONCE = frozenset({AlertRule.EARLY_CONTACT, AlertRule.A11, AlertRule.A14, AlertRule.DEADLINE, AlertRule.UNDELIVERED})


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A contract with what its dates are set against."""

    contract: Contract
    first_at: datetime | None = None
    first_room: int | None = None
    first_message: str | None = None
    last_reply: datetime | None = None
    deliveries: tuple[Delivery, ...] = ()
    dues: tuple[DueDate, ...] = ()
    handed_at: datetime | None = None
    """When the user last handed something over on Chatwork, as far as their words tell."""
    handed_room: int | None = None
    handed_message: str | None = None

    @property
    def room(self) -> int | None:
        """The room that an alert about the contract names."""
        return int(self.contract.rooms[0].room_id) if self.contract.rooms else None


def early_contact(seen: CaseSeen, now: datetime) -> Iterator[Alert]:
    """The oldest message stands before the approval, or before the escrow while no approval is stated."""
    if contact_of(seen).early:
        yield Alert(
            AlertRule.EARLY_CONTACT,
            Level.HIGH,
            now,
            seen.first_room,
            message_id=seen.first_message,
            subject=seen.contract.id,
        )


def contact_of(seen: CaseSeen) -> OutsideContact:
    """How the oldest message stands to the platform's rule."""
    return contact(seen.contract, platform_of(seen.contract.platform), seen.first_at)


def silence(seen: CaseSeen, now: datetime) -> Iterator[Alert]:
    """Nothing of the other side since the last delivery, for three days."""
    told = [(at, one) for one in seen.deliveries if (at := day_of(one.at)) is not None]
    if not told or seen.contract.state != "open":
        return
    at, last = max(told, key=lambda pair: pair[0])
    if seen.last_reply is not None and seen.last_reply >= at:
        return
    if SILENCE <= now - at <= OLD and days_since(at, now) >= SILENCE.days:
        subject = f"{seen.contract.id}/{last.number}/{last.at}"
        yield Alert(AlertRule.A11, Level.MEDIUM, now, seen.room, subject=subject)


def undelivered(seen: CaseSeen, now: datetime) -> Iterator[Alert]:
    """Handed over on Chatwork a day ago, and no delivery on the platform stated from the day before on."""
    at, office = seen.handed_at, platform_of(seen.contract.platform).operator
    if at is None or office is None or seen.contract.state != "open" or not DAY <= now - at <= RECENT:
        return
    told = [day for one in seen.deliveries if (day := day_of(one.at)) is not None]
    if all(days_since(day, at) > 1 for day in told):
        yield Alert(
            AlertRule.UNDELIVERED,
            Level.MEDIUM,
            now,
            seen.handed_room,
            message_id=seen.handed_message,
            subject=f"{seen.contract.id}/{seen.handed_message}",
        )


def deadlines(seen: CaseSeen, now: datetime) -> Iterator[Alert]:
    """A day that is near asks for a look; one that has passed is good to know."""
    if seen.contract.state != "open":
        return
    for due in seen.dues:
        rule = due.deadline.rule
        if rule not in NOT_TOLD and LATE <= due.left <= SOON:
            level = Level.MEDIUM if due.left >= 0 else Level.LOW
            subject = f"{seen.contract.id}/{seen.contract.platform or 'direct'}/{rule}/{due.day.isoformat()}"
            yield Alert(AlertRule.DEADLINE, level, now, seen.room, subject=subject)


def pause(before: datetime | None, now: datetime) -> Iterator[Alert]:
    """So long was nothing saved; `before`: when rounds were last known to run."""
    if before is not None and now - before > PAUSE:
        level = Level.MEDIUM if now - before > LONG_PAUSE else Level.LOW
        hours = round((now - before).total_seconds() / 3600)
        yield Alert(AlertRule.A14, level, now, subject=f"{now.isoformat(timespec='minutes')}/{hours}")


def near(cases: Iterable[CaseSeen], *, now: datetime, kept: Iterable[Alert]) -> list[Alert]:
    """The deadlines that are not told yet, which follow from what was stated alone."""
    told = {(one.rule, one.subject) for one in kept}
    return [one for seen in cases for one in deadlines(seen, now) if (one.rule, one.subject) not in told]


def judge(cases: Iterable[CaseSeen], *, before: datetime | None, now: datetime, kept: Iterable[Alert]) -> list[Alert]:
    """Every alert that is not told yet."""
    told = {(one.rule, one.subject) for one in kept if one.rule in ONCE}
    found = [alert for seen in cases for rule in RULES for alert in rule(seen, now)]
    return [one for one in (*found, *pause(before, now)) if (one.rule, one.subject) not in told]


def settled(cases: Iterable[CaseSeen], kept: Iterable[Alert]) -> list[Alert]:
    """Kept alerts of early contact that the dates as stated now no longer bear out."""
    early = {seen.contract.id for seen in cases if contact_of(seen).early}
    return [
        one for one in kept if one.rule is AlertRule.EARLY_CONTACT and not one.dismissed and one.subject not in early
    ]


RULES = (early_contact, undelivered, silence, deadlines)
