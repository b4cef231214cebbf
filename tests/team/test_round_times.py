"""When the next round of an account is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archiver.settings.model import Duration, SyncSettings
from archiver.team import account_rounds

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_rounds_are_due_at_equal_intervals() -> None:
    """A round that began a few seconds late does not move those after it, so looks stay evenly apart."""
    assert account_rounds.next_round(NOON, NOON + timedelta(seconds=20), MINUTE) == NOON + MINUTE


def test_missed_rounds_are_due_once() -> None:
    """After an hour's outage an account has one round, not sixty."""
    later = NOON + timedelta(hours=1)

    assert account_rounds.next_round(NOON, later, MINUTE) == later + MINUTE
    assert account_rounds.next_round(None, later, MINUTE) == later + MINUTE


def test_the_pace_is_the_daemons() -> None:
    """A minute with few rooms, more with many, and what the settings say where that is shorter."""
    assert account_rounds.pace(SyncSettings(), 6) == MINUTE
    assert account_rounds.pace(SyncSettings(every=Duration(seconds=10)), 6) == timedelta(seconds=10)


def test_pauses_grow_and_end_somewhere() -> None:
    """A failing round is tried again for ever, a refused token once a day."""
    first = timedelta(seconds=30)
    assert [account_rounds.retry_pause(attempts, first).total_seconds() for attempts in (0, 1, 2, 3, 99)] == [
        30,
        60,
        120,
        240,
        900,
    ]
    assert [account_rounds.token_pause(refusals) for refusals in (0, 1, 2, 3, 9)] == [
        timedelta(hours=1),
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(days=1),
        timedelta(days=1),
    ]


def test_first_rounds_are_spread() -> None:
    """Whoever joins while others wait for their first round comes after them."""
    assert account_rounds.first_round(NOON, None, 6.0) == NOON
    assert account_rounds.first_round(NOON, NOON - MINUTE, 6.0) == NOON
    assert account_rounds.first_round(NOON, NOON - timedelta(seconds=1), 6.0) == NOON + timedelta(seconds=5)
    assert account_rounds.first_round(NOON, NOON + MINUTE, 6.0) == NOON + MINUTE + timedelta(seconds=6)
