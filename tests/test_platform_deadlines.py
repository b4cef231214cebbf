"""Each deadline of the platforms against worked examples out of its source; what follows from dates of a contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver import contract_dates
from archiver.claims.invoices_and_payments import money_standing
from archiver.contract_dates import DueDate, OutsideContact
from archiver.platforms.job_platform import Deadline, platform_of, platforms
from archiver.records import JST, Contract, ContractRoom, Delivery, Invoice, Payment, RoomId
from archiver.standing.alert_lines import due_line
from tests.support.cases import cases_of
from tests.support.platform_offices import platforms_with_office
from tests.support.reports import report_inputs
from tests.support.reports.sample_conversation import sample

NOW = datetime(2026, 11, 24, 22, 31, tzinfo=JST)
LAST_SEEN = datetime(2026, 11, 24, 12, 0, tzinfo=JST)
UNANSWERED = datetime(2026, 11, 20, 23, 59, tzinfo=JST)

EXAMPLES: tuple[tuple[str, str, dict[str, Any], str | None, str], ...] = (
    # Platform, rule, what is stated (`delivered`: the delivery), day of the last delivery, day that the source gives.
    # CrowdWorks: about a week from the delivery; without an answer for one week the contract ends.
    ("crowdworks", "review", {}, "2026-11-03 23:59", "2026-11-10"),
    ("crowdworks", "end_request", {"end_request_at": "2026-11-20"}, None, "2026-11-27"),
    ("crowdworks", "end_request", {"end_request_at": "2026-11-20 23:30"}, None, "2026-11-27"),
    ("crowdworks", "nudge", {}, None, "2026-11-23"),
    # The law on freelancers, article 4: the day of receipt is day 1 of 60, the first client's due day is day 1 of 30.
    ("crowdworks", "payment", {}, "2026-10-01", "2026-11-29"),
    ("direct", "payment", {}, "2026-10-01 09:00", "2026-11-29"),
    ("direct", "payment", {}, "2026-12-31", "2027-02-28"),
    ("direct", "recommission", {"first_client_pays_on": "2026-11-01"}, None, "2026-11-30"),
    ("direct", "passed_on", {"side": "subcontractor"}, "2026-10-01", "2026-11-29"),
    ("lancers", "recommission", {"first_client_pays_on": "2027-01-31"}, None, "2027-03-01"),
    # No day agreed: the day of receipt, in Japan, whether billed or not; the last one of several deliveries.
    ("direct", "receipt", {}, "2026-10-01", "2026-10-01"),
    ("direct", "receipt", {}, "2026-10-01 23:59", "2026-10-01"),
    ("direct", "receipt", {"invoices": (Invoice(1, 100, "2026-10-31"),)}, "2026-10-01", "2026-10-01"),
    ("direct", "receipt", {"amount": "100円", "payments": (Payment(1, 99, "2026-10-31"),)}, "2026-10-01", "2026-10-01"),
    # Coconala: 72 and 24 hours end on the third and on the next day; the room is hidden 3 days after a cancellation.
    ("coconala", "review", {}, "2026-11-03 09:12", "2026-11-06"),
    ("coconala", "end_request", {"end_request_at": "2026-11-20 18:00"}, None, "2026-11-21"),
    ("coconala", "hidden", {"cancelled_on": "2026-11-20"}, None, "2026-11-23"),
    ("coconala", "closing", {"contracted_on": "2026-10-01"}, None, "2027-01-29"),
    # Lancers: one year from the start; progress extends it to three months, and never makes it shorter.
    ("lancers", "trade", {"contracted_on": "2026-10-01"}, None, "2027-10-01"),
    ("lancers", "trade", {"contracted_on": "2026-10-01", "escrowed_at": "2026-10-02"}, "2026-11-03", "2027-10-01"),
    ("lancers", "trade", {"contracted_on": "2026-01-15"}, "2026-11-30", "2027-02-28"),
    ("lancers", "trade", {"contracted_on": "2024-02-29"}, None, "2025-02-28"),
    ("lancers", "review", {}, "2026-11-03", "2026-11-10"),
    # The day that the user entered.
    ("direct", "due", {"due_on": "2026-11-30"}, None, "2026-11-30"),
    # Chatwork's free plan shows the last 40 days.
    ("direct", "plan", {}, None, "2027-01-03"),
)


def due_dates(platform: str, stated: dict[str, Any], *delivered: str | None) -> dict[str, DueDate]:
    """Each deadline of a contract of which this is stated, by rule, the nearest first."""
    found = contract_dates.deadlines(
        Contract("job1", (), platform=platform, **stated),
        platform_of(platform),
        tuple(Delivery(number, day) for number, day in enumerate(delivered, 1) if day),
        now=NOW,
        unanswered=UNANSWERED,
        last_seen=LAST_SEEN,
    )
    assert len(found) == len({due.deadline.rule for due in found})
    assert [due.day for due in found] == sorted(due.day for due in found)
    return {due.deadline.rule: due for due in found}


@pytest.mark.parametrize(("platform", "rule", "stated", "delivered", "day"), EXAMPLES)
def test_the_day_is_the_one_that_the_source_gives(
    platform: str, rule: str, stated: dict[str, Any], delivered: str | None, day: str
) -> None:
    """A worked example for each way of counting: days, days with the first as day 1, months, and progress."""
    due = due_dates(platform, stated, delivered)[rule]

    assert (day, (date.fromisoformat(day) - NOW.date()).days) == (due.day.isoformat(), due.days_left)


def test_a_delivery_or_the_whole_payment_ends_the_day_of_the_delivery() -> None:
    """Whether that was in time is no question of this program; an advance leaves the delivery awaited."""
    stated = {"due_on": "2026-11-20"}

    assert -4 == due_dates("crowdworks", stated)["due"].days_left
    assert "due" not in due_dates("crowdworks", stated, "2026-11-23")
    advance = stated | {"payments": (Payment(1, 99, "2026-10-31"),)}
    assert "due" not in due_dates("crowdworks", advance)
    assert "due" in due_dates("crowdworks", advance | {"amount": "200円"})


HOURS: tuple[tuple[str, str, dict[str, Any], str | None, str | None], ...] = (
    # Platform, rule, what is stated, the delivery, the exact end: to the hour where the time of day is stated.
    ("coconala", "review", {}, "2026-11-22 09:12", "2026-11-25 09:12"),
    ("coconala", "end_request", {"end_request_at": "2026-11-24 18:00"}, None, "2026-11-25 18:00"),
    ("crowdworks", "end_request", {"end_request_at": "2026-11-20 23:30"}, None, "2026-11-27 23:30"),
    ("coconala", "end_request", {"end_request_at": "2026-11-24"}, None, None),
    ("crowdworks", "review", {}, "2026-11-22 09:12", None),
)


@pytest.mark.parametrize(("platform", "rule", "stated", "delivered", "end"), HOURS)
def test_what_is_counted_in_hours_ends_at_a_time_of_day(
    platform: str, rule: str, stated: dict[str, Any], delivered: str | None, end: str | None
) -> None:
    """A day without its time, and a rule of whole days, have no such end."""
    due = due_dates(platform, stated, delivered)[rule]

    assert end == (None if due.ends_at is None else f"{due.ends_at.astimezone(JST):%Y-%m-%d %H:%M}")


@pytest.mark.parametrize(
    ("end", "words", "is_over"),
    [
        ("2026-11-25 18:00", "in 19 hours", False),
        ("2026-11-24 23:00", "in less than an hour", False),
        ("2026-11-24 22:00", "less than an hour ago", True),
        ("2026-11-24 20:31", "2 hours past", True),
        ("2026-11-22 20:31", "2 days past", True),
    ],
)
def test_a_deadline_of_hours_is_never_0_days_away(end: str, words: str, is_over: bool) -> None:
    """Its line has the hours left and the exact end in Japan; one that ended today counts as passed. A day is a day."""
    request = datetime.fromisoformat(end).replace(tzinfo=JST) - timedelta(hours=24)

    due = due_dates("coconala", {"end_request_at": f"{request:%Y-%m-%d %H:%M}"})["end_request"]
    of_a_day = due_dates("coconala", {"end_request_at": "2026-11-23"})["end_request"]

    assert f"  {end[5:]} (Japan time)  {words}  " in due_line(due)
    assert is_over == (due.days_left < 0)
    assert "  11-24  today, at a time not entered  " in due_line(of_a_day)


def every_deadline() -> dict[tuple[str, str], Deadline]:
    """Each deadline of each platform."""
    return {(name, one.rule): one for name, platform in platforms().items() for one in platform.deadlines}


def test_every_deadline_has_a_worked_example() -> None:
    """A rule that holds everywhere needs one somewhere."""
    everywhere = {"payment", "recommission", "passed_on", "due", "plan"}
    rules = {(name, rule) for name, rule in every_deadline() if rule not in everywhere}

    shown = {(platform, rule) for platform, rule, *_rest in EXAMPLES}

    assert set() == rules - shown
    assert set() == everywhere - {rule for _platform, rule in shown}


@pytest.mark.parametrize("platform", ["crowdworks", "coconala", "lancers", "direct"])
def test_no_card_payment_expires_after_fifty_days(platform: str) -> None:
    """A card payment is settled and charged then; nothing expires (FAQ 10159)."""
    assert "escrow" not in due_dates(platform, {"escrowed_at": "2026-10-02 14:05"}, None)


@pytest.mark.parametrize(
    ("platform", "rule", "words"),
    [
        ("crowdworks", "end_request", ("納得できなければリクエストから1週間以内に「拒否」", "全額戻る")),
        ("direct", "payment", ("フリーランス法", "期日の約束がなければ受領した日", "取適法")),
    ],
)
def test_the_advice_says_what_silence_costs_and_names_the_laws(platform: str, rule: str, words: Sequence[str]) -> None:
    """What to do, by when; no day agreed means the day of receipt, and another law may apply beside."""
    deadline = every_deadline()[platform, rule]

    assert (rule == "end_request") == (deadline.urgent and deadline.weak)
    assert [] == [one for one in words if one not in deadline.advice]
    assert "30日" in every_deadline()["direct", "recommission"].name  # commissioned anew there are 30 days


def test_what_is_not_stated_has_no_deadline() -> None:
    """No end request, cancellation, delivery or first client: nothing is counted."""
    assert {"nudge", "plan"} == set(due_dates("crowdworks", {"escrowed_at": "あとで"}))
    assert {"plan"} == set(due_dates("coconala", {"end_request_at": "あとで"}))
    assert {"payment", "receipt", "plan"} == set(due_dates("direct", {}, "2026-11-03"))


INVOICES = (Invoice(1, 100, "2026-10-31", "2026-11-30"), Invoice(2, 50, "2026-10-31"))


@pytest.mark.parametrize(
    "stated",
    [
        {"payment_due_on": "2026-11-30"},
        {"invoices": INVOICES[:1]},
        {"invoices": INVOICES, "payments": (Payment(1, 150, "2026-11-20"),)},
        {"invoices": INVOICES, "payments": (Payment(1, 50, "2026-11-20", 2),)},
        {"amount": "50,000円(税込)", "payments": (Payment(1, 50_000, "2026-11-20"),)},
    ],
)
def test_the_day_of_receipt_is_no_deadline_once_a_day_is_known_or_all_is_paid(stated: dict[str, Any]) -> None:
    """The day that was agreed, or that every open invoice names, stands in its place."""
    assert "receipt" not in due_dates("direct", stated, "2026-10-01")


def test_the_day_of_receipt_is_that_of_an_invoice_without_a_day_of_its_own() -> None:
    """The delivery whose open invoice names a day of payment gives none, though it is the earlier one."""
    invoices = (Invoice(1, 100, "2026-09-30", "2026-10-31"), Invoice(2, 50, "2026-10-20"))

    found = due_dates("direct", {"invoices": invoices}, "2026-09-20", "2026-10-15")

    assert ["2026-10-15", "2026-11-18"] == [found[rule].day.isoformat() for rule in ("receipt", "payment")]


@pytest.mark.parametrize(
    ("stated", "is_awaited"),
    [
        ({"invoices": (Invoice(1, 100, "2026-11-03"),), "payments": (Payment(1, 100, "2026-11-05"),)}, False),
        ({"amount": "50,000円(税込)", "payments": (Payment(1, 50_000, "2026-11-05"),)}, False),
        ({"amount": "5万円", "payments": (Payment(1, 50_000, "2026-11-05"),)}, False),
        ({"amount": "5万円", "payments": (Payment(1, 49_999, "2026-11-05"),)}, True),
        ({"invoices": (Invoice(1, 100, "2026-11-03"),), "payments": (Payment(1, 99, "2026-11-05"),)}, True),
        ({"invoices": (Invoice(1, 100, "2026-11-01"),), "payments": (Payment(1, 100, "2026-11-02"),)}, True),
        ({"invoices": (Invoice(1, 100, "2026-11-03"),)}, True),
    ],
)
def test_a_review_is_awaited_until_the_work_is_paid(stated: dict[str, Any], is_awaited: bool) -> None:
    """All that was billed, else the fee, on or after the day of the last delivery: before it, it was for another."""
    assert is_awaited == ("review" in due_dates("crowdworks", stated, "2026-11-03"))


def test_the_deadline_and_the_balance_name_the_same_day() -> None:
    """An invoice without a day of its own is late from the day that the list of deadlines shows."""
    contract = Contract("job1", (), platform="direct", invoices=INVOICES)

    standing = money_standing(contract, (Delivery(1, "2026-10-01 23:59"),), NOW.date())
    due = due_dates("direct", {"invoices": INVOICES}, "2026-10-01 23:59")["receipt"]

    assert standing is not None
    assert (due.day, -due.days_left) == (standing.balances[1].due, standing.balances[1].days_late)
    assert due.deadline.weak


CROWDWORKS = platform_of("crowdworks")
EVENTS = {
    *("contract", "escrow", "delivery", "end_request", "cancellation"),
    *("first_client", "passed_on", "unanswered", "last_seen", "unpaid"),
}


@pytest.mark.parametrize("name", platforms_with_office())
def test_every_rule_says_where_and_when_it_was_read(name: str) -> None:
    """Steps and deadlines of each platform have an official source or are called weak."""
    platform = platforms()[name]

    assert platform.contact in {"approval", "escrow", "never"}
    assert (platform.outside is None) == (platform.rule is None)
    assert platform.rule is None or (f"「{platform.outside}」" in platform.rule and "最新の規約" in platform.rule)
    assert platform.operator
    assert platform.warning
    assert platform.steps
    rules = [one for one in platform.deadlines if one.after != "due"]  # the user's own day follows from no rule
    sources = [*(step.source for step in platform.steps), *(one.source for one in rules)]
    for source in sources:
        assert source.title
        assert source.url.startswith("https://") or source.by == "several"
        assert source.by in {"official", "lawyer", "press", "user", "several"}
        assert source.read_on <= datetime.now(JST).date()
    assert [] == [one.rule for one in rules if one.source.by != "official" and not one.weak]
    assert {one.after for one in rules} <= EVENTS
    assert {event for one in platform.deadlines for event in one.extended_by} <= EVENTS
    assert {one.stage for one in platform.steps} <= {"contract", "delivery", "always"}


def test_what_is_not_known_is_agreed_directly() -> None:
    """No platform, an unknown one and a hostile name mean the same words."""
    assert platforms()["direct"] == platform_of(None) == platform_of("../x") == platform_of("everywhere")


def test_only_deadlines_that_matter_now_are_shown() -> None:
    """Long passed, far away, and those that a running job keeps moving are left out."""
    contract = replace(report_inputs.CONTRACT, end_request_at="2026-11-14")
    found = contract_dates.deadlines(
        contract, CROWDWORKS, (Delivery(1, "2026-10-01"),), now=NOW, unanswered=NOW, last_seen=NOW
    )

    assert ["end_request", "payment"] == [due.deadline.rule for due in contract_dates.dues_worth_showing(found)]


@pytest.mark.parametrize(
    ("approved", "escrowed", "expected"),
    cases_of(__file__, "contacts"),
)
def test_contact_is_set_against_the_approval_then_the_escrow(
    approved: str | None, escrowed: str | None, expected: str
) -> None:
    """A day without a time tells nothing within it; a blank approval is unknown, not missing."""
    contract = replace(report_inputs.CONTRACT, contact_approved_on=approved, escrowed_at=escrowed)

    assert OutsideContact[expected] is contract_dates.outside_contact(contract, CROWDWORKS, NOW)


@given(strategies.integers(-400, 400), strategies.sampled_from([*platforms_with_office(), "direct"]))
def test_contact_after_every_stated_day_is_never_early_where_it_is_allowed(shift: int, name: str) -> None:
    """Early only if the first message stands before the day of the approval; never without a message."""
    approved = (NOW + timedelta(days=shift)).strftime("%Y-%m-%d")
    contract = replace(report_inputs.CONTRACT, contact_approved_on=approved)

    found = contract_dates.outside_contact(contract, platform_of(name), NOW)

    needs_permission = platform_of(name).contact in {"approval", "escrow"}
    assert found.is_early is ((needs_permission and shift > 0) or platform_of(name).contact == "never")
    assert contract_dates.outside_contact(contract, platform_of(name), None) is OutsideContact.FREE


@pytest.mark.parametrize(
    ("day", "start", "expected"),
    [
        ("2026-09-26", None, [("2026-03-01", "2026-03-15")]),
        ("2026-03-01", None, [("2026-03-01", "2026-03-01")]),
        (None, None, []),
        (None, "2026-09-20", [(None, "2026-09-20")]),
    ],
)
def test_an_earlier_job_has_a_room_until_the_later_one_begins(
    day: str | None, start: str | None, expected: list[tuple[str | None, str]]
) -> None:
    """Without a stated part of the room only a job of an earlier day has it, until its end; of the same day none."""
    closed, begun = (contract_dates.day_of(one) for one in ("2026-03-15", start))
    earlier = Contract("spring", (ContractRoom(RoomId(1)),), "closed", closed, contracted_on="2026-03-01")
    later = Contract("autumn", (ContractRoom(RoomId(1), begun),), contracted_on=day)

    found = [one for one, _job in contract_dates.earlier_parts(later, [earlier])]

    assert [tuple(map(contract_dates.day_of, one)) for one in expected] == [(one.start, one.end) for one in found]


def test_points_agree_by_bytes_before_words() -> None:
    """Equal SHA-256 is the same file; a stated file is the user's word; nothing else agrees."""
    files = sample().attachments
    same = next(file for file in files if file.sha256 is not None)
    deliveries = (
        Delivery(1, "2026-11-06", sha256=same.sha256, file_id=999),
        Delivery(2, "2026-11-06", file_id=files[0].file_id),
        Delivery(3, "2026-11-06", sha256="ee" * 32),
        Delivery(4, "2026-11-06"),
    )

    found = list(contract_dates.delivery_matches(deliveries, files))

    assert [(same, True), (files[0], False), (None, False), (None, False)] == [
        (file, is_same) for _delivery, file, is_same in found
    ]


def test_blanks_are_what_the_office_looks_for() -> None:
    """The approval is only asked for where there is one."""
    facts = {
        platform: contract_dates.unstated_facts(report_inputs.BLANK_CONTRACT, platform_of(platform))
        for platform in ("crowdworks", "coconala")
    }

    assert "contact_approved_on" in [fact.name for fact in facts["crowdworks"]]
    assert "contact_approved_on" not in [fact.name for fact in facts["coconala"]]
    assert () == contract_dates.unstated_facts(report_inputs.CONTRACT, CROWDWORKS)


def test_a_contract_that_was_agreed_directly_has_no_blanks_of_a_platform() -> None:
    """Neither a number nor a page nor an escrow; where nobody said how it was agreed, they stay asked for."""
    direct = replace(report_inputs.BLANK_CONTRACT, platform="direct")
    unknown = replace(report_inputs.BLANK_CONTRACT, platform=None)
    of_a_platform = {"platform_id", "url", "escrowed_at"}

    blank = {
        one: {fact.name for fact in contract_dates.unstated_facts(one, platform_of(one.platform))}
        for one in (direct, unknown)
    }

    assert set() == blank[direct] & of_a_platform
    assert of_a_platform <= blank[unknown]
