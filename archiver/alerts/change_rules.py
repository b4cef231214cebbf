"""Pure: alerts about departures and about what somebody changed, one small function per rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import TypeVar

from archiver.alerts.phrase_rules import HIGH_RULES, PHRASE_RULES
from archiver.claims.acceptance_and_terms import is_slip, terms_weight
from archiver.records import Sides, State, closed_mark
from archiver.records.alerts import (
    CANCELLED,
    TERM,
    Alert,
    AlertRule,
    ChangedMessage,
    ChangeObservations,
    DepartureObservations,
    Level,
    RoomPeople,
)

LARGE_SHARE_PARTS = 3
"""A person whose share of what the others wrote or sent is at least one in so many carries the conversation."""

SHARE_MINIMUM = 3
"""How many messages or files a person must have before their share counts."""

SEVERAL_CHANGES = 2
"""How many deletions or other changes of one person within a day are more than a slip."""

DAY = timedelta(days=1)

REPEATING_RULES = {AlertRule.DELETIONS, AlertRule.A10, *PHRASE_RULES} - HIGH_RULES
"""Rules of which many alerts may follow one another; a phrase of high level is news in each message."""

K = TypeVar("K", int, tuple[int, int])


def closed_accounts(observations: DepartureObservations) -> Iterator[Alert]:
    """Alerts about names that now end with the mark of a closed account, once for each account."""
    accounts = {alert.account_id for alert in observations.alerts if alert.rule is AlertRule.ACCOUNT_CLOSED}
    for rename in observations.renamed:
        if rename.account_id in accounts | {observations.owner}:
            continue
        if closed_mark(rename.after) and not closed_mark(rename.before):
            accounts.add(rename.account_id)
            rooms_carried = _carried(observations, rename.account_id)
            level = Level.HIGH if rooms_carried else Level.LOW
            room = rename.room_id if rename.room_id in rooms_carried or not rooms_carried else rooms_carried[0]
            yield Alert(AlertRule.ACCOUNT_CLOSED, level, rename.at, room, rename.account_id)


def departed_members(observations: DepartureObservations) -> Iterator[Alert]:
    """Alerts about people whom the list of members shows no more; where another one of a client stays, not urgent."""
    for signal in observations.members_left:
        if signal.account_id != observations.owner:
            people = observations.rooms.get(signal.room_id, RoomPeople())
            is_one_of_them = bool(people.counterparts & people.members - {signal.account_id})
            level = Level.MEDIUM if is_one_of_them and not signal.is_told_cancelled else Level.HIGH
            level = level if carries_conversation(people, signal.account_id) else Level.LOW
            subject = CANCELLED if signal.is_told_cancelled else None
            yield Alert(AlertRule.MEMBER_GONE, level, signal.at, signal.room_id, signal.account_id, subject=subject)


def inaccessible_rooms(observations: DepartureObservations) -> Iterator[Alert]:
    """Alerts about rooms that cannot be opened any more, whoever is in them."""
    for signal in observations.closed_rooms:
        yield Alert(AlertRule.ROOM_INACCESSIBLE, Level.HIGH, signal.at, signal.room_id)


def removed_contacts(observations: DepartureObservations) -> Iterator[Alert]:
    """Alerts about people whom the list of contacts shows no more; a chat that went with one has its own alert."""
    for signal in observations.contacts_removed:
        room = next(iter(_carried(observations, signal.account_id)), None)
        level = Level.LOW if room is None else Level.MEDIUM
        yield Alert(AlertRule.CONTACT_GONE, level, signal.at, room, signal.account_id)


def other_chats(observations: DepartureObservations) -> Iterator[Alert]:
    """Alerts about direct chats with people of contracted rooms that are not saved; each names that chat."""
    for chat in observations.other_chats:
        if chat.room_id and chat.account_id != observations.owner:
            level = Level.MEDIUM if _carried(observations, chat.account_id) else Level.LOW
            yield Alert(AlertRule.OTHER_CHAT, level, chat.at, chat.room_id, chat.account_id)


def hidden_by_plan(observations: DepartureObservations) -> Iterator[Alert]:
    """Alerts about rooms of which the plan begins to hide messages; that it hides more each day is no news."""
    hidden = [message for message in observations.vanished if message.state is State.HIDDEN]
    for room, (first, *others) in _grouped_messages(hidden, lambda message: message.room_id):
        if room not in observations.hidden_before:
            alert = Alert(AlertRule.HIDDEN_BY_PLAN, Level.MEDIUM, first.at, room, message_id=first.message_id)
            yield replace(alert, count=1 + len(others))


def deleted_messages(observations: DepartureObservations) -> Iterator[Alert]:
    """Alerts about others' messages that are now `[deleted]` or missing: many by one counterpart are urgent."""
    gone = [message for message in observations.vanished if message.state in (State.DELETED, State.MISSING)]
    theirs = [message for message in gone if message.account_id != observations.owner]
    for (room, author), messages in _grouped_messages(theirs, _room_and_author):
        before = [one for one in observations.recently_vanished if _room_and_author(one) == (room, author)]
        count = len(messages) + len(before)
        is_burst = count >= SEVERAL_CHANGES and carries_conversation(observations.rooms.get(room), author)
        level = Level.HIGH if is_burst else Level.MEDIUM
        first = (before or messages)[0].message_id
        alert = Alert(AlertRule.DELETIONS, level, messages[-1].at, room, author, first, count)
        standing = standing_alert(alert, observations.alerts)
        yield alert if standing is None else replace(alert, count=standing.count + len(messages))


def without_posts(observations: DepartureObservations, found: Iterable[Alert]) -> DepartureObservations:
    """The same without the posts of files and tasks that are gone too, which alerts of their own tell."""
    told = [one for one in (*found, *observations.alerts) if one.rule is AlertRule.FILE_GONE]
    posts = {(one.room_id, one.message_id) for one in told}
    before, lately = (
        tuple(one for one in messages if (one.room_id, one.message_id) not in posts)
        for messages in (observations.vanished, observations.recently_vanished)
    )
    return observations._replace(vanished=before, recently_vanished=lately)


def carries_conversation(people: RoomPeople | None, account: int) -> bool:
    """Whether a room's conversation rests on this person: a counterpart, or nobody else is left, or much is theirs."""
    if people is None:
        return False
    if account in people.counterparts:
        return True
    if account in people.members | people.former and not people.members - {account}:
        return True
    shares = ((counts.get(account, 0), sum(counts.values())) for counts in (people.wrote, people.sent))
    return any(part >= SHARE_MINIMUM and part * LARGE_SHARE_PARTS >= whole for part, whole in shares)


def _carried(observations: DepartureObservations, account: int) -> list[int]:
    """The rooms whose conversation rests on this person."""
    return [room for room, people in observations.rooms.items() if carries_conversation(people, account)]


def standing_alert(alert: Alert, kept: Iterable[Alert]) -> Alert | None:
    """The kept alert of the last day to which this one only adds; None if it is news.

    An alert that was dismissed, or is now more urgent, is news again. Told once for ever are pauses of the same kind,
    and that a file is gone, which its list and its post show in turn.
    """
    if alert.rule is AlertRule.FILE_GONE:
        return next((one for one in kept if (one.rule, one.subject) == (alert.rule, alert.subject)), None)
    if alert.rule is AlertRule.A14:
        pauses = (one for one in kept if (one.rule, one.level) == (alert.rule, alert.level))
        return next((one for one in pauses if one.level is Level.LOW or not one.dismissed), None)
    if alert.rule not in REPEATING_RULES or alert.subject == TERM:
        return None
    for candidate in reversed(list(kept)):
        is_added = alert.rule is AlertRule.A10 and candidate.rule is AlertRule.DELETIONS
        same = (candidate.room_id, candidate.account_id) == (alert.room_id, alert.account_id)
        same = same and (is_added or candidate.rule is alert.rule)
        if same and candidate.subject != TERM and not candidate.dismissed and abs(alert.at - candidate.at) <= DAY:
            return candidate if is_added or candidate.level is alert.level else None
    return None


def merged(alert: Alert, standing: Alert) -> Alert:
    """The kept alert together with this one; rules of changes count what was judged before themselves."""
    if alert.rule is AlertRule.A14:
        return replace(standing, count=standing.count + 1, subject=alert.subject)
    if alert.rule is not standing.rule:
        return replace(standing, subject=str(alert.count))
    counts = standing.count, alert.count
    return replace(standing, count=sum(counts) if alert.rule in PHRASE_RULES else max(counts))


def outdated_chat_alerts(observations: DepartureObservations) -> list[Alert]:
    """Kept alerts about unsaved chats that are not true any more: the chat is saved now, or there is none."""
    current_rooms = {chat.account_id: chat.room_id for chat in observations.other_chats}
    alerts = [alert for alert in observations.alerts if alert.rule is AlertRule.OTHER_CHAT and not alert.dismissed]
    return [one for one in alerts if current_rooms.get(one.account_id or 0, one.room_id) != one.room_id]


def judge_observations(observations: DepartureObservations) -> list[Alert]:
    """All alerts about these observations."""
    return [alert for rule in DEPARTURE_RULES for alert in rule(observations)]


def departing_accounts(observations: DepartureObservations, alerts: Iterable[Alert]) -> frozenset[int]:
    """The counterparts whom urgent alerts are about; of an inaccessible room, those who carried its conversation."""
    accounts: set[int] = set()
    for alert in alerts:
        if alert.level is not Level.HIGH:
            continue
        if alert.account_id is not None:
            accounts.add(alert.account_id)
        elif alert.room_id is not None and (people := observations.rooms.get(alert.room_id)) is not None:
            everybody = people.members | people.former | people.wrote.keys() | people.sent.keys()
            accounts |= {person for person in everybody if carries_conversation(people, person)}
    return frozenset(accounts)


def _grouped_messages(
    messages: list[ChangedMessage], key: Callable[[ChangedMessage], K]
) -> Iterator[tuple[K, list[ChangedMessage]]]:
    for value, members in groupby(sorted(messages, key=key), key):
        yield value, list(members)


DEPARTURE_RULES: tuple[Callable[[DepartureObservations], Iterator[Alert]], ...] = (
    *(inaccessible_rooms, closed_accounts, deleted_messages, departed_members),
    *(removed_contacts, hidden_by_plan, other_chats),
)
"""The rules, in the order in which alerts of the same level are listed."""


PRICE = re.compile(r"(?<!\d)[1-9][0-9,]*00(?!\d)")
"""In a description a price may stand alone; a number of a call or a link is none."""


def edited_texts(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about edits by one person of the other side within a day, deletions included, and about each of a term.

    Deletions count for whether it is told, and are told in `deleted_messages`, to whose alert this one
    then adds; one about a term adds to none. The time of a change is when we saw it. An edit of a message to which the
    user attached something is told alone.
    """
    edits_told = [one for one in changes.edited if not (one.texts and is_slip(one.texts[0], one.texts[-1]))]
    for (room, author), seen in _grouped_messages([*edits_told, *changes.vanished], _room_and_author):
        if not _sides_of(changes, room).is_other(author):
            continue
        lately = [one for one in changes.lately if _room_and_author(one) == (room, author)]
        messages = [*seen, *(one for one in lately if one.at >= seen[0].at - DAY)]
        gone = {one.message_id for one in messages if one.state is not State.EDITED}
        edited = [one.message_id for one in messages if one.state is State.EDITED]
        edits = {one.message_id: one for one in seen if one.state is State.EDITED}
        terms = {name for name, one in edits.items() if name not in gone and terms_weight(one.texts, is_edit=True)}
        for name in sorted(terms):
            yield Alert(AlertRule.A10, Level.MEDIUM, edits[name].at, room, author, name, subject=TERM)
        told = [message for message in edited if message not in gone | terms]
        is_telling = bool(edits.keys() & changes.attached)
        if told and (len({*edited, *gone}) >= SEVERAL_CHANGES or is_telling):
            alert = Alert(AlertRule.A10, Level.MEDIUM, seen[-1].at, room, author, told[0])
            standing = standing_alert(alert, changes.alerts)
            since = seen[0].at - DAY if standing is None else standing.at - DAY
            earlier = {one.message_id for one in lately if one.state is State.EDITED and one.at >= since} - gone - terms
            yield replace(alert, count=len(earlier | {*told}))


def changed_names(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about a changed name of somebody of the other side, once for all rooms, of the room that concerns most.

    Closed accounts have their own.
    """
    accounts: set[int] = set()
    levels = [(_level(changes, one.room_id, one.account_id), one) for one in changes.renamed]
    for level, rename in sorted(levels, key=lambda one: list(Level).index(one[0])):
        other = _sides_of(changes, rename.room_id).is_other(rename.account_id) and rename.account_id not in accounts
        if other and rename.before != rename.after and not closed_mark(rename.after):
            accounts.add(rename.account_id)
            yield Alert(AlertRule.A12, level, rename.at, rename.room_id, rename.account_id, subject="name")


def changed_details(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about a changed role of somebody of the other side, or of the user (roles decide who may change a chat),
    about a changed name of a file that the other side sent, and about one of theirs, or a delivered one, that is gone.
    """
    for change in changes.details:
        sides, kind = _sides_of(changes, change.room_id), change.subject.partition("/")[0]
        own = kind == "own" or (change.account_id == sides.owner and kind == "role")
        if own or sides.is_other(change.account_id):
            is_gone = kind not in ("role", "file")
            rule, about = AlertRule.FILE_GONE if is_gone else AlertRule.A12, (change.room_id, change.account_id)
            level = Level.MEDIUM if own or is_gone else _level(changes, *about)
            yield Alert(rule, level, change.at, *about, change.message_id, subject=change.subject)


def changed_rooms(changes: ChangeObservations) -> Iterator[Alert]:
    """Alerts about a chat's changed name, or changed terms of a description or a task.

    A direct chat has the other person's name: a closed account has its own alert.
    """
    for change in changes.rooms:
        both = change.before, change.after
        is_of_terms = terms_weight(both, is_edit=True) or len({(*PRICE.findall(one),) for one in both}) > 1
        if not closed_mark(change.after) if change.subject == "room" else is_of_terms:
            yield Alert(AlertRule.A12, Level.MEDIUM, change.at, change.room_id, subject=change.subject)


def judge_changes(changes: ChangeObservations) -> list[Alert]:
    """All alerts about these changes."""
    return [alert for rule in RULES for alert in rule(changes)]


def _room_and_author(signal: ChangedMessage) -> tuple[int, int]:
    return signal.room_id, signal.account_id


def _sides_of(changes: ChangeObservations, room: int) -> Sides:
    return changes.sides.get(room, Sides(owner=0))


def _level(changes: ChangeObservations, room: int, account: int) -> Level:
    """Medium for a client or a person on whom the conversation rests: one of thirty hardly concerns the contract."""
    mapped = account in _sides_of(changes, room).clients
    return Level.MEDIUM if mapped or carries_conversation(changes.people.get(room), account) else Level.LOW


RULES: tuple[Callable[[ChangeObservations], Iterator[Alert]], ...] = (
    edited_texts,
    changed_names,
    changed_details,
    changed_rooms,
)
