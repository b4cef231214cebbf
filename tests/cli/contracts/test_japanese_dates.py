"""A day is understood however people in Japan write it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.records import Contract
from archiver.setup import written_values
from archiver.setup.fact_questions import Question, next_question
from archiver.setup.written_values import InvalidAnswer, read_written_day

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261002", "2026-10-02"),
        ("2026/10/2", "2026-10-02"),
        ("2026.10.02", "2026-10-02"),
        ("2026-10-02", "2026-10-02"),
        ("２０２６年１０月２日", "2026-10-02"),
        ("令和8年10月2日", "2026-10-02"),
        ("令和元年5月1日", "2019-05-01"),
        ("R8.10.2", "2026-10-02"),
        ("令和8年10月2日 14時05分", "2026-10-02 14:05"),
        ("2026/10/2 9:05", "2026-10-02 09:05"),
        ("20261002 14:05", "2026-10-02 14:05"),
        ("2026-10-02T14:05:30", "2026-10-02 14:05"),
        ("昨日", "2026-11-23"),
        ("11月10日", "2026-11-10"),
        ("１２/２０", "2025-12-20"),
        ("きのう 9:05", "2026-11-23 09:05"),
        ("11-10 14時05分", "2026-11-10 14:05"),
        ("２０２６/１１/０３　０９：１２", "2026-11-03 09:12"),
        (" 2026-11-03 ", "2026-11-03"),
        ("2026-11-24 22:40", "2026-11-24 22:40"),  # a platform's clock may be a little ahead of ours
    ],
)
def test_a_day_is_understood_in_each_of_these_forms(text: str, expected: str) -> None:
    """It is kept in one form."""
    assert expected == written_values.read_day(text, "--escrowed-at", written_values.EXAMPLE_TIME, now=NOW)


def test_a_day_that_may_be_ahead_needs_its_year() -> None:
    """Both the last and the next one could be meant."""
    with pytest.raises(errors.BadValue):
        written_values.read_day("11月30日", "--due-on", written_values.EXAMPLE_DAY, now=None)


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
        written_values.read_day(text, "--escrowed-at", written_values.EXAMPLE_TIME, now=NOW)
    with pytest.raises(InvalidAnswer, match=words):
        question.understand(text)


def test_a_day_alone_has_no_time_and_is_judged_by_the_calendar_of_japan() -> None:
    """Where a day is asked for, a time is refused; a day is in the future once it is later in Japan than today."""
    with pytest.raises(errors.BadValue):
        written_values.read_day("2026-11-03 09:12", "--date", written_values.EXAMPLE_DAY, now=NOW)
    later = NOW + timedelta(hours=2)
    assert "2026-11-25" == written_values.read_day("2026-11-25", "--date", written_values.EXAMPLE_DAY, now=later)


def test_a_day_that_may_be_ahead_is_of_this_century() -> None:
    """A slip of the hand in the year is refused at once, so that no deadline leaves the calendar."""
    for day in ("9999-12-31", "2206-12-31", "2100-01-01"):
        with pytest.raises(errors.DayTooLate):
            written_values.read_day(day, "--payment-due-on", written_values.EXAMPLE_DAY, now=None)
    assert "2099-12-31" == written_values.read_day("2099-12-31", "--due-on", written_values.EXAMPLE_DAY, now=None)


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
        written_values.read_day(text, "--at", written_values.EXAMPLE_TIME, now=NOW)
