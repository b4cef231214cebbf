"""What the headers of a reply tell: the budget and how long to wait, and which `Date` is Chatwork's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings, strategies

from archiver.chatwork.reply_headers import (
    FALLBACK_WINDOW,
    Budget,
    OtherCalls,
    ReplyDates,
    newest_send_time,
    time_to_wait,
)
from archiver.corrected_clock import CorrectedClock
from tests.support.cases import cases_of

NOW = datetime(2026, 11, 24, 13, 0, 0, tzinfo=UTC)
FREE = timedelta(0)


def headers(
    remaining: str | None = "10",
    *,
    reset: int | None = 120,
    limit: str | None = "300",
    date: datetime | None = NOW,
) -> dict[str, str]:
    """Headers as Chatwork sends them, `reset` in seconds after `date`; None leaves one out."""
    values = {
        "x-ratelimit-limit": limit,
        "x-ratelimit-remaining": remaining,
        "x-ratelimit-reset": None if reset is None else str(int((date or NOW).timestamp()) + reset),
        "date": None if date is None else format_datetime(date, usegmt=True),
    }
    return {name: value for name, value in values.items() if value is not None}


HOUR, MINUTE, DAY = 3600, 60, 86_400
WAITS = [
    # headers, seconds by which our clock differs when they come and afterwards, reserve → seconds to wait
    *[(headers(left), 0, 0, 60, seconds) for left, seconds in (("10", 120), ("61", 0), ("60", 120), ("0", 120))],
    *[(headers(left, limit="10"), 0, 0, 60, seconds) for left, seconds in (("3", 0), ("2", 120))],  # a fifth is kept
    *[(headers(left), 0, 0, 0, seconds) for left, seconds in (("1", 0), ("0", 120))],
    *[(headers("0"), 0, later, 60, seconds) for later, seconds in ((119, 1), (120, 0), (-DAY, 300))],
    *[(headers(), ours, ours, 60, 120) for ours in (-9 * HOUR, -3 * MINUTE, 400 * DAY)],  # the server's Date counts
    (headers(date=None), 0, 0, 60, 120),
    *[(headers("0", reset=reset), 0, 0, 60, 300) for reset in (301, DAY, 4 * 10**8)],
    (headers("0", reset=-3), 0, 0, 60, 0),  # past, not absurd
    *[
        (headers("0") | {"x-ratelimit-reset": reset}, 0, 0, 60, 300)
        for reset in ("", "soon", "-1", "1e9", "0", "1", "9" * 5000, "１７６", "120.5", "1, 2")
    ],
]


@pytest.mark.parametrize(("received", "ours", "later", "reserve", "expected"), WAITS)
def test_the_headers_are_obeyed(received: dict[str, str], ours: int, later: int, reserve: int, expected: int) -> None:
    """At the reserve, which is no more than a fifth, the window's end is waited for: five minutes at most."""
    budget = Budget().observe(received, NOW + timedelta(seconds=ours))

    assert timedelta(seconds=expected) == time_to_wait(budget, NOW + timedelta(seconds=later), reserve)


def test_what_a_reply_leaves_out_is_remembered() -> None:
    """A proxy's error page does not make us forget; nothing known is no wait; a refusal leaves nothing."""
    known = Budget(300, 5, NOW + timedelta(seconds=30))

    assert FREE == time_to_wait(Budget(), NOW, 60)
    assert known == known.observe({"date": "nonsense"}, NOW)
    assert 300 == Budget(limit=300).observe(headers(limit=None), NOW).limit
    assert Budget(300, 0, NOW + timedelta(seconds=120)) == Budget().observe(headers("77"), NOW, refused=True)
    assert Budget(None, 0, NOW + FALLBACK_WINDOW) == Budget().observe({}, NOW, refused=True)


TEXTS = strategies.one_of(strategies.text(), strategies.integers().map(str), strategies.datetimes().map(str))
DATES = strategies.one_of(TEXTS, strategies.datetimes().map(lambda date: format_datetime(date.replace(tzinfo=UTC))))


@settings(deadline=None)
@given(
    received=strategies.fixed_dictionaries(
        {},
        optional={
            "x-ratelimit-limit": TEXTS,
            "x-ratelimit-remaining": TEXTS,
            "x-ratelimit-reset": TEXTS,
            "date": DATES,
        },
    ),
    later=strategies.timedeltas(timedelta(days=-1000), timedelta(days=1000)),
    reserve=strategies.integers(0, 1000),
    refused=strategies.booleans(),
)
def test_whatever_the_headers_the_wait_is_within_five_minutes(
    received: dict[str, str], later: timedelta, reserve: int, refused: bool
) -> None:
    """No header and no clock makes us fail, hurry into the past or wait for ever."""
    budget = Budget().observe(received, NOW, refused=refused)

    assert FREE <= time_to_wait(budget, NOW + later, reserve) <= FALLBACK_WINDOW
    assert FREE == time_to_wait(budget, NOW + FALLBACK_WINDOW, reserve)


# --- calls of others -------------------------------------------------------------------------


def counted(*replies: tuple[int, int]) -> int:
    """Calls of others after replies that told (reset, remaining), each to one request of ours."""
    tally = OtherCalls()
    for reset, left in replies:
        tally = tally.spend().observe(headers(str(left), reset=reset))
    return tally.others


@pytest.mark.parametrize(("replies", "expected"), cases_of(__file__, "calls_of_others_are_what_falls_by_more_than_our"))
def test_calls_of_others_are_what_falls_by_more_than_our_own(replies: list[tuple[int, int]], expected: int) -> None:
    """Between two of our replies in one window, and nowhere else."""
    assert expected == counted(*replies)


def test_requests_without_a_reply_are_ours_too() -> None:
    """Lost replies and retries are no calls of others; a reply without counts says nothing."""
    tally = OtherCalls().spend().observe(headers("100"))
    for _ in range(5):
        tally = tally.spend()
    tally = tally.observe({}).observe(headers("95"))

    assert 0 == tally.others


@given(
    strategies.lists(
        strategies.tuples(strategies.integers(1, 4), strategies.integers(0, 9), strategies.booleans()), max_size=30
    )
)
def test_the_number_is_never_too_high(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever was sent by whom, with windows that end at any time, and replies that get lost."""
    tally, reset, left, others = OtherCalls(), 120, 300, 0
    for own, foreign, ends in steps:
        if ends:
            reset, left = reset + 300, 300
        for _ in range(own):
            tally = tally.spend()
        left, others = max(0, left - own - foreign), others + foreign
        tally = tally.observe(headers(str(left), reset=reset))

    assert 0 <= tally.others <= others


def dates_of(*seconds: float) -> tuple[list[float | None], ReplyDates]:
    """For replies at one moment whose dates are so much later: how much later each counts; None: it does not."""
    dates = ReplyDates(CorrectedClock(lambda: NOW))
    found = []
    for later in seconds:
        headers = {"date": format_datetime(NOW + timedelta(seconds=later), usegmt=True)}
        date = dates.date(headers, b"[]", NOW)
        found.append(None if date is None else (date - NOW).total_seconds())
    return found, dates


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0, 120, -120), [0, 120, None]),
        ((0, 121, 0), [0, None, 0]),
        ((-86_400, 0, 0, 0), [-86_400, None, 0, 0]),
        ((86_400, 0, 0, 0), [None, 0, 0, 0]),
        ((0, 86_400, 0, 86_400, 0), [0, None, 0, None, 0]),
    ],
)
def test_a_date_counts_near_the_one_before(seconds: tuple[float, ...], expected: list[float | None]) -> None:
    """Or if two in a row agree with each other alone."""
    counted, dates = dates_of(*seconds)

    assert (expected, expected.count(None)) == (counted, dates.undated)


def test_the_largest_offset_of_the_run_is_kept() -> None:
    """In milliseconds, Chatwork's clock minus the computer's."""
    _, dates = dates_of(3, -40, 5)

    assert -40_000 == dates.largest_offset_ms
    assert dates_of()[1].largest_offset_ms is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"[]"),
        ({"date": "yesterday"}, b"[]"),
        ({"date": format_datetime(NOW, usegmt=True)}, b"<html>"),
        ({"date": format_datetime(NOW, usegmt=True)}, b'[{"send_time":%d}]' % (NOW.timestamp() + 1)),
    ],
)
def test_what_cannot_be_chatworks_time_does_not_count(headers: dict[str, str], body: bytes) -> None:
    """No date, none that can be read, a page of something in between, a message from later on."""
    clock = CorrectedClock(lambda: NOW)

    assert (None, None) == (ReplyDates(clock).date(headers, body, NOW), clock.offset)


def test_a_time_that_somebody_wrote_in_a_message_is_none() -> None:
    """Inside a text the quotation marks are escaped."""
    body = rb'[{"body":"{\"send_time\": 4102444800,\"x\":1}","send_time" : 1764000000,"update_time":0}]'

    assert datetime.fromtimestamp(1764000000, UTC) == newest_send_time(body)
