"""A day is called wholly seen only if it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver.records import JST, Gap, MessageId, Pause, Period, RoomId
from archiver.records.conversation import first_id_after
from archiver.web.talk.calendar import DayCoverage, RoomReadings, day_bounds, day_coverage, unwatched_time

BEGIN = datetime(2026, 11, 2, 3, tzinfo=UTC)
"""Noon in Japan on the second."""
END = datetime(2026, 11, 20, 3, tzinfo=UTC)
COVERED = [Period(BEGIN, END)]


def on(day: int, hour: float = 0) -> datetime:
    """A time in Japan."""
    return datetime(2026, 11, 1, tzinfo=JST) + timedelta(days=day - 1, hours=hour)


def gap(start: datetime | None, end: datetime | None, *, after: str | None = "1", before: str = "2") -> Gap:
    message = None if after is None else MessageId(after)
    return Gap(RoomId(1), 1, message, MessageId(before), start, end, None, "window")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (1, DayCoverage.BEFORE),
        (2, DayCoverage.PARTLY),
        (3, DayCoverage.WHOLLY),
        (19, DayCoverage.WHOLLY),
        (20, DayCoverage.PARTLY),
        (21, DayCoverage.NOT_YET),
    ],
)
def test_covered_days(day: int, expected: DayCoverage) -> None:
    """From noon of the second to noon of the twentieth."""
    assert day_coverage(date(2026, 11, day), RoomReadings(COVERED, [], [])) is expected


def test_nothing_was_ever_read() -> None:
    """Every day is before the record."""
    assert day_coverage(date(2026, 11, 5), RoomReadings([], [], [])) is DayCoverage.BEFORE


@pytest.mark.parametrize(("day", "expected"), [(6, False), (7, True), (8, True), (9, True), (10, False)])
def test_every_day_that_a_gap_touches_has_it(day: int, expected: bool) -> None:
    """From one second of the seventh to one second of the ninth."""
    hole = gap(on(7, 23.99), on(9, 0.01))

    assert expected is (day_coverage(date(2026, 11, day), RoomReadings(COVERED, [hole], [])) is DayCoverage.GAP)


def test_a_gap_without_times_is_placed_by_its_messages() -> None:
    """An id tells when it was posted."""
    ids = [f"{first_id_after(on(day, 12))}" for day in (7, 8)]
    known = RoomReadings(COVERED, [gap(None, None, after=ids[0], before=ids[1])], [])

    assert [DayCoverage.WHOLLY, DayCoverage.GAP, DayCoverage.GAP, DayCoverage.WHOLLY] == [
        day_coverage(date(2026, 11, day), known) for day in (6, 7, 8, 9)
    ]


def test_what_the_first_list_could_not_show_is_before_the_record() -> None:
    """It is no hole in what was seen."""
    known = RoomReadings(COVERED, [gap(None, on(2, 12), after=None)], [])

    assert [DayCoverage.BEFORE, DayCoverage.PARTLY] == [day_coverage(date(2026, 11, day), known) for day in (1, 2)]


def test_a_pause_is_told_with_its_length() -> None:
    """Over midnight it belongs to both days."""
    known = RoomReadings(COVERED, [], [Pause(on(7, 22), on(8, 6))])

    assert [DayCoverage.PAUSE, DayCoverage.PAUSE, DayCoverage.WHOLLY] == [
        day_coverage(date(2026, 11, day), known) for day in (7, 8, 9)
    ]
    assert [2, 6, 0] == [unwatched_time(date(2026, 11, day), known) / timedelta(hours=1) for day in (7, 8, 9)]


TIMES = strategies.integers(0, 40 * 24).map(lambda hour: on(1, hour))
SPANS = strategies.tuples(TIMES, TIMES).map(sorted)


@given(
    strategies.integers(0, 39),
    strategies.lists(SPANS.map(lambda span: Period(*span)), max_size=4),
    strategies.lists(SPANS.map(lambda span: gap(*span)), max_size=3),
    strategies.lists(SPANS.map(lambda span: Pause(*span)), max_size=3),
)
def test_wholly_seen_is_never_said_of_an_hour_that_was_not(
    number: int, covered: list[Period], gaps: list[Gap], pauses: list[Pause]
) -> None:
    """Every hour of such a day lies in what was covered, in no gap and in no pause."""
    day = date(2026, 11, 1) + timedelta(days=number)
    begin, _end = day_bounds(day)
    state = day_coverage(day, RoomReadings(covered, gaps, pauses))
    hours = [begin + timedelta(hours=hour, minutes=30) for hour in range(24)]

    if state in {DayCoverage.WHOLLY, DayCoverage.PAUSE}:
        assert all(any(one.start <= hour < one.end for one in covered) for hour in hours)
        assert not any(one.start < hour < one.end for one in gaps for hour in hours if one.start and one.end)
    if state is DayCoverage.WHOLLY:
        assert not any(one.start < hour < one.end for one in pauses for hour in hours)
    if state in {DayCoverage.BEFORE, DayCoverage.NOT_YET}:
        assert not any(one.start < hour < one.end for one in covered for hour in hours)
