"""What follows from the dates of a contract and the rules of its platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver import contract_dates
from archiver.contract_dates import Agreement, OutsideContact
from archiver.platforms.job_platform import platform_of, platforms
from archiver.records import JST, Contract, Delivery
from tests.support.platform_offices import platforms_with_office
from tests.support.reports import report_inputs
from tests.support.reports.sample_conversation import sample

NOW = datetime(2026, 11, 24, 22, 31, tzinfo=JST)
CROWDWORKS = platform_of("crowdworks")
EVENTS = {
    *("contract", "escrow", "delivery", "end_request", "cancellation"),
    *("first_client", "unanswered", "last_seen"),
}


@pytest.mark.parametrize("name", platforms_with_office())
def test_every_rule_says_where_and_when_it_was_read(name: str) -> None:
    """Contact, steps and deadlines of each platform have an official source or are called weak."""
    platform = platforms()[name]

    assert platform.contact in {"approval", "escrow", "never"}
    assert platform.contact_source is not None
    assert (platform.outside is None) == (platform.rule is None)
    assert platform.rule is None or (f"「{platform.outside}」" in platform.rule and "最新の規約" in platform.rule)
    assert platform.operator
    assert platform.warning
    assert platform.steps
    sources = [*(step.source for step in platform.steps), *(one.source for one in platform.deadlines)]
    for source in (platform.contact_source, *sources):
        assert source.title
        assert source.url.startswith("https://") or source.by == "several"
        assert source.by in {"official", "lawyer", "press", "user", "several"}
    assert [] == [one.rule for one in platform.deadlines if one.source.by != "official" and not one.weak]
    assert {one.after for one in platform.deadlines} <= EVENTS
    assert {event for one in platform.deadlines for event in one.extended_by} <= EVENTS
    assert {one.stage for one in platform.steps} <= {"contract", "delivery", "always"}


def test_what_is_not_known_is_agreed_directly() -> None:
    """No platform, an unknown one and a hostile name mean the same words."""
    assert platforms()["direct"] == platform_of(None) == platform_of("../x") == platform_of("everywhere")


def deadlines_by_rule(name: str, *, of: Contract, **facts: object) -> dict[str, tuple[str, int]]:
    """Day and distance of each deadline, by rule."""
    found = contract_dates.deadlines(of, platform_of(name), (Delivery(1, "2026-11-03 23:59"),), now=NOW, **facts)  # type: ignore[arg-type]
    return {due.deadline.rule: (due.day.isoformat(), due.days_left) for due in found}


def test_deadlines_are_counted_by_the_calendar_in_japan() -> None:
    """Delivery + 7, the 60th day from it on, end request + 7, last reply + 3, last saved + 40; nearest first."""
    contract = replace(report_inputs.CONTRACT, end_request_at="2026-11-14 18:00")
    due_days = deadlines_by_rule("crowdworks", of=contract, unanswered=NOW, last_seen=NOW)

    assert {
        "review": ("2026-11-10", -14),
        "end_request": ("2026-11-21", -3),
        "nudge": ("2026-11-27", 3),
        "payment": ("2027-01-01", 38),
        "plan": ("2027-01-03", 40),
    } == due_days
    assert sorted(due_days.values()) == list(due_days.values())


def test_what_has_not_begun_has_no_deadline() -> None:
    """Blank dates and dates that are none give no deadline; another platform has its own."""
    blank = replace(report_inputs.CONTRACT, escrowed_at="あとで")

    assert {"review", "payment"} == set(deadlines_by_rule("crowdworks", of=blank))
    assert {"payment", "receipt"} == set(deadlines_by_rule("direct", of=report_inputs.CONTRACT))


def test_only_deadlines_that_matter_now_are_shown() -> None:
    """Long passed, far away, and those that a running job keeps moving are left out."""
    contract = replace(report_inputs.CONTRACT, end_request_at="2026-11-14")
    found = contract_dates.deadlines(
        contract, CROWDWORKS, (Delivery(1, "2026-10-01"),), now=NOW, unanswered=NOW, last_seen=NOW
    )

    assert ["end_request", "payment"] == [due.deadline.rule for due in contract_dates.dues_worth_showing(found)]


@pytest.mark.parametrize(
    ("approved", "escrowed", "expected"),
    [
        ("2026-11-25", "2026-11-01", OutsideContact.BEFORE_APPROVAL),
        ("2026-11-24 23:00", None, OutsideContact.BEFORE_APPROVAL),
        ("2026-11-24", None, OutsideContact.SAME_DAY),
        ("2026-11-24 22:00", None, OutsideContact.AFTER),
        ("2026-11-23", "2026-11-30", OutsideContact.AFTER),
        (None, "2026-11-25", OutsideContact.BEFORE_ESCROW),
        (None, "2026-11-24 23:00", OutsideContact.BEFORE_ESCROW),
        (None, "2026-11-24", OutsideContact.UNKNOWN),
        (None, "2026-11-01", OutsideContact.UNKNOWN),
        (None, None, OutsideContact.UNKNOWN),
    ],
)
def test_contact_is_set_against_the_approval_then_the_escrow(
    approved: str | None, escrowed: str | None, expected: OutsideContact
) -> None:
    """A day without a time tells nothing within it; a blank approval is unknown, not missing."""
    contract = replace(report_inputs.CONTRACT, contact_approved_on=approved, escrowed_at=escrowed)

    assert expected is contract_dates.outside_contact(contract, CROWDWORKS, NOW)


@given(strategies.integers(-400, 400), strategies.sampled_from([*platforms_with_office(), "direct"]))
def test_contact_after_every_stated_day_is_never_early_where_it_is_allowed(shift: int, name: str) -> None:
    """Early only if the first message stands before the day of the approval; never without a message."""
    approved = (NOW + timedelta(days=shift)).strftime("%Y-%m-%d")
    contract = replace(report_inputs.CONTRACT, contact_approved_on=approved)

    found = contract_dates.outside_contact(contract, platform_of(name), NOW)

    needs_permission = platform_of(name).contact in {"approval", "escrow"}
    assert found.is_early is ((needs_permission and shift > 0) or platform_of(name).contact == "never")
    assert contract_dates.outside_contact(contract, platform_of(name), None) is OutsideContact.FREE


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

    agreements = [Agreement.SAME_BYTES, Agreement.STATED, Agreement.NONE, Agreement.NONE]
    assert agreements == [one.agreement for one in found]
    assert [same, files[0], None, None] == [one.file for one in found]


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
