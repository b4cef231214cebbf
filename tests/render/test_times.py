"""Times are Japanese, whatever the machine thinks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archiver.render import times
from archiver.report_language import report_language
from tests.support.cases import cases_of

EVENING = datetime(2026, 11, 5, 15, 0, 1, 999_000, tzinfo=UTC)


def test_the_day_is_the_one_in_tokyo() -> None:
    """Three in the afternoon in UTC is already the next day there."""
    actual = (times.day_text(EVENING), times.clock_time(EVENING), times.local_time(EVENING), times.iso_time(EVENING))

    assert ("2026年11月6日(金)", "00:00:01", "2026-11-06 00:00:01", "2026-11-06T00:00:01+09:00") == actual


def test_a_short_time_in_english_is_whole() -> None:
    """On an English page the day comes first and the year last: nothing is cut off a name of a month."""
    before = EVENING - timedelta(minutes=1)
    with report_language("en"):
        assert "00:00 JST" == times.short_time(EVENING, EVENING)
        assert "5 November, 23:59 JST" == times.short_time(before, EVENING)
    assert "11-05 23:59" == times.short_time(before, EVENING)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1793841273, "2026-11-05 10:14:33"),
        (0, "1970-01-01 09:00:00"),
        (99999999999999, "99999999999999"),
        (10**19 - 1, "9999999999999999999"),
    ],
)
def test_typed_times_may_be_no_dates(seconds: int, expected: str) -> None:
    """A number from a tag is shown as a time if it is one, and as it is otherwise."""
    actual = times.typed_time(seconds)

    assert expected == actual


def test_the_last_hour_of_all_does_not_fail() -> None:
    """A made-up time at the end of the calendar is shown, not raised."""
    actual = times.local_time(datetime.max.replace(tzinfo=UTC))

    assert "9999-12-31 23:59:59" == actual


def test_a_short_time_names_the_day_only_if_it_is_another() -> None:
    """Today is the day in Japan, which begins at three in the afternoon in UTC."""
    before = EVENING - timedelta(minutes=1)

    assert ("00:00", "11-05 23:59") == (times.short_time(EVENING, EVENING), times.short_time(before, EVENING))
    assert "2026-11-05 23:59" == times.minute_text(before)


@pytest.mark.parametrize(("seconds", "words"), cases_of(__file__, "an_interval_is_in_the_largest_unit_that_divides"))
def test_an_interval_is_in_the_largest_unit_that_divides_it(seconds: int, words: str) -> None:
    """As the settings write it: `90s`, `5m`."""
    assert words == times.interval_words(timedelta(seconds=seconds))
