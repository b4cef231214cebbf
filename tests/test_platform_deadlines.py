"""Each deadline of the platforms against worked examples out of its source; no deadline without a source."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from archiver import contract_dates
from archiver.claims.money import money_standing
from archiver.contract_dates import DueDate
from archiver.platforms.job_platform import Deadline, platform_of, platforms
from archiver.records import JST, Contract, Delivery, Invoice, Payment
from archiver.standing.alert_lines import due_line

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
    ("lancers", "recommission", {"first_client_pays_on": "2027-01-31"}, None, "2027-03-01"),
    # No day agreed: the day of receipt, in Japan, whether billed or not; the last one of several deliveries.
    ("direct", "receipt", {}, "2026-10-01", "2026-10-01"),
    ("direct", "receipt", {}, "2026-10-01 23:59", "2026-10-01"),
    ("direct", "receipt", {"invoices": (Invoice(1, 100, "2026-10-31"),)}, "2026-10-01", "2026-10-01"),
    ("direct", "receipt", {"payments": (Payment(1, 99, "2026-10-31"),)}, "2026-10-01", "2026-10-01"),
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
    # Chatwork's free plan shows the last 40 days.
    ("direct", "plan", {}, None, "2027-01-03"),
)


def due_dates(platform: str, stated: dict[str, Any], delivered: str | None) -> dict[str, DueDate]:
    """Each deadline of a contract of which this is stated, by rule."""
    found = contract_dates.deadlines(
        Contract("job1", (), platform=platform, **stated),
        platform_of(platform),
        (Delivery(1, delivered),) if delivered else (),
        now=NOW,
        unanswered=UNANSWERED,
        last_seen=LAST_SEEN,
    )
    assert len(found) == len({due.deadline.rule for due in found})
    return {due.deadline.rule: due for due in found}


@pytest.mark.parametrize(("platform", "rule", "stated", "delivered", "day"), EXAMPLES)
def test_the_day_is_the_one_that_the_source_gives(
    platform: str, rule: str, stated: dict[str, Any], delivered: str | None, day: str
) -> None:
    """A worked example for each way of counting: days, days with the first as day 1, months, and progress."""
    due = due_dates(platform, stated, delivered)[rule]

    assert (day, (date.fromisoformat(day) - NOW.date()).days) == (due.day.isoformat(), due.days_left)


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
        ("2026-11-24 20:31", "2 hours ago", True),
    ],
)
def test_a_deadline_of_hours_is_never_0_days_away(end: str, words: str, is_over: bool) -> None:
    """Its line has the hours left and the exact end in Japan; one that ended today counts as passed."""
    request = datetime.fromisoformat(end).replace(tzinfo=JST) - timedelta(hours=24)

    due = due_dates("coconala", {"end_request_at": f"{request:%Y-%m-%d %H:%M}"}, None)["end_request"]

    assert f"  {end[5:]} (Japan time)  {words}  " in due_line(due)
    assert is_over == (due.days_left < 0)


def test_a_deadline_of_hours_from_a_day_says_that_the_time_is_not_entered() -> None:
    """It may be over at any time of its day."""
    due = due_dates("coconala", {"end_request_at": "2026-11-23"}, None)["end_request"]

    assert "  11-24  today, at a time not entered  " in due_line(due)


def every_deadline() -> dict[tuple[str, str], Deadline]:
    """Each deadline of each platform."""
    return {(name, one.rule): one for name, platform in platforms().items() for one in platform.deadlines}


def test_every_deadline_has_a_worked_example() -> None:
    """A rule that holds everywhere needs one somewhere."""
    everywhere = {"payment", "recommission", "plan"}
    rules = {(name, rule) for name, rule in every_deadline() if rule not in everywhere}

    shown = {(platform, rule) for platform, rule, *_rest in EXAMPLES}

    assert set() == rules - shown
    assert set() == everywhere - {rule for _platform, rule in shown}


def test_no_deadline_is_without_a_source() -> None:
    """Each has a title and the day on which it was read; what no official page says is called weak."""
    for deadline in every_deadline().values():
        source = deadline.source
        assert source.title
        assert source.read_on <= NOW.date().replace(day=26)
        assert (source.url.startswith("https://") and source.by == "official") or deadline.weak


@pytest.mark.parametrize("platform", ["crowdworks", "coconala", "lancers", "direct"])
def test_no_card_payment_expires_after_fifty_days(platform: str) -> None:
    """A card payment is settled and charged then; nothing expires (FAQ 10159)."""
    assert "escrow" not in due_dates(platform, {"escrowed_at": "2026-10-02 14:05"}, None)


def test_the_week_of_an_end_request_says_what_silence_costs() -> None:
    """What to do, by when, and that the contract ends and the escrow goes back in full."""
    deadline = every_deadline()["crowdworks", "end_request"]

    assert (True, True) == (deadline.urgent, deadline.weak)
    assert "納得できなければ期限内に「拒否」" in deadline.advice
    assert "契約が終わり" in deadline.advice
    assert "全額" in deadline.advice


def test_what_is_not_stated_has_no_deadline() -> None:
    """No end request, cancellation, delivery or first client: nothing is counted."""
    assert {"nudge", "plan"} == set(due_dates("crowdworks", {}, None))
    assert {"plan"} == set(due_dates("coconala", {"end_request_at": "あとで"}, None))


def test_the_laws_are_named_and_the_days_that_differ() -> None:
    """No day agreed means the day of receipt; another law may apply beside; commissioned anew there are 30 days."""
    payment, recommission = (every_deadline()["direct", rule] for rule in ("payment", "recommission"))

    for words in ("フリーランス法", "期日の約束がなければ受領した日", "取適法"):
        assert words in payment.advice
    assert "30日" in recommission.name


INVOICES = (Invoice(1, 100, "2026-10-31", "2026-11-30"), Invoice(2, 50, "2026-10-31"))


@pytest.mark.parametrize(
    "stated",
    [
        {"payment_due_on": "2026-11-30"},
        {"invoices": INVOICES[:1]},
        {"invoices": INVOICES, "payments": (Payment(1, 150, "2026-11-20"),)},
        {"invoices": INVOICES, "payments": (Payment(1, 50, "2026-11-20", 2),)},
    ],
)
def test_the_day_of_receipt_is_no_deadline_once_a_day_is_known_or_all_is_paid(stated: dict[str, Any]) -> None:
    """The day that was agreed, or that every open invoice names, stands in its place."""
    assert "receipt" not in due_dates("direct", stated, "2026-10-01")


def test_the_day_of_receipt_is_that_of_an_invoice_without_a_day_of_its_own() -> None:
    """The delivery whose open invoice names a day of payment gives none, though it is the earlier one."""
    invoices = (Invoice(1, 100, "2026-09-30", "2026-10-31"), Invoice(2, 50, "2026-10-20"))
    contract = Contract("job1", (), platform="direct", invoices=invoices)
    deliveries = (Delivery(1, "2026-09-20"), Delivery(2, "2026-10-15"))

    found = contract_dates.deadlines(contract, platform_of("direct"), deliveries, now=NOW)

    days = {due.deadline.rule: due.day.isoformat() for due in found}
    assert {"receipt": "2026-10-15", "payment": "2026-11-18"} == days


def test_the_deadline_and_the_balance_name_the_same_day() -> None:
    """An invoice without a day of its own is late from the day that the list of deadlines shows."""
    contract = Contract("job1", (), platform="direct", invoices=INVOICES)

    standing = money_standing(contract, (Delivery(1, "2026-10-01 23:59"),), NOW.date())
    due = due_dates("direct", {"invoices": INVOICES}, "2026-10-01 23:59")["receipt"]

    assert standing is not None
    assert (due.day, -due.days_left) == (standing.balances[1].due, standing.balances[1].days_late)
    assert due.deadline.weak
