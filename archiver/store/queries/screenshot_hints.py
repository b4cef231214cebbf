"""Messages worth a screenshot while Chatwork still shows them under the writer's account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import and_, or_, select

from archiver.records import MessageKind, State
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.new_texts_and_changes import attached_messages
from archiver.store.time_text import to_text

DAY = timedelta(days=1)

_OFF_SCREEN = (State.MISSING.value, State.HIDDEN.value)


def messages_to_screenshot(reading: Reading, alerts: Sequence[Alert], rooms: Collection[int]) -> tuple[str, ...]:
    """Ids of the messages that the open alerts of these rooms are about, oldest first; empty if no alert is urgent.

    `alerts` are all there are. Left out are messages with an attachment, those that Chatwork no longer shows, those
    of closed accounts, the user's own, and posts of Chatwork's system.
    """
    relevant = [
        alert for alert in alerts if alert.room_id in rooms and not alert.dismissed and alert.level is not Level.LOW
    ]
    if not any(alert.level is Level.HIGH for alert in alerts if not alert.dismissed and _is_about_rooms(alert, rooms)):
        return ()
    left_out = {alert.account_id for alert in alerts if alert.rule is AlertRule.ACCOUNT_CLOSED}
    left_out.add((current_state.owner(reading) or {}).get("account_id"))
    shut, attached = current_state.inaccessible_rooms(reading), attached_messages(reading)
    ids = {
        position: ident
        for alert in relevant
        if alert.message_id is not None and alert.room_id not in shut
        for position, ident, account in _alert_messages(reading, alert)
        if account not in left_out and ident not in attached
    }
    return tuple(ids[position] for position in sorted(ids))


def _is_about_rooms(alert: Alert, rooms: Collection[int]) -> bool:
    return alert.room_id is None or alert.room_id in rooms


def _alert_messages(reading: Reading, alert: Alert) -> list[tuple[int, str, int]]:
    """Position, id and writer of the messages an alert is about that Chatwork still shows, if only as deleted."""
    table = schema.message.c
    condition = table.message_id == alert.message_id
    if alert.rule is AlertRule.DELETIONS:  # the alert names the first message only
        states = [State.DELETED, State.EDITED] if alert.subject else [State.DELETED]
        same_day = table.changed_at.between(to_text(alert.at - DAY), to_text(alert.at + DAY))
        condition = or_(condition, and_(table.account_id == alert.account_id, table.state.in_(states), same_day))
    query = select(table.position, table.message_id, table.account_id)
    query = query.where(table.room_id == alert.room_id, table.state.not_in(_OFF_SCREEN), condition)
    query = query.where(table.kind != MessageKind.NOTICE.value)
    return [(position, ident, account) for position, ident, account in reading.sql.execute(query)]
