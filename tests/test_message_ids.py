"""What follows from a message id: its time, and whether a message can have it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver.records import conversation as message_ids

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_an_id_tells_its_time() -> None:
    """Milliseconds since 2010-06-14 stand above the low 22 bits."""
    at = datetime(2026, 7, 1, 3, 0, 0, 500_000, tzinfo=UTC)

    number = message_ids.first_id_after(at) + 0x5000

    assert at == message_ids.posted_at(number)


def test_an_old_id_tells_no_time() -> None:
    """Before about 2017 ids were small numbers in order."""
    assert message_ids.posted_at(394_380_493) is None


@pytest.mark.parametrize(
    ("number", "plausible"),
    [
        (0, False),
        (-1, False),
        (394_380_493, True),
        (2**32, False),  # between the two kinds
        (1_700_000_000_000, False),  # a time in milliseconds
        (message_ids.first_id_after(datetime(2011, 2, 28, tzinfo=UTC)), False),
        (message_ids.first_id_after(datetime(2019, 1, 1, tzinfo=UTC)), True),
        (message_ids.first_id_after(NOW), True),
        (message_ids.first_id_after(NOW + timedelta(days=2)), False),
        (2**63, False),
        (10**40, False),
    ],
)
def test_no_message_has_an_id_of_the_future_or_from_before_chatwork(number: int, plausible: bool) -> None:
    """Numbers that are something else are told apart as far as possible."""
    assert plausible == message_ids.is_plausible(number, NOW)


@given(strategies.integers())
def test_no_number_is_too_large(number: int) -> None:
    """Any integer can be checked."""
    assert message_ids.is_plausible(number, NOW) in (True, False)
