"""Alerts as they are kept: a working table, no evidence, so a new verdict or a dismissal changes no proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from archiver.errors import UnknownAlert
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.timestamps import from_text, to_text

_T = schema.alert.c


def alerts(reading: Reading) -> list[Alert]:
    """Every alert there was, oldest first, dismissed ones too."""
    return [_alert(row) for row in reading.sql.execute(select(schema.alert).order_by(_T.number))]


def open_alerts(reading: Reading) -> list[Alert]:
    """Those that the user has not put aside, oldest first."""
    return [one for one in alerts(reading) if not one.dismissed]


def keep(writing: Writing, alert: Alert) -> Alert:
    """Give an alert its number and keep it."""
    number = (writing.sql.execute(select(func.max(_T.number))).scalar() or 0) + 1
    values = {
        "number": number,
        "rule": alert.rule.value,
        "level": alert.level.value,
        "room_id": alert.room_id,
        "message_id": alert.message_id,
        "account_id": alert.account_id,
        "count": alert.count,
        "at": to_text(alert.at),
        "subject": alert.subject,
    }
    writing.sql.execute(insert(schema.alert).values(values))
    return _with_number(writing, number)


def grow(writing: Writing, number: int, *, count: int) -> None:
    """An alert that stands is now about so many messages."""
    writing.sql.execute(update(schema.alert).where(_T.number == number).values(count=count))


def dismiss(writing: Writing, number: int, *, at: datetime, reason: str | None) -> Alert:
    """Put an alert aside; it stays listed. A second time only its reason may change. Raises UnknownAlert."""
    held = _with_number(writing, number)
    values: dict[str, Any] = {} if held.dismissed else {"dismissed_at": to_text(at)}
    if reason is not None:
        values["reason"] = reason
    if values:
        writing.sql.execute(update(schema.alert).where(_T.number == number).values(values))
    return _with_number(writing, number)


def _with_number(reading: Reading, number: int) -> Alert:
    # A number beyond 64 bits is none that was given.
    rows: Sequence[Any] = []
    if 0 < number < 2**63:
        rows = reading.sql.execute(select(schema.alert).where(_T.number == number)).all()
    if not rows:
        raise UnknownAlert(number=number)
    return _alert(rows[0])


def _alert(row: Any) -> Alert:
    return Alert(
        rule=AlertRule(row.rule),
        level=Level(row.level),
        at=from_text(row.at),
        room_id=row.room_id,
        account_id=row.account_id,
        message_id=row.message_id,
        count=row.count,
        subject=row.subject,
        number=row.number,
        dismissed_at=None if row.dismissed_at is None else from_text(row.dismissed_at),
        reason=row.reason,
    )
