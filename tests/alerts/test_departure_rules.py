"""What was observed → alerts: hits and near misses of each rule."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.alerts import change_rules, sentences
from archiver.records import State
from archiver.records.alerts import (
    Alert,
    AlertRule,
    ChangedMessage,
    DepartureObservations,
    DepartureSignal,
    Level,
    PersonRenamed,
    RoomPeople,
)
from tests.support.cases import cases_of

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
OWNER, TANAKA, SUZUKI, ROOM, OTHER = 1, 2, 3, 10, 11
THIRTY = frozenset(range(100, 129))

ALONE = RoomPeople(members=frozenset({TANAKA}), wrote={TANAKA: 1})
GONE = RoomPeople(former=frozenset({TANAKA}), wrote={TANAKA: 1})
CROWD = RoomPeople(members=THIRTY | {TANAKA}, wrote={TANAKA: 1, 100: 50})
"""A room of thirty in which 田中 hardly said anything."""


def observations(**facts: Any) -> DepartureObservations:
    """An observation of the owner's archive in which 田中 is the only other person of the room."""
    return DepartureObservations(owner=OWNER, rooms={ROOM: ALONE})._replace(**facts)


def vanished(number: int, *, author: int = TANAKA, state: State = State.DELETED, room: int = ROOM) -> ChangedMessage:
    """A message that is not shown any more."""
    return ChangedMessage(room, author, str(number), state, AT)


def judged(**facts: Any) -> list[Alert]:
    """The alerts about an observation."""
    return change_rules.judge_observations(observations(**facts))


def rules_and_levels(**facts: Any) -> list[tuple[str, str]]:
    """Rule and level of each."""
    return [(one.rule.value, one.level.value) for one in judged(**facts)]


@pytest.mark.parametrize(("before", "after", "hit"), cases_of(__file__, "the_mark_of_a_closed_account_stands_at"))
def test_the_mark_of_a_closed_account_stands_at_the_end_of_the_name(before: str, after: str, hit: bool) -> None:
    """Only a name that ends with the mark and did not before is a closed account."""
    found = rules_and_levels(renamed=(PersonRenamed(ROOM, TANAKA, before, after, AT),))

    assert ([("account_closed", "high")] if hit else []) == found


def test_an_account_is_closed_once_whatever_its_rooms() -> None:
    """Two rooms tell of the same account: one alert, about the room that rests on the person."""
    both = tuple(PersonRenamed(room, TANAKA, "田中", "田中(解約済)", AT) for room in (OTHER, ROOM))

    (first,) = judged(renamed=both, rooms={OTHER: CROWD, ROOM: ALONE})

    assert (AlertRule.ACCOUNT_CLOSED, Level.HIGH) == (first.rule, first.level)
    assert (ROOM, TANAKA) == (first.room_id, first.account_id)
    assert [] == judged(renamed=both, alerts=(first,))


@pytest.mark.parametrize(
    ("people", "levels"),
    [
        (GONE, ["high"]),
        (CROWD._replace(members=THIRTY, former=frozenset({TANAKA})), ["low"]),
        (RoomPeople(THIRTY, frozenset({TANAKA}), {TANAKA: 40, 100: 50}), ["high"]),
        (RoomPeople(THIRTY, frozenset({TANAKA}), {TANAKA: 24, 100: 50}), ["low"]),
        (RoomPeople(THIRTY, frozenset({TANAKA}), {TANAKA: 2}), ["low"]),
        (RoomPeople(THIRTY, frozenset({TANAKA}), {}, {TANAKA: 3, 100: 6}), ["high"]),
        (RoomPeople(THIRTY, frozenset({TANAKA}), {}, {TANAKA: 3, 100: 7}), ["low"]),
        (RoomPeople(former=frozenset({TANAKA, SUZUKI}), wrote={TANAKA: 9}), ["high", "high"]),
        (GONE._replace(counterparts=frozenset({TANAKA, SUZUKI})), ["high"]),
        (GONE._replace(members=frozenset({SUZUKI}), counterparts=frozenset({TANAKA, SUZUKI})), ["medium"]),
    ],
)
def test_a_member_who_left_is_urgent_where_the_conversation_rests_on_them(
    people: RoomPeople, levels: list[str]
) -> None:
    """The only counterpart, all of them, or a third of what the others wrote or sent: urgent; one of thirty: not."""
    left = tuple(DepartureSignal(ROOM, account, AT) for account in (TANAKA, SUZUKI)[: len(levels)])

    assert [("member_gone", level) for level in levels] == rules_and_levels(members_left=left, rooms={ROOM: people})


def test_the_owner_is_no_counterpart() -> None:
    """What the owner of the archive deletes or leaves gives no alert."""
    mine = {"vanished": tuple(vanished(number, author=OWNER) for number in range(5))}
    left, renamed = DepartureSignal(ROOM, OWNER, AT), PersonRenamed(ROOM, OWNER, "yamada", "yamada(解約済)", AT)

    assert [] == judged(**mine, members_left=(left,), renamed=(renamed,))


TWO = RoomPeople(members=frozenset({TANAKA, SUZUKI}))
HIDDEN = vanished(3, state=State.HIDDEN)


@pytest.mark.parametrize(
    ("gone", "lately", "facts", "expected"),
    [
        ((vanished(1),), (), {}, [("deletions", "medium", 1)]),
        ((vanished(1), vanished(2)), (), {}, [("deletions", "high", 2)]),
        ((vanished(3),), (vanished(1),), {}, [("deletions", "high", 2)]),
        ((vanished(1), vanished(2), vanished(3)), (), {"rooms": {ROOM: CROWD}}, [("deletions", "medium", 3)]),
        # One deletion each of two people is no burst of either.
        ((vanished(1), vanished(2, author=SUZUKI)), (), {"rooms": {ROOM: TWO}}, [("deletions", "medium", 1)] * 2),
        # A message that vanished is as alarming as a deleted one; what the plan hides is another kind, told once.
        ((vanished(1), vanished(2, state=State.MISSING)), (), {}, [("deletions", "high", 2)]),
        ((vanished(1), HIDDEN), (), {}, [("deletions", "medium", 1), ("hidden_by_plan", "medium", 1)]),
        ((HIDDEN,), (), {"hidden_before": frozenset({ROOM})}, []),
        ((HIDDEN,), (), {"hidden_before": frozenset({OTHER})}, [("hidden_by_plan", "medium", 1)]),
    ],
)
def test_a_burst_of_deletions_of_a_counterpart_is_urgent(
    gone: tuple[ChangedMessage, ...],
    lately: tuple[ChangedMessage, ...],
    facts: dict[str, Any],
    expected: list[tuple[str, str, int]],
) -> None:
    """Two in a run or within a day are a burst; one alone, or somebody's among thirty, asks for a look."""
    found = judged(vanished=gone, recently_vanished=lately, **facts)

    assert expected == [(one.rule.value, one.level.value, one.count) for one in found]


def test_rooms_and_contacts() -> None:
    """A room that is shut is urgent whoever was in it; a contact that went is not by itself."""
    gone = (DepartureSignal(0, TANAKA, AT), DepartureSignal(0, 101, AT))
    rooms = {"closed_rooms": (DepartureSignal(OTHER, 0, AT),), "rooms": {ROOM: ALONE, OTHER: CROWD}}

    expected = [("room_inaccessible", "high"), ("contact_gone", "medium"), ("contact_gone", "low")]
    assert expected == rules_and_levels(contacts_removed=gone, **rooms)


def test_who_is_going_are_the_counterparts_of_urgent_alerts() -> None:
    """Of a room that is shut those on whom it rested; nobody for what is not urgent."""
    shut = observations(closed_rooms=(DepartureSignal(ROOM, 0, AT),))
    crowd = observations(closed_rooms=(DepartureSignal(ROOM, 0, AT),), rooms={ROOM: CROWD})
    left = observations(members_left=(DepartureSignal(ROOM, 101, AT),), rooms={ROOM: CROWD})

    assert [{TANAKA}, {100}, set()] == [
        set(change_rules.departing_accounts(observed, change_rules.judge_observations(observed)))
        for observed in (shut, crowd, left)
    ]


KEPT = Alert(AlertRule.DELETIONS, Level.HIGH, AT, ROOM, TANAKA, "1", 2, number=1)


@pytest.mark.parametrize(
    ("standing", "stands"),
    [
        (KEPT, True),
        (replace(KEPT, at=AT - timedelta(hours=23)), True),
        (replace(KEPT, at=AT - timedelta(hours=25)), False),
        (replace(KEPT, dismissed_at=AT), False),
        (replace(KEPT, level=Level.MEDIUM), False),
        (replace(KEPT, account_id=SUZUKI), False),
        (replace(KEPT, rule=AlertRule.MEMBER_GONE), False),
    ],
)
def test_more_deletions_add_to_the_alert_that_stands(standing: Alert, stands: bool) -> None:
    """Same room, person and level within a day, and not put aside: no new alert."""
    found = change_rules.standing_alert(replace(KEPT, number=0, count=3), [standing])

    assert (standing if stands else None) == found


@pytest.mark.parametrize(
    ("people", "account", "room", "expected"),
    [
        (ALONE, TANAKA, 77, [("other_chat", "medium", 77)]),
        (CROWD, TANAKA, 77, [("other_chat", "low", 77)]),
        (ALONE, TANAKA, 0, []),
        (ALONE, OWNER, 77, []),
    ],
)
def test_a_chat_that_is_not_saved_is_never_urgent(
    people: RoomPeople, account: int, room: int, expected: list[tuple[str, str, int]]
) -> None:
    """Worth a look where the conversation rests on that person; the alert names that chat."""
    told_of = observations(rooms={ROOM: people}, other_chats=(DepartureSignal(room, account, AT),))

    found = change_rules.judge_observations(told_of)

    assert expected == [(one.rule.value, one.level.value, one.room_id) for one in found]
    assert frozenset() == change_rules.departing_accounts(told_of, found)


@pytest.mark.parametrize(
    ("now", "settled"), [((0, TANAKA), True), ((78, TANAKA), True), ((77, TANAKA), False), ((0, SUZUKI), False)]
)
def test_the_alert_is_settled_once_the_chat_is_saved_or_gone(now: tuple[int, int], settled: bool) -> None:
    """Not by what becomes of others' chats, and not twice."""
    alert = Alert(AlertRule.OTHER_CHAT, Level.MEDIUM, AT, 77, TANAKA, number=4)
    told = observations(other_chats=(DepartureSignal(*now, AT),), alerts=(alert, replace(alert, dismissed_at=AT)))

    assert ([alert] if settled else []) == change_rules.outdated_chat_alerts(told)


@pytest.mark.drawn
@given(strategies.text())
def test_any_name_can_be_judged(name: str) -> None:
    """No name makes a rule fail, and one that lacks the mark's word is never a closed account."""
    found = judged(renamed=(PersonRenamed(ROOM, TANAKA, "田中", name, AT),))

    assert not found or "解約済" in name or "ancel" in name


@pytest.mark.parametrize("rule", AlertRule)
@pytest.mark.parametrize("level", Level)
def test_every_alert_has_a_sentence_without_names(rule: AlertRule, level: Level) -> None:
    """Each kind reads as one sentence that names the room at most."""
    alert = Alert(rule, level, AT, ROOM, 9001, "1876", 2)

    sentence = sentences.alert_sentence(alert)

    assert re.search(r"\.$|: archive [a-z]+[^.]*$", sentence)
    assert not [sign for sign in ("{", "9001", "1876") if sign in sentence]
