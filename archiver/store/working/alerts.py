"""Stored alerts: a working table and no evidence, so a new judgement or a dismissal changes no proof."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update

from archiver.errors import UnknownAlert
from archiver.records import JST, Contract
from archiver.records.alerts import DEPARTURES, Alert, AlertRule, Level
from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.queries.entries import last_seq
from archiver.store.time_text import from_text, time_or_none, to_text
from archiver.store.working.remembered_values import SEEN_CHANGES, SeenChanges

_ALERT = schema.alert.c
_RULES = {one.value: one for one in AlertRule}
_LEVELS = {one.value: one for one in Level}
"""Rules and levels by what the table says of them: looking them up takes a fifth of the time of making them."""


def alerts(reading: Reading) -> list[Alert]:
    """Every alert, oldest first, dismissed ones included."""
    return _chosen_alerts(reading)


def open_alerts(reading: Reading) -> list[Alert]:
    """The alerts that the user has not dismissed, oldest first."""
    return _chosen_alerts(reading, _ALERT.dismissed_at.is_(None))


def _chosen_alerts(reading: Reading, *conditions: ColumnElement[bool]) -> list[Alert]:
    query = select(schema.alert).where(*conditions).order_by(_ALERT.number)
    return [_alert_from_row(row) for row in reading.sql.execute(query).mappings()]


def keep(writing: Writing, alert: Alert) -> Alert:
    """Store an alert under the next number."""
    number = (writing.sql.execute(select(func.max(_ALERT.number))).scalar() or 0) + 1
    values = {column.name: getattr(alert, column.name) for column in _ALERT}
    values |= {"number": number, "rule": alert.rule.value, "level": alert.level.value, "at": to_text(alert.at)}
    writing.sql.execute(insert(schema.alert).values(values))
    return _alert_with_number(writing, number)


def change(writing: Writing, alert: Alert) -> None:
    """Change how many messages a kept alert is about, and its details."""
    values = {"count": alert.count, "subject": alert.subject}
    writing.sql.execute(update(schema.alert).where(_ALERT.number == alert.number).values(values))


def dismiss(writing: Writing, number: int, *, at: datetime, reason: str | None) -> Alert:
    """Mark an alert as dismissed; it stays listed. A second time only its reason can change. Raises UnknownAlert."""
    alert = _alert_with_number(writing, number)
    values: dict[str, Any] = {} if alert.dismissed else {"dismissed_at": to_text(at)}
    if reason is not None:
        values["reason"] = reason
    if values:
        writing.sql.execute(update(schema.alert).where(_ALERT.number == number).values(values))
    return _alert_with_number(writing, number)


def put_aside_changes(writing: Writing, contract: Contract, *, upto: int, last_alert: int, at: datetime) -> None:
    """Remember that what changed in a contract up to an entry was seen, and dismiss its alerts of it up to that one."""
    mark = SeenChanges(min(upto, last_seq(writing)), at)
    SEEN_CHANGES.remember(writing, {**SEEN_CHANGES.recall(writing), contract.id: mark})
    for one in open_alerts(writing):
        is_told = one.number <= last_alert and one.rule in DEPARTURES | {AlertRule.A10}
        if is_told and one.room_id in contract.room_ids:
            dismiss(writing, one.number, at=at, reason=None)


def end_undelivered(writing: Writing, contract: str, delivered: str, *, at: datetime) -> None:
    """Dismiss the alerts about a handover whose delivery on the platform, from the day before it on, is entered now."""
    for one in open_alerts(writing):
        if one.rule is AlertRule.UNDELIVERED and one.subject == f"{contract}/{one.message_id}":
            message = schema.message.c
            sent = select(message.send_time).where(message.room_id == one.room_id, message.message_id == one.message_id)
            handed = datetime.fromtimestamp(writing.sql.execute(sent).scalar() or 0, JST)
            if delivered >= f"{handed - timedelta(days=1):%Y-%m-%d}":
                dismiss(writing, one.number, at=at, reason=None)


def _alert_with_number(reading: Reading, number: int) -> Alert:
    # A number beyond 64 bits is none that was given.
    query = select(schema.alert).where(_ALERT.number == number)
    row = reading.sql.execute(query).mappings().first() if 0 < number < 2**63 else None
    if row is None:
        raise UnknownAlert(number=number)
    return _alert_from_row(row)


def _alert_from_row(row: RowMapping) -> Alert:
    times = {"at": from_text(row["at"]), "dismissed_at": time_or_none(row["dismissed_at"])}
    return Alert(**{**row, "rule": _RULES[row["rule"]], "level": _LEVELS[row["level"]], **times})
