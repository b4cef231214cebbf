"""What follows from the dates → alerts: hits and near misses of early contact, silence, deadlines and pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver import contract_dates
from archiver.alerts import date_rules, sentences
from archiver.alerts.date_rules import CaseSnapshot
from archiver.platforms.job_platform import platform_of
from archiver.records import (
    JST,
    AccountId,
    Act,
    ActKind,
    Contract,
    ContractRoom,
    Delivery,
    MessageId,
    Payment,
    Post,
    RoomId,
)
from archiver.records.alerts import Alert
from archiver.render.times import pause_words
from tests.support.cases import cases_of

NOW = datetime(2026, 11, 24, 22, 31, tzinfo=JST)
FIRST = datetime(2026, 10, 3, 18, 20, tzinfo=JST)
ROOM = 10


def contract(**facts: Any) -> Contract:
    """A contract on CrowdWorks of which nothing else is stated."""
    return Contract("job1", (ContractRoom(RoomId(ROOM)),), **{"platform": "crowdworks", **facts})


def post(number: str, at: datetime) -> Post:
    """A message of the only room."""
    return Post(RoomId(ROOM), MessageId(number), AccountId(1), at)


def snapshot(facts: dict[str, Any] | None = None, **changed: Any) -> CaseSnapshot:
    """A case whose first message stands at `FIRST`."""
    whole = CaseSnapshot(contract(**(facts or {})), first=post("7", FIRST))
    return whole._replace(**changed)


def with_dues(case: CaseSnapshot, *, now: datetime = NOW) -> CaseSnapshot:
    """The same with its deadlines."""
    found = contract_dates.deadlines(case.contract, platform_of(case.contract.platform), case.deliveries, now=now)
    return case._replace(dues=tuple(found))


def judged(case: CaseSnapshot, *, now: datetime = NOW, kept: tuple[Alert, ...] = ()) -> list[Alert]:
    """The alerts about a case."""
    return list(date_rules.judge_cases([case], pause=None, now=now, kept=kept))


def alerts_of(case: CaseSnapshot, *, now: datetime = NOW, kept: tuple[Alert, ...] = ()) -> list[tuple[str, str]]:
    """Rule and level of each alert."""
    return [(alert.rule.value, alert.level.value) for alert in judged(case, now=now, kept=kept)]


# --- early contact -----------------------------------------------------------------------------


@pytest.mark.parametrize(("facts", "event"), cases_of(__file__, "contact_that_began_early_is_told"))
def test_contact_that_began_early_is_told(facts: dict[str, Any], event: str) -> None:
    """Before the approval; before the escrow while no approval is stated; at all where that is forbidden."""
    (found,) = judged(snapshot(facts))

    assert ("early_contact", "high") == (found.rule.value, found.level.value)
    assert (ROOM, "7") == (found.room_id, found.message_id)
    sentence = sentences.alert_sentence(found)
    assert ("Sat 3 Oct 18:20" in sentence, event in sentence) == (True, True)


@pytest.mark.parametrize("facts", cases_of(__file__, "contact_that_did_not_is_not"))
def test_contact_that_did_not_is_not(facts: dict[str, Any]) -> None:
    """The same day, later days, blank days, platforms without a rule and a chat without a word accuse nobody."""
    assert [] == alerts_of(snapshot(facts))
    assert [] == alerts_of(snapshot({"platform": "coconala"}, first=None))


def test_it_is_told_once_and_settled_by_other_dates() -> None:
    """Standing or put aside it is not told again; a corrected date puts it aside."""
    early = snapshot({"escrowed_at": "2026-10-04"})
    (found,) = judged(early)

    assert [] == alerts_of(early, kept=(replace(found, dismissed_at=NOW),))
    assert [] == date_rules.outdated_alerts([early], [found])
    assert [found] == date_rules.outdated_alerts([snapshot({"escrowed_at": "2026-10-01"})], [found])


# --- silence -----------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def delivered(*days: str, **changed: Any) -> CaseSnapshot:
    """A case with deliveries and no deadline in mind."""
    return snapshot(deliveries=tuple(Delivery(number, day) for number, day in enumerate(days, 1)), **changed)


def asked(sent: str, *, days: int | None, **changed: Any) -> CaseSnapshot:
    """A case whose user wrote at a time and has waited for so many days, as far as it is known."""
    return snapshot(asked=Act(ActKind.MESSAGE, post("8", at(sent))), days_waiting=days, **changed)


@pytest.mark.parametrize(("platform", "days"), [("crowdworks", 3), ("lancers", 7), ("direct", 7), (None, 7)])
def test_a_silence_of_the_days_of_the_platform_is_told(platform: str | None, days: int) -> None:
    """Counted from the user's first act without an answer; a day less is none yet."""
    case = asked("2026-11-01 22:31", days=days, contract=contract(platform=platform))

    assert [("A11", "medium")] == alerts_of(case)
    assert [] == alerts_of(case._replace(days_waiting=days - 1))


def test_a_silence_names_the_platform_and_until_when_a_closed_chat_was_read() -> None:
    """Nobody knows whether an answer was written later; where there may be a platform it is not named."""
    case = asked("2026-11-03 10:00", days=9)
    told = [
        sentences.alert_sentence(judged(one)[0])
        for one in (
            case,
            case._replace(closed_after=at("2026-11-20 12:30"), contract=contract(platform=None)),
            case._replace(contract=contract(platform="direct")),
        )
    ]

    assert (
        "Job job1: no answer to what you wrote or sent on Tue 3 Nov 10:00. Write again, on CrowdWorks too: its "
        "support counts silence there."
    ) == told[0]
    assert told[1].startswith("Job job1: in what was read up to Fri 20 Nov 12:30 there is no answer to what you wrote")
    assert told[1].endswith(
        "A chat does not open since. Write again, on the platform too if there is one: its support counts silence "
        "there."
    )
    assert told[2].endswith("10:00. Write again, by another way too if you know one.")


def test_each_waiting_is_told_once() -> None:
    """After an answer a new one begins; the sentence names the day from which it counts."""
    first = asked("2026-11-03 10:00", days=9)
    (found,) = judged(first)

    assert "3 Nov 10:00" in sentences.alert_sentence(found, {})
    assert [] == alerts_of(first, kept=(found,))
    assert [("A11", "medium")] == alerts_of(asked("2026-11-10 10:00", days=9), kept=(found,))


def test_a_silence_ends_when_the_other_side_answers() -> None:
    """Nothing of the user is unanswered then, or only what came later; of a job that is not read nobody knows."""
    first = asked("2026-11-03 10:00", days=9)
    (found,) = judged(first)

    assert [found] == date_rules.outdated_alerts([first._replace(asked=None, days_waiting=None)], [found])
    assert [found] == date_rules.outdated_alerts([asked("2026-11-10 10:00", days=1)], [found])
    assert [] == date_rules.outdated_alerts([first], [found])
    assert [] == date_rules.outdated_alerts([], [found])


# --- handed over on Chatwork alone ---------------------------------------------------------------


def handed(day: str | None, *delivered_on: str, **changed: Any) -> CaseSnapshot:
    """A case in which the user spoke of a delivery on Chatwork."""
    deliveries = tuple(Delivery(number, one) for number, one in enumerate(delivered_on, 1))
    handover = None if day is None else post("8", at(day))
    return snapshot(None, **{"deliveries": deliveries, "handover": handover, **changed})


@pytest.mark.parametrize(
    "case",
    [
        handed("2026-11-23 22:31"),
        handed("2026-11-20 10:00"),
        handed("2026-11-20 10:00", "2026-11-18"),
        handed("2026-11-20 10:00", "2026-11-01 09:00", "2026-11-18 23:59"),
        handed("2026-11-11 09:00"),
        handed("2026-10-01 10:00"),
        handed("2026-11-20 10:00", "先週"),
    ],
)
def test_a_delivery_on_chatwork_alone_is_told(case: CaseSnapshot) -> None:
    """A day later, with nothing stated on the platform from the day before on; once for each message."""
    (found,) = judged(case)
    assert case.handover is not None
    another = case._replace(handover=case.handover._replace(message_id=MessageId("9")))

    assert ("undelivered", "medium", "8") == (found.rule.value, found.level.value, found.message_id)
    assert [] == alerts_of(case, kept=(found,))
    assert [("undelivered", "medium")] == alerts_of(another, kept=(found,))


@pytest.mark.parametrize(
    "case",
    [
        # Delivered there the day before, the same day or later; too new, too old, no platform, a contract that is over.
        handed(None),
        handed("2026-11-24 09:00"),
        handed("2026-11-23 22:32"),
        *(handed("2026-11-20 10:00", day) for day in ("2026-11-20", "2026-11-20 09:00", "2026-11-19")),
        handed("2026-11-20 10:00", "2026-11-24 10:00"),
        handed("2026-11-20 10:00", "2026-11-01", "2026-11-20 23:00"),
        handed("2026-09-20 10:00"),
        handed("2026-11-20 10:00", contract=contract(platform="direct")),
        handed("2026-11-20 10:00", contract=contract(platform=None)),
        handed("2026-11-20 10:00", contract=contract(state="closed")),
        handed("2026-11-20 10:00", contract=contract(side="client")),
        # The other side acted last, or nobody knows it; an old silence; a contract that is over.
        snapshot(),
        asked("2026-11-03 09:12", days=None),
        asked("2026-09-01", days=61),
        *(asked("2026-11-03", days=9, contract=contract(state=state)) for state in ("closed", "stopped")),
    ],
)
def test_a_delivery_on_both_and_other_silences_are_not_told(case: CaseSnapshot) -> None:
    """What only looks like one of them."""
    assert [] == alerts_of(case)


# --- deadlines ---------------------------------------------------------------------------------


def ended(day: str) -> CaseSnapshot:
    """A case whose other side asked for its end."""
    return snapshot({"contact_approved_on": "2026-10-01", "end_request_at": day})


SIDES = (("client", None), ("worker", "high"))
FAR = ("2026-11-24", "2026-11-20", "2026-11-19", "2026-11-09", "2026-10-01", "2026-09-01")


@pytest.mark.parametrize(
    ("case", "level"),
    [
        # Seven days after a delivery: the day before and on the day to look at, passed only good to know.
        *((delivered(day), "medium") for day in ("2026-11-18", "2026-11-17")),
        *((delivered(day), "low") for day in ("2026-11-16", "2026-11-10")),
        # Not two days before, nor more than a week after, nor of a contract that is over.
        *((delivered(day), None) for day in FAR),
        *((delivered("2026-11-17", contract=contract(state=state)), None) for state in ("closed", "stopped")),
        # From the day of a request to end the contract on, as silence ends it; passed it is only good to know.
        *((ended(day), "high") for day in ("2026-11-24", "2026-11-20 18:00", "2026-11-17")),
        *((ended("2026-11-16"), "low"), (ended("2026-11-10"), "low"), (ended("2026-11-09"), None)),
        # Whoever ordered the work asked for its end, and waits for nobody's review.
        *((snapshot({"end_request_at": "2026-11-20", "side": side}), level) for side, level in SIDES),
        (delivered("2026-11-17", contract=contract(side="client")), None),
    ],
)
def test_a_deadline_is_told_the_day_before_and_a_week_after(case: CaseSnapshot, level: str | None) -> None:
    """By another clock the same moment gives the same alerts."""
    expected = [] if level is None else [("deadline", level)]

    assert expected == alerts_of(with_dues(case)) == alerts_of(with_dues(case), now=NOW.astimezone(UTC))


def test_the_deadline_of_a_review_is_settled_by_the_payment() -> None:
    """Its alert is put aside once the fee is paid, and another deadline's is not."""
    asked, paid = ended("2026-11-18").contract, (Payment(1, 50_000, "2026-11-24"),)
    case = with_dues(delivered("2026-11-18")._replace(contract=replace(asked, amount="50,000円")))
    review, ending = sorted(judged(case), key=lambda one: "/review/" not in (one.subject or ""))[:2]
    settled = with_dues(case._replace(contract=replace(case.contract, payments=paid)))

    assert [] == date_rules.outdated_alerts([case], [review, ending])
    assert [review] == date_rules.outdated_alerts([settled], [review, ending])


def test_the_alert_of_a_due_day_ends_with_the_delivery_or_with_another_day() -> None:
    """It asked for a delivery by a day that no longer waits for one."""
    case = with_dues(snapshot({"due_on": "2026-11-25"}))
    moved, found = with_dues(snapshot({"due_on": "2026-12-14"})), judged(case)
    handed = with_dues(case._replace(deliveries=(Delivery(1, "2026-11-24 09:00"),)))

    assert ([], found, found) == tuple(date_rules.outdated_alerts([one], found) for one in (case, moved, handed))
    assert 1 == len(found)


def test_an_end_request_says_what_silence_costs() -> None:
    """What to do, until when, and that the contract ends and the escrow goes back."""
    case = with_dues(ended("2026-11-20"))
    (found,) = judged(case)

    sentence = sentences.alert_sentence(found)

    for words in ("job1", "27 Nov", "don't agree, refuse within a week of the request", "the whole escrow"):
        assert words in sentence
    assert "Please check the number of days" in sentence


def test_a_deadline_says_its_name_day_and_advice() -> None:
    """The sentence is the platform's; only of a weak source the number of days is to be checked."""
    case = with_dues(delivered("2026-11-18"))
    (found,) = judged(case)

    sentence = sentences.alert_sentence(found)

    assert "job1" in sentence
    assert "job1, 25 Nov: inspection (検収) is usually due (7 days after delivery). If it hasn't happened" in sentence
    assert "Please check" not in sentence
    assert [] == alerts_of(case, kept=(found,))
    assert [] == alerts_of(with_dues(case, now=NOW + timedelta(days=2)), now=NOW + timedelta(days=2), kept=(found,))


# --- pauses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "level"),
    [
        *((hours, None) for hours in (None, 0, 0.1, 1, 2, 6, 12, 18, 23, 23.9, 24)),
        *((hours, "low") for hours in (24.5, 25, 48, 24 * 30)),
        *((hours, "medium") for hours in (721, 24 * 40)),
    ],
)
def test_a_long_pause_is_told(hours: float | None, level: str | None) -> None:
    """More than a day without a round; after a month the plan may hide what was not saved."""
    pause = None if hours is None else (NOW - timedelta(hours=hours), NOW)

    found = date_rules.judge_cases([], pause=pause, now=NOW, kept=())

    assert ([] if level is None else [("A14", level)]) == [(one.rule.value, one.level.value) for one in found]
    assert all(pause_words(round(hours or 0)) in sentences.alert_sentence(one) for one in found)
