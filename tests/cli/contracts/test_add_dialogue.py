"""The questions about a job; days as people in Japan write them, and which chats are one job."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.cli.contracts.add_dialogue import read_contract_id
from archiver.cli.contracts.chat_choice import read_job_change
from archiver.records import Contract
from archiver.setup import answers
from archiver.setup.answers import InvalidAnswer, read_written_day
from archiver.setup.contract_rooms import proposed_jobs
from archiver.setup.fact_questions import Question, next_question, read_platform
from tests.support.cases import cases_of

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


def asked_names(contract: Contract) -> list[str]:
    """Names of the questions in their order, each left unanswered."""
    names: list[str] = []
    while (question := next_question(contract, names, now=NOW)) is not None:
        names.append(question.name)
    return names


def test_a_contract_without_a_platform_has_no_escrow() -> None:
    """Nor a number, a permission or profiles."""
    assert ["title", "client", "contracted_on", "due_on", "amount", "nda", "side"] == asked_names(
        Contract("a", (), platform="direct")
    )


def test_permission_is_asked_for_where_there_is_one() -> None:
    """CrowdWorks and Lancers have it, each by its own name; Coconala has none."""
    questions = {
        name: next_question(Contract("a", (), platform=name), (), now=NOW)
        for name in ("crowdworks", "lancers", "coconala")
    }
    has_approval = {name: "contact_approved_on" in asked_names(Contract("a", (), platform=name)) for name in questions}

    assert {"crowdworks": True, "lancers": True, "coconala": False} == has_approval


def test_what_is_known_is_not_asked() -> None:
    """Each fact that is stated takes its question away."""
    whole = Contract("a", (), platform="crowdworks", platform_id="1", title="b", client="c", contracted_on="2026-10-01")
    assert "escrowed_at" == asked_names(whole)[0]
    assert "nda" not in asked_names(replace(whole, nda=False))


@pytest.mark.drawn
@given(strategies.text(), strategies.sampled_from(["crowdworks", "lancers", "coconala", "direct", None]))
def test_no_answer_ends_the_questions(answer: str, platform: str | None) -> None:
    """Whatever is typed states facts of the contract, or is asked again; Enter states nothing."""
    contract = Contract("a", (), platform=platform, contracted_on="2026-10-05")
    names: list[str] = []
    while (question := next_question(contract, names, now=NOW)) is not None:
        names.append(question.name)
        assert {} == question.understand("")
        with suppress(InvalidAnswer):
            replace(contract, **question.understand(answer.strip()))


@given(strategies.text())
def test_a_name_is_a_contracts_id(answer: str) -> None:
    """Free, and of the form that every command takes."""
    with suppress(InvalidAnswer):
        assert answer == read_contract_id(answer, {"job1"})
        assert answer != "job1"


@pytest.mark.parametrize(("answer", "platform"), [("1", "crowdworks"), ("ランサーズ", "lancers"), ("direct", "direct")])
def test_platforms_are_known_by_number_and_name(answer: str, platform: str) -> None:
    """As listed, as people call them, and as the option takes them."""
    assert {"platform": platform} == read_platform(answer)


@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "a_day_is_understood_in_each_of_these_forms"))
def test_a_day_is_understood_in_each_of_these_forms(text: str, expected: str) -> None:
    """It is kept in one form."""
    assert expected == answers.read_day(text, "--escrowed-at", answers.EXAMPLE_TIME, now=NOW)


def test_a_day_that_may_be_ahead_needs_its_year() -> None:
    """Both the last and the next one could be meant."""
    with pytest.raises(errors.BadValue):
        answers.read_day("11月30日", "--due-on", answers.EXAMPLE_DAY, now=None)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("2026-02-30", errors.NoSuchDay, "Month 2 has 28 days"),
        ("2026-10-02 25:00", errors.NoSuchDay, "There is no such day or time"),
        ("1900-01-01", errors.DayTooEarly, "too long ago"),
        ("0000-01-01", errors.NoSuchDay, "There is no such day"),
        ("2027-01-01", errors.DayAhead, "in the future"),
        ("soon", errors.BadValue, "like this: 2026-10-02 14:05"),
        ("先週", errors.BadValue, "like this: 2026-10-02 14:05"),
        ("昨日 25:00", errors.NoSuchDay, "There is no such day or time"),
        ("0206-11-03", errors.DayTooEarly, "too long ago"),
        ("2026-13-01", errors.NoSuchDay, "There is no such day"),
        ("2026-11-03T00:12Z", errors.BadValue, "like this: 2026-10-02 14:05"),
        ("x" * 99, errors.BadValue, "like this: 2026-10-02 14:05"),
        ("2026-11-24 22:42", errors.DayAhead, "in the future"),
    ],
)
def test_what_is_wrong_with_a_day_is_said_as_it_is(text: str, kind: type[errors.UsageError], words: str) -> None:
    """A day that has the right form is not asked for in that form; the example is the one of the question."""
    question = _escrow()

    with pytest.raises(kind):
        answers.read_day(text, "--escrowed-at", answers.EXAMPLE_TIME, now=NOW)
    with pytest.raises(InvalidAnswer, match=words):
        question.understand(text)


def test_a_day_alone_has_no_time_and_is_judged_by_the_calendar_of_japan() -> None:
    """Where a day is asked for, a time is refused; a day is in the future once it is later in Japan than today."""
    with pytest.raises(errors.BadValue):
        answers.read_day("2026-11-03 09:12", "--date", answers.EXAMPLE_DAY, now=NOW)
    later = NOW + timedelta(hours=2)
    assert "2026-11-25" == answers.read_day("2026-11-25", "--date", answers.EXAMPLE_DAY, now=later)


def test_a_day_that_may_be_ahead_is_of_this_century() -> None:
    """A slip of the hand in the year is refused at once, so that no deadline leaves the calendar."""
    for day in ("9999-12-31", "2206-12-31", "2100-01-01"):
        with pytest.raises(errors.DayTooLate):
            answers.read_day(day, "--payment-due-on", answers.EXAMPLE_DAY, now=None)
    assert "2099-12-31" == answers.read_day("2099-12-31", "--due-on", answers.EXAMPLE_DAY, now=None)


def _escrow() -> Question:
    """The question for the escrow."""
    asked_names: set[str] = set()
    while (question := next_question(Contract("job1", (), platform="crowdworks"), asked_names, now=NOW)) is not None:
        if question.name == "escrowed_at":
            return question
        asked_names.add(question.name)
    raise AssertionError


@given(strategies.text())
def test_any_text_is_a_day_or_none(text: str) -> None:
    """Nothing that is typed ends the program."""
    read_written_day(text)
    with suppress(errors.UsageError):
        answers.read_day(text, "--at", answers.EXAMPLE_TIME, now=NOW)


TANAKA, SUZUKI, SATO = 11, 12, 13


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({1: {TANAKA}, 2: {SATO}}, [[1], [2]]),
        ({1: {TANAKA, SUZUKI}, 2: {SATO}, 3: {TANAKA}}, [[1, 3], [2]]),
        ({1: {TANAKA}, 2: {SUZUKI}, 3: {SATO}, 4: {SUZUKI, TANAKA}}, [[1, 2, 4], [3]]),
        ({1: set(), 2: set(), 3: {TANAKA}}, [[1], [2], [3]]),
        ({}, []),
    ],
)
def test_chats_with_a_person_in_common_are_one_job(people: dict[int, set[int]], expected: list[list[int]]) -> None:
    """Also by way of a third chat; a chat whose people are not known goes with none."""
    assert expected == proposed_jobs(people)


@given(strategies.dictionaries(strategies.integers(), strategies.sets(strategies.integers(0, 9), max_size=4)))
def test_each_chat_is_in_one_job_and_no_person_in_two(people: dict[int, set[int]]) -> None:
    """Whatever the people are."""
    jobs = proposed_jobs(people)

    assert sorted(people) == sorted(room for job in jobs for room in job)
    accounts = [set().union(*(people[room] for room in job)) for job in jobs]
    assert sum(map(len, accounts)) == len(set().union(*accounts))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("", None), ("5 1", [1, 1, 2]), ("3、3", [1, 2, 1]), ("9 4", [1, 2, 3]), ("3 0", [0, 1, 2])],
)
def test_a_chat_is_moved_by_two_numbers(answer: str, expected: list[int] | None) -> None:
    """To another job, to a new one, to none; jobs without chats go, and the others are counted anew.

    Chats keep the numbers under which they were chosen.
    """
    changed = read_job_change(answer, {3: 1, 5: 2, 9: 3})
    assert (expected and dict(zip((3, 5, 9), expected, strict=True))) == changed


def test_a_number_that_was_not_chosen_is_said() -> None:
    """Also where it is smaller than how many were."""
    with pytest.raises(InvalidAnswer, match=re.escape("the chats 3, 5 and a job from 0 to 3")):
        read_job_change("1 1", {3: 1, 5: 2})


@given(
    strategies.text(),
    strategies.dictionaries(strategies.integers(1), strategies.integers(0, 3)).filter(lambda jobs: any(jobs.values())),
)
def test_no_answer_loses_a_chat(answer: str, jobs: dict[int, int]) -> None:
    """Whatever is typed, each chat has a job or none, and there is at least one job."""
    with suppress(InvalidAnswer):
        changed = read_job_change(answer, jobs) or jobs
        assert jobs.keys() == changed.keys()
        assert any(changed.values())
