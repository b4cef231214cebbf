"""Pure: alerts about what somebody changed: several texts within a day, names, roles, a chat and its description.

Their level is never high: departures are judged in `departure_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import unified_diff
from itertools import groupby

from archiver.alerts.departure_rules import carries_conversation
from archiver.claims.accounts import is_closed_name
from archiver.records import Sides, State
from archiver.records.alerts import (
    Alert,
    AlertRule,
    ChangeObservations,
    DepartureObservations,
    Level,
    MessageEdited,
    VanishedMessage,
)

SEVERAL_CHANGES = 2
"""How many changes of one person within a day are more than a slip."""

MONEY = re.compile(r"円|[¥\uffe5]|報酬|単価|金額|支払|料金|\d万|納期|検収|[0-9][0-9,]{2,}")
"""Words of money and days: a change of a description near one may change the contract."""


def edited_texts(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about edits by one person of the other side within a day, deletions included, or of an attached message.

    Deletions count for whether it is told, and are told in `departure_rules.deleted_messages`, to whose alert this one
    then adds. The time of a change is when we saw it.
    """
    new: list[MessageEdited | VanishedMessage] = sorted((*changes.edited, *changes.vanished), key=_room_and_author)
    for (room, author), signals in groupby(new, key=_room_and_author):
        seen = [one for one in signals if not (isinstance(one, VanishedMessage) and one.state is State.HIDDEN)]
        if not seen or not _sides_of(changes, room).is_other(author):
            continue
        lately = [one for one in changes.lately if _room_and_author(one) == (room, author)]
        gone = {one.message_id for one in (*seen, *lately) if isinstance(one, VanishedMessage)}
        edited = [one.message_id for one in (*seen, *lately) if isinstance(one, MessageEdited)]
        told = [message for message in edited if message not in gone]
        is_attached = any(isinstance(one, MessageEdited) and one.message_id in changes.attached for one in seen)
        if told and (len({*edited, *gone}) >= SEVERAL_CHANGES or is_attached):
            yield Alert(AlertRule.A10, Level.MEDIUM, seen[-1].at, room, author, told[0], len({*told}))


def changed_names(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about a changed name of somebody of the other side, once for all rooms; closed accounts have their own."""
    accounts: set[int] = set()
    for rename in changes.renamed:
        other = _sides_of(changes, rename.room_id).is_other(rename.account_id) and rename.account_id not in accounts
        if other and rename.before != rename.after and not is_closed_name(rename.after):
            accounts.add(rename.account_id)
            level = _level(changes, rename.room_id, rename.account_id)
            yield Alert(AlertRule.A12, level, rename.at, rename.room_id, rename.account_id, subject="name")


def changed_roles(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about a changed role of somebody of the other side, or of the user: roles decide who may change a chat."""
    for change in changes.roles:
        sides = _sides_of(changes, change.room_id)
        own = change.account_id == sides.owner
        if own or sides.is_other(change.account_id):
            level = Level.MEDIUM if own else _level(changes, change.room_id, change.account_id)
            yield Alert(AlertRule.A12, level, change.at, change.room_id, change.account_id, subject="role")


def changed_rooms(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about a chat's changed name, or a description changed in a line about money or days.

    A direct chat has the other person's name: a closed account has its own alert.
    """
    for change in changes.rooms:
        if change.name_before != change.name and not is_closed_name(change.name):
            yield Alert(AlertRule.A12, Level.MEDIUM, change.at, change.room_id, subject="room")
        if is_near_money(change.description_before, change.description):
            yield Alert(AlertRule.A12, Level.MEDIUM, change.at, change.room_id, subject="description")


def is_near_money(before: str, after: str) -> bool:
    """Whether a line that was added, removed or changed is about money or days."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return any(MONEY.search(line[1:]) for line in list(lines)[2:] if line[:1] in "+-")


def judge_changes(changes: ChangeObservations) -> list[Alert]:
    """All alerts about these changes."""
    return [alert for rule in RULES for alert in rule(changes)]


def _room_and_author(signal: MessageEdited | VanishedMessage) -> tuple[int, int]:
    return signal.room_id, signal.account_id


def _sides_of(changes: ChangeObservations, room: int) -> Sides:
    return changes.sides.get(room, Sides(owner=0))


def _level(changes: ChangeObservations, room: int, account: int) -> Level:
    """Medium for a client or a person on whom the conversation rests: one of thirty hardly concerns the contract."""
    about = DepartureObservations(owner=_sides_of(changes, room).owner, rooms=changes.people)
    mapped = account in _sides_of(changes, room).clients
    return Level.MEDIUM if mapped or carries_conversation(about, room, account) else Level.LOW


RULES: tuple[Callable[[ChangeObservations], Iterator[Alert]], ...] = (
    edited_texts,
    changed_names,
    changed_roles,
    changed_rooms,
)
