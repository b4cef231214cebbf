"""What is due now: rounds, verifications, a refused token, and what to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver.rounds import scheduled_duties
from archiver.rounds.scheduled_duties import TokenHold

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)


def ago(**span: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**span)


def test_a_round_is_due_at_the_start_and_after_each_pace() -> None:
    """Nothing known, the time is over, or the clock was set back."""
    assert scheduled_duties.is_due(None, NOW, EVERY)
    assert [False, True] == [scheduled_duties.is_due(ago(minutes=minutes), NOW, EVERY) for minutes in (4.9, 5)]
    assert scheduled_duties.is_due(ago(hours=-3), NOW, EVERY)


def test_a_round_that_seems_to_have_begun_a_moment_ahead_is_not_due_again() -> None:
    """The corrected clocks of two rounds differ by up to a second or two."""
    assert not scheduled_duties.is_due(ago(seconds=-2), NOW, EVERY)


def test_a_refused_token_is_left_alone_and_another_one_tried_at_once() -> None:
    """The same token is tried again after an hour, six hours, then once a day; nothing was refused: ask."""
    first = scheduled_duties.record_refusal(None, "a", NOW)
    second = scheduled_duties.record_refusal(first, "a", NOW)
    third = scheduled_duties.record_refusal(second, "a", NOW)

    later = [NOW + timedelta(hours=hours) for hours in (0.9, 1, 5.9, 6, 23.9, 24)]
    answers = [[scheduled_duties.can_ask(hold, "a", at) for at in later] for hold in (first, second, third)]

    assert [[False] + [True] * 5, [False] * 3 + [True] * 3, [False] * 5 + [True]] == answers
    assert (True, True) == (scheduled_duties.can_ask(third, "b", NOW), scheduled_duties.can_ask(None, "a", NOW))
    assert TokenHold("b", NOW) == scheduled_duties.record_refusal(third, "b", NOW)


@pytest.mark.drawn
@given(strategies.integers(min_value=1, max_value=300))
def test_a_year_with_a_refused_token_costs_a_request_a_day(days: int) -> None:
    """However long nobody mends it, Chatwork is asked about once a day."""
    hold, requests, now = scheduled_duties.record_refusal(None, "a", NOW), 0, NOW
    for _ in range(days * 24):
        now += timedelta(hours=1)
        if scheduled_duties.can_ask(hold, "a", now):
            hold, requests = scheduled_duties.record_refusal(hold, "a", now), requests + 1

    assert requests <= days + 2


@given(strategies.lists(strategies.integers(-900, 900), min_size=2, max_size=60))
def test_rounds_that_begin_a_moment_early_or_late_keep_their_grid(moments: list[int]) -> None:
    """So the looks of a quiet day are equally far apart, and a moment too early is no reason to wait on."""
    every, last = timedelta(minutes=1), NOW

    for number, moment in enumerate(moments, 1):
        now = NOW + number * every + timedelta(milliseconds=moment)
        assert scheduled_duties.is_due(last, now + scheduled_duties.tolerance(every), every)
        last = scheduled_duties.nominal_begin(last, now, every)
        assert not scheduled_duties.is_due(last, now + scheduled_duties.tolerance(every), every)

    assert NOW + len(moments) * every == last


def test_after_a_long_round_or_a_jump_of_the_clock_the_grid_begins_anew() -> None:
    """Nothing is made up for."""
    for late in (timedelta(minutes=2), timedelta(hours=9), timedelta(hours=-9)):
        assert NOW + late == scheduled_duties.nominal_begin(NOW, NOW + late, timedelta(minutes=1))
    assert NOW == scheduled_duties.nominal_begin(None, NOW, timedelta(minutes=1))
