"""Which `Date` of a reply is Chatwork's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from archiver.chatwork.reply_headers import ReplyDates, newest_send_time
from archiver.corrected_clock import CorrectedClock

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


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
