"""Pure: what was observed -> alerts, one small function a rule, all of them in RULES at the foot.

High is only what says that a counterpart is going: everybody but the owner is one until the user says who is
who, so in a room of many only a person on whom the conversation rests counts as such. Each event gives one
alert; a longer row of deletions adds to the one that stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import TypeVar

from archiver.records import State
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.records.signals import DepartureObservations, VanishedMessage

CLOSED = re.compile(r"(?:[(\uff08](?:解約済み?|Cancelled|Canceled)[)\uff09]|\A解約済みユーザー)\s*\Z")
"""How a name ends once the account is closed (chatwork-api §10: 解約済みユーザー alone before 2016-03-09)."""

LARGE_SHARE = 3
"""One part in so many of what the others wrote or sent makes a person's going urgent."""

LEAST = 3
"""Messages or files from which a share means anything."""

BURST = 2
"""Deletions within a day that are more than a slip."""

DAY = timedelta(days=1)

IN_ROWS = frozenset(
    {
        AlertRule.DELETIONS,
        AlertRule.A1,
        AlertRule.A2,
        AlertRule.A4,
        AlertRule.A6,
        AlertRule.A7,
        AlertRule.A9,
        AlertRule.A10,
        AlertRule.A13,
    }
)
"""Alerts of which many may follow each other."""

K = TypeVar("K", int, tuple[int, int])


def account_closed(seen: DepartureObservations) -> Iterator[Alert]:
    """A name that now ends with the mark of a closed account; once for each account, whatever its rooms."""
    told = {one.account_id for one in seen.alerts if one.rule is AlertRule.ACCOUNT_CLOSED}
    for one in seen.renamed:
        if one.account_id in told | {seen.owner} or one.before is None:
            continue
        if CLOSED.search(one.after) and not CLOSED.search(one.before):
            told.add(one.account_id)
            heavy = [room for room in seen.rooms if carries(seen, room, one.account_id)]
            level = Level.HIGH if heavy else Level.LOW
            room = one.room_id if one.room_id in heavy or not heavy else heavy[0]
            yield Alert(AlertRule.ACCOUNT_CLOSED, level, one.at, room, one.account_id)


def member_gone(seen: DepartureObservations) -> Iterator[Alert]:
    """A person whom the list of members shows no more."""
    for one in seen.members_left:
        if one.account_id != seen.owner:
            level = Level.HIGH if carries(seen, one.room_id, one.account_id) else Level.LOW
            yield Alert(AlertRule.MEMBER_GONE, level, one.at, one.room_id, one.account_id)


def room_inaccessible(seen: DepartureObservations) -> Iterator[Alert]:
    """A room that cannot be opened any more, whoever is in it."""
    for one in seen.closed_rooms:
        yield Alert(AlertRule.ROOM_INACCESSIBLE, Level.HIGH, one.at, one.room_id)


def contact_gone(seen: DepartureObservations) -> Iterator[Alert]:
    """A person whom the list of contacts shows no more; if a chat went with it, that is an alert of its own."""
    for one in seen.contacts_removed:
        heavy = [room for room in seen.rooms if carries(seen, room, one.account_id)]
        level = Level.MEDIUM if heavy else Level.LOW
        yield Alert(AlertRule.CONTACT_GONE, level, one.at, heavy[0] if heavy else None, one.account_id)


def other_chat(seen: DepartureObservations) -> Iterator[Alert]:
    """A direct chat with a person of a contracted room that is not saved; the alert names that chat."""
    for one in seen.other_chats:
        if one.room_id is not None and one.account_id != seen.owner:
            heavy = any(carries(seen, room, one.account_id) for room in seen.rooms)
            level = Level.MEDIUM if heavy else Level.LOW
            yield Alert(AlertRule.OTHER_CHAT, level, one.at, one.room_id, one.account_id)


def hidden_by_plan(seen: DepartureObservations) -> Iterator[Alert]:
    """The plan begins to hide messages of a room; that it then hides more each day is no news."""
    hidden = [one for one in seen.vanished if one.state is State.HIDDEN and one.room_id not in seen.hidden_before]
    for room, ones in _grouped(hidden, lambda one: one.room_id):
        yield Alert(
            AlertRule.HIDDEN_BY_PLAN, Level.MEDIUM, ones[0].at, room, message_id=ones[0].message_id, count=len(ones)
        )


def deletions(seen: DepartureObservations) -> Iterator[Alert]:
    """Messages of others that turned to `[deleted]` or are missing: a burst of a counterpart's is urgent."""
    gone = [one for one in seen.vanished if one.state in (State.DELETED, State.MISSING)]
    theirs = [one for one in gone if one.account_id != seen.owner]
    for (room, author), ones in _grouped(theirs, lambda one: (one.room_id, one.account_id)):
        before = [one for one in seen.recently_vanished if (one.room_id, one.account_id) == (room, author)]
        count = len(ones) + len(before)
        level = Level.HIGH if count >= BURST and carries(seen, room, author) else Level.MEDIUM
        first = (before or ones)[0].message_id if count >= BURST else ones[0].message_id
        yield Alert(AlertRule.DELETIONS, level, ones[-1].at, room, author, first, count)


def carries(seen: DepartureObservations, room: int, account: int) -> bool:
    """Whether the conversation of a room rests on this person: nobody else is left, or much of it is theirs."""
    people = seen.rooms.get(room)
    if people is None or account == seen.owner:
        return False
    belongs = account in people.members | people.former
    if belongs and not people.members - {account, seen.owner}:
        return True
    return any(_large(counts.get(account, 0), sum(counts.values())) for counts in (people.wrote, people.sent))


def standing(alert: Alert, kept: Iterable[Alert]) -> Alert | None:
    """The alert of the last day that this one only adds to; None if it is news.

    Deletions, edits and phrases come in rows; a phrase that asks to act now is told for each message. What was
    dismissed, or is now more urgent, is told anew.
    """
    if alert.rule not in IN_ROWS:
        return None
    for one in reversed(list(kept)):
        same = (one.rule, one.room_id, one.account_id) == (alert.rule, alert.room_id, alert.account_id)
        if same and not one.dismissed and abs(alert.at - one.at) <= DAY:
            return one if one.level is alert.level else None
    return None


def grown(alert: Alert, stands: Alert) -> int:
    """How many messages the one that stands is about with this one; the rules of changes count the day themselves."""
    if alert.rule is AlertRule.DELETIONS:
        return max(alert.count, stands.count + 1)
    return max(alert.count, stands.count) if alert.rule is AlertRule.A10 else stands.count + alert.count


def settled(seen: DepartureObservations) -> list[Alert]:
    """Kept alerts that are true no more: the chat is saved now, or there is none."""
    now = {one.account_id: one.room_id for one in seen.other_chats}
    stand = [one for one in seen.alerts if one.rule is AlertRule.OTHER_CHAT and not one.dismissed]
    return [one for one in stand if one.account_id in now and now[one.account_id] != one.room_id]


def judge(seen: DepartureObservations) -> list[Alert]:
    """Every alert that an observation gives, the most urgent first."""
    found = [alert for rule in RULES for alert in rule(seen)]
    return sorted(found, key=lambda one: list(Level).index(one.level))


def going(seen: DepartureObservations, alerts: Iterable[Alert]) -> frozenset[int]:
    """The counterparts whom urgent alerts are about; of a room that is shut, those on whom it rested."""
    found: set[int] = set()
    for one in alerts:
        if one.level is not Level.HIGH:
            continue
        if one.account_id is not None:
            found.add(one.account_id)
        elif one.room_id is not None and (people := seen.rooms.get(one.room_id)) is not None:
            everybody = people.members | people.former | people.wrote.keys() | people.sent.keys()
            found |= {person for person in everybody if carries(seen, one.room_id, person)}
    return frozenset(found)


def _large(part: int, whole: int) -> bool:
    return part >= LEAST and part * LARGE_SHARE >= whole


def _grouped(
    ones: list[VanishedMessage], key: Callable[[VanishedMessage], K]
) -> Iterator[tuple[K, list[VanishedMessage]]]:
    for value, members in groupby(sorted(ones, key=key), key):
        yield value, list(members)


RULES: tuple[Callable[[DepartureObservations], Iterator[Alert]], ...] = (
    room_inaccessible,
    account_closed,
    deletions,
    member_gone,
    contact_gone,
    hidden_by_plan,
    other_chat,
)
"""In the order in which alerts of the same level are told."""
