"""Pure: alerts from the dates of a contract: early contact, silence, missing deliveries, deadlines, a long pause.

Each is given once: its `subject` identifies the occasion, and one that is kept or dismissed is not given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.contract_dates import DueDate, OutsideContact, day_of, days_since, outside_contact
from archiver.platforms.platform import platform_of
from archiver.records import Contract, Delivery
from archiver.records.alerts import Alert, AlertRule, Level

SILENCE = timedelta(days=3)
"""After a delivery."""
OLD_SILENCE = timedelta(days=60)
"""A silence that began so long ago is no news."""
PAUSE, LONG_PAUSE = timedelta(hours=24), timedelta(days=30)
"""Without saving; after 40 days the free plan hides what was not saved."""
DAYS_BEFORE, DAYS_AFTER = 1, -7
"""Days before and after a deadline on which it is told."""
DELIVERY_DELAY, RECENT_HANDOVER = timedelta(days=1), timedelta(days=14)
"""How long a delivery on the platform may come after the one on Chatwork, and how long that is worth a hint."""
OWN_ALERT_RULES = frozenset({"nudge", "plan"})
"""Deadlines for which there are alerts of their own (A11, A14)."""

ONCE = frozenset({AlertRule.EARLY_CONTACT, AlertRule.A11, AlertRule.A14, AlertRule.DEADLINE, AlertRule.UNDELIVERED})


@dataclass(frozen=True, slots=True)
class CaseSnapshot:
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


def early_contacts(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """The oldest message stands before the approval, or before the escrow while no approval is stated."""
    if contact_of(case).is_early:
        yield Alert(
            AlertRule.EARLY_CONTACT,
            Level.HIGH,
            now,
            case.first_room,
            message_id=case.first_message,
            subject=case.contract.id,
        )


def contact_of(case: CaseSnapshot) -> OutsideContact:
    """How the oldest message stands to the platform's rule."""
    return outside_contact(case.contract, platform_of(case.contract.platform), case.first_at)


def silences(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """Nothing of the other side since the last delivery, for three days."""
    dated = [(at, one) for one in case.deliveries if (at := day_of(one.at)) is not None]
    if not dated or case.contract.state != "open":
        return
    at, last = max(dated, key=lambda pair: pair[0])
    if case.last_reply is not None and case.last_reply >= at:
        return
    if SILENCE <= now - at <= OLD_SILENCE and days_since(at, now) >= SILENCE.days:
        subject = f"{case.contract.id}/{last.number}/{last.at}"
        yield Alert(AlertRule.A11, Level.MEDIUM, now, case.room, subject=subject)


def missing_deliveries(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """Handed over on Chatwork a day ago, and no delivery on the platform stated from the day before on."""
    at, office = case.handed_at, platform_of(case.contract.platform).operator
    if (
        at is None
        or office is None
        or case.contract.state != "open"
        or not DELIVERY_DELAY <= now - at <= RECENT_HANDOVER
    ):
        return
    days = [day for one in case.deliveries if (day := day_of(one.at)) is not None]
    if all(days_since(day, at) > 1 for day in days):
        yield Alert(
            AlertRule.UNDELIVERED,
            Level.MEDIUM,
            now,
            case.handed_room,
            message_id=case.handed_message,
            subject=f"{case.contract.id}/{case.handed_message}",
        )


def deadline_alerts(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """A day that is near asks for a look; one that has passed is good to know."""
    if case.contract.state != "open":
        return
    for due in case.dues:
        rule = due.deadline.rule
        if rule not in OWN_ALERT_RULES and DAYS_AFTER <= due.days_left <= DAYS_BEFORE:
            level = Level.MEDIUM if due.days_left >= 0 else Level.LOW
            subject = f"{case.contract.id}/{case.contract.platform or 'direct'}/{rule}/{due.day.isoformat()}"
            yield Alert(AlertRule.DEADLINE, level, now, case.room, subject=subject)


def pauses(before: datetime | None, now: datetime) -> Iterator[Alert]:
    """So long was nothing saved; `before`: when rounds were last known to run."""
    if before is not None and now - before > PAUSE:
        level = Level.MEDIUM if now - before > LONG_PAUSE else Level.LOW
        hours = round((now - before).total_seconds() / 3600)
        yield Alert(AlertRule.A14, level, now, subject=f"{now.isoformat(timespec='minutes')}/{hours}")


def due_deadlines(cases: Iterable[CaseSnapshot], *, now: datetime, kept: Iterable[Alert]) -> list[Alert]:
    """The deadlines that are not told yet, which follow from what was stated alone."""
    known = {(one.rule, one.subject) for one in kept}
    return [one for case in cases for one in deadline_alerts(case, now) if (one.rule, one.subject) not in known]


def judge_cases(
    cases: Iterable[CaseSnapshot], *, before: datetime | None, now: datetime, kept: Iterable[Alert]
) -> list[Alert]:
    """Every alert that is not told yet."""
    known = {(one.rule, one.subject) for one in kept if one.rule in ONCE}
    found = [alert for case in cases for rule in RULES for alert in rule(case, now)]
    return [one for one in (*found, *pauses(before, now)) if (one.rule, one.subject) not in known]


def outdated_contact_alerts(cases: Iterable[CaseSnapshot], kept: Iterable[Alert]) -> list[Alert]:
    """Kept alerts of early contact that the dates as stated now no longer bear out."""
    early = {case.contract.id for case in cases if contact_of(case).is_early}
    return [
        one for one in kept if one.rule is AlertRule.EARLY_CONTACT and not one.dismissed and one.subject not in early
    ]


RULES = (early_contacts, missing_deliveries, silences, deadline_alerts)
