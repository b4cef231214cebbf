"""Pure: what somebody changed -> alerts: several texts within a day, names, roles, a chat and its description.

Never high: that somebody is going is judged by `rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import unified_diff
from itertools import groupby

from archiver.alerts.departure_rules import CLOSED, carries
from archiver.records import Sides, State
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.records.signals import Changed, Edited, Observed, VanishedMessage

SEVERAL = 2
"""Changes of one person within a day that are more than a slip."""

MONEY = re.compile(r"円|[¥\uffe5]|報酬|単価|金額|支払|料金|\d万|納期|検収|[0-9][0-9,]{2,}")
"""Words near which a change of a description may be one of the contract."""


def texts_changed(seen: Changed) -> Iterator[Alert]:
    """Edits, with deletions of the same day, by one of the other side; or one of a message that was attached.

    Deletions alone are told by `rules.deletions`. Counted by when we saw them.
    """
    for (room, author), ones in groupby(sorted(seen.edited, key=_place), key=_place):
        edited = list(ones)
        if not _sides(seen, room).is_other(author):
            continue
        lately = [one for one in seen.edited_lately if _place(one) == (room, author)]
        gone = [one for one in seen.unshown if _place(one) == (room, author) and one.state is not State.HIDDEN]
        all_of_them: tuple[Edited | VanishedMessage, ...] = (*lately, *gone, *edited)
        ids = list(dict.fromkeys(one.message_id for one in all_of_them))
        if len(ids) >= SEVERAL or any(one.message_id in seen.attached for one in edited):
            yield Alert(AlertRule.A10, Level.MEDIUM, edited[-1].at, room, author, edited[0].message_id, len(ids))


def name_changed(seen: Changed) -> Iterator[Alert]:
    """Another name of somebody of the other side, once for all rooms; that an account was closed is told elsewhere."""
    told: set[int] = set()
    for one in seen.renamed:
        other = _sides(seen, one.room_id).is_other(one.account_id) and one.account_id not in told
        if other and one.before not in (None, one.after) and not CLOSED.search(one.after):
            told.add(one.account_id)
            level = _level(seen, one.room_id, one.account_id)
            yield Alert(AlertRule.A12, level, one.at, one.room_id, one.account_id, subject="name")


def role_changed(seen: Changed) -> Iterator[Alert]:
    """Another role of somebody of the other side, or of the user: who may change a chat is part of the story."""
    for one in seen.roles:
        sides = _sides(seen, one.room_id)
        own = one.account_id == sides.owner
        if own or sides.is_other(one.account_id):
            level = Level.MEDIUM if own else _level(seen, one.room_id, one.account_id)
            yield Alert(AlertRule.A12, level, one.at, one.room_id, one.account_id, subject="role")


def room_changed(seen: Changed) -> Iterator[Alert]:
    """Another name of a chat, or a description changed in a line that speaks of money or days."""
    for one in seen.rooms:
        if one.name_before != one.name:
            yield Alert(AlertRule.A12, Level.MEDIUM, one.at, one.room_id, subject="room")
        if near_money(one.description_before, one.description):
            yield Alert(AlertRule.A12, Level.MEDIUM, one.at, one.room_id, subject="description")


def near_money(before: str, after: str) -> bool:
    """Whether a line that was added, removed or changed speaks of money or days."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return any(MONEY.search(line[1:]) for line in list(lines)[2:] if line[:1] in "+-")


def judge(seen: Changed) -> list[Alert]:
    """Every alert that these changes give."""
    return [alert for rule in RULES for alert in rule(seen)]


def _place(one: Edited | VanishedMessage) -> tuple[int, int]:
    return one.room_id, one.account_id


def _sides(seen: Changed, room: int) -> Sides:
    return seen.sides.get(room, Sides(owner=0))


def _level(seen: Changed, room: int, account: int) -> Level:
    """One of thirty hardly concerns the contract."""
    about = Observed(owner=_sides(seen, room).owner, rooms=seen.people)
    mapped = account in _sides(seen, room).clients
    return Level.MEDIUM if mapped or carries(about, room, account) else Level.LOW


RULES: tuple[Callable[[Changed], Iterator[Alert]], ...] = (texts_changed, name_changed, role_changed, room_changed)
