"""Pure: alerts from the dates of a contract: early contact, silence, missing deliveries, deadlines, a long pause.

Each is given once: its `subject` identifies the occasion, and one that is kept or dismissed is not given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.contract_dates import COMPARED, DueDate, day_of, days_since, outside_contact
from archiver.platforms.job_platform import platform_of
from archiver.records import JST, Act, Contract, Delivery, Post
from archiver.records.alerts import Alert, AlertRule, Level

OLD_DAYS = 60
"""A silence or a delivery on Chatwork of more days is no news."""
PAUSE, LONG_PAUSE = timedelta(hours=24), timedelta(days=30)
"""Time without saving; after 40 days the free plan hides what was not saved."""
DAYS_BEFORE, DAYS_AFTER = 1, -7
"""How many days before a deadline its alert begins, and after how many (negative) it ends."""
DELIVERY_DELAY = timedelta(days=1)
"""How much later than on Chatwork a delivery on the platform may come."""
_TIME = "%Y-%m-%d %H:%M"
OWN_ALERT_RULES = frozenset({"nudge", "plan"})
"""Rules of deadlines that have alerts of their own (A11, A14)."""
_OF_WORKER = frozenset({"delivery", "due", "end_request", "first_client", "passed_on", "receipt", "unpaid"})
"""The deadlines counted from these are those of who does the work, and so is their advice."""

ONCE = frozenset({AlertRule.EARLY_CONTACT, AlertRule.A11, AlertRule.A14, AlertRule.DEADLINE, AlertRule.UNDELIVERED})


class CaseSnapshot(NamedTuple):
    """A contract with the facts of the archive that its dates are compared with."""

    contract: Contract
    first: Post | None = None
    """The oldest message that is known."""
    asked: Act | None = None
    """The user's first act after the other side's last one."""
    heard: Post | None = None
    """The other side's last message."""
    days_waiting: int | None = None
    """For how many days it is known to be unanswered; None: it is not, or nobody knows."""
    closed_after: datetime | None = None
    """Up to when is known what was posted, where a chat does not open since; None: all open."""
    deliveries: tuple[Delivery, ...] = ()
    """Where there is a handover: of the job, and of others that have its chat in the same time."""
    dues: tuple[DueDate, ...] = ()
    handover: Post | None = None
    """Where the user last handed something over on Chatwork, as far as their messages show."""

    @property
    def room(self) -> int | None:
        """The room that an alert about the contract names."""
        return int(self.contract.rooms[0].room_id) if self.contract.rooms else None


def early_contacts(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """An alert if the oldest message is older than the approval, or than the escrow while no approval is stated."""
    if case.first is not None and (subject := _early_contact(case)) is not None:
        yield _alert_at(case.first, AlertRule.EARLY_CONTACT, Level.HIGH, now, subject)


def _alert_at(post: Post, rule: AlertRule, level: Level, now: datetime, subject: str) -> Alert:
    return Alert(rule, level, now, post.room_id, message_id=post.message_id, subject=subject)


def _early_contact(case: CaseSnapshot) -> str | None:
    """The contract, what contact came before, when that was, and when contact began; None if it did not begin early."""
    contract = case.contract
    contact = outside_contact(contract, platform_of(contract.platform), case.first and case.first.at)
    if not contact.is_early or case.first is None:
        return None
    stated = getattr(contract, COMPARED.get(contact, ""), None)
    return f"{contract.id}/{contact}/{stated or ''}/{case.first.at.astimezone(JST):{_TIME}}"


def silences(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """An alert if the user has had no answer for the platform's days."""
    days, asked = platform_of(case.contract.platform).reply_days, case.asked
    is_told = case.days_waiting is not None and days <= case.days_waiting <= OLD_DAYS
    if is_told and asked is not None and case.contract.state == "open":
        yield _alert_at(case.heard or asked.post, AlertRule.A11, Level.MEDIUM, now, _silence(case, asked))


def _silence(case: CaseSnapshot, asked: Act) -> str:
    """The contract, whether a chat is closed, the platform, the message, when it was closed, when the user wrote."""
    state, until = ("closed", f"{case.closed_after.astimezone(JST):{_TIME}}") if case.closed_after else ("", "")
    where = f"{case.contract.platform or ''}/{asked.post.message_id}"
    return f"{case.contract.id}/{state}/{where}/{until}/{asked.post.at.astimezone(JST):{_TIME}}"


def missing_deliveries(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """An alert for a handover on Chatwork a day ago without a delivery on the platform from the day before it on."""
    post, office = case.handover, platform_of(case.contract.platform).operator
    if post is None or office is None or case.contract.state != "open" or not case.contract.does_work:
        return
    days = [day for delivery in case.deliveries if (day := day_of(delivery.at)) is not None]
    if DELIVERY_DELAY <= now - post.at <= timedelta(days=OLD_DAYS) and all(
        days_since(day, post.at) > 1 for day in days
    ):
        subject = f"{case.contract.id}/{post.message_id}"
        yield _alert_at(post, AlertRule.UNDELIVERED, Level.MEDIUM, now, subject)


def deadline_alerts(case: CaseSnapshot, now: datetime) -> Iterator[Alert]:
    """Alerts about deadlines: high where silence costs something, medium for a day that is near, low for one passed."""
    if case.contract.state != "open":
        return
    for due in case.dues:
        rule, first = due.deadline.rule, due.deadline.days if due.deadline.urgent else DAYS_BEFORE
        is_theirs = case.contract.does_work or due.deadline.after not in _OF_WORKER
        if is_theirs and rule not in OWN_ALERT_RULES and DAYS_AFTER <= due.days_left <= first:
            level = Level.LOW if due.days_left < 0 else Level.HIGH if due.deadline.urgent else Level.MEDIUM
            yield Alert(AlertRule.DEADLINE, level, now, case.room, subject=_deadline(case, due))


def _deadline(case: CaseSnapshot, due: DueDate) -> str:
    """The contract, its platform, the rule, and when it ends."""
    end = due.day.isoformat() if due.ends_at is None else f"{due.ends_at.astimezone(JST):{_TIME}}"
    return f"{case.contract.id}/{case.contract.platform or 'direct'}/{due.deadline.rule}/{end}"


def pauses(pause: tuple[datetime, datetime] | None, now: datetime) -> Iterator[Alert]:
    """An alert about a long time without saving, from when rounds were last known to run up to when one was due."""
    if pause is not None and (length := pause[1] - pause[0]) > PAUSE:
        level = Level.MEDIUM if length > LONG_PAUSE else Level.LOW
        subject = f"{pause[1].isoformat(timespec='minutes')}/{round(length / timedelta(hours=1))}"
        yield Alert(AlertRule.A14, level, now, subject=subject)


def judge_cases(
    cases: Iterable[CaseSnapshot],
    *,
    pause: tuple[datetime, datetime] | None,
    now: datetime,
    kept: Iterable[Alert],
    are_dates_enough: bool = False,
) -> list[Alert]:
    """All alerts about these cases that are not kept yet; `are_dates_enough`: those that follow from dates alone."""
    known = {(alert.rule, alert.subject) for alert in kept if alert.rule in ONCE}
    rules = (deadline_alerts,) if are_dates_enough else RULES
    found = [alert for case in cases for rule in rules for alert in rule(case, now)]
    return [alert for alert in (*found, *pauses(pause, now)) if (alert.rule, alert.subject) not in known]


def outdated_alerts(cases: Sequence[CaseSnapshot], kept: Iterable[Alert]) -> list[Alert]:
    """Kept alerts about early contact and deadlines that the facts as stated now no longer support, about ended
    silences, about direct chats that a job has now, and about requests that are entered.
    """
    dues = {one.contract.id: {_deadline(one, due) for due in one.dues} for one in cases}
    early, saved = {_early_contact(case) for case in cases}, {room for one in cases for room in one.contract.room_ids}
    requests = [(one.contract.room_ids, day_of(one.contract.end_request_at)) for one in cases]
    silent = {one.contract.id: one.asked and _silence(one, one.asked) for one in cases}

    def is_outdated(alert: Alert) -> bool:
        subject = alert.subject or ""
        contract = subject.split("/")[0]
        if alert.rule is AlertRule.A11:
            return silent.get(contract, subject) != subject
        if alert.rule is AlertRule.DEADLINE:
            return subject not in dues.get(contract, [subject])
        if alert.rule is AlertRule.OTHER_CHAT:
            return alert.room_id in saved
        if alert.rule is AlertRule.END_REQUEST:
            return any(alert.room_id in rooms and at and days_since(at, alert.at) <= 7 for rooms, at in requests)
        return alert.rule is AlertRule.EARLY_CONTACT and subject not in early

    return [alert for alert in kept if not alert.dismissed and is_outdated(alert)]


RULES = (early_contacts, missing_deliveries, silences, deadline_alerts)
