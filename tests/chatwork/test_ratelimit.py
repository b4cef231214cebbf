"""The request budget: what headers mean, and how long to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings, strategies

from archiver.chatwork.reply_headers import FALLBACK_WINDOW, Budget, OtherCalls, time_to_wait
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


def seconds(budget: Budget, *, now: datetime = NOW, reserve: int = 60) -> float:
    """How long the budget asks to wait, in seconds."""
    return time_to_wait(budget, now, reserve).total_seconds()


def test_nothing_known_means_no_wait() -> None:
    """The first request of all need not wait."""
    assert FREE == time_to_wait(Budget(), NOW, 60)


def test_the_headers_are_obeyed() -> None:
    """Limit, remaining and reset are taken as told."""
    budget = Budget().observe(headers(), NOW)

    assert Budget(300, 10, NOW + timedelta(seconds=120)) == budget
    assert 120 == seconds(budget)


@pytest.mark.parametrize(("remaining", "expected"), [("61", 0), ("60", 120), ("0", 120)])
def test_the_reserve_is_kept_for_others(remaining: str, expected: int) -> None:
    """At the reserve the wait begins, above it all is free."""
    assert expected == seconds(Budget().observe(headers(remaining), NOW))


@pytest.mark.parametrize(("remaining", "expected"), [("3", 0), ("2", 120)])
def test_a_small_window_is_not_all_reserve(remaining: str, expected: int) -> None:
    """Of a window of 10 calls only a fifth is kept."""
    assert expected == seconds(Budget().observe(headers(remaining, limit="10"), NOW))


def test_without_a_reserve_all_may_be_used() -> None:
    """With a reserve of 0 only an empty budget waits."""
    assert 0 == seconds(Budget().observe(headers("1"), NOW), reserve=0)
    assert 120 == seconds(Budget().observe(headers("0"), NOW), reserve=0)


def test_after_the_reset_all_is_free_again() -> None:
    """A window that has ended binds nobody."""
    budget = Budget().observe(headers("0"), NOW)

    assert 1 == seconds(budget, now=NOW + timedelta(seconds=119))
    assert 0 == seconds(budget, now=NOW + timedelta(seconds=120))


@pytest.mark.parametrize("ours", [timedelta(hours=-9), timedelta(minutes=-3), timedelta(days=400)])
def test_a_wrong_clock_of_ours_does_not_matter(ours: timedelta) -> None:
    """The end of the window is reckoned from the server's Date."""
    budget = Budget().observe(headers(), NOW + ours)

    assert 120 == seconds(budget, now=NOW + ours)


def test_without_a_date_our_clock_serves() -> None:
    """Where the server's clock is unknown, ours is taken for it."""
    assert 120 == seconds(Budget().observe(headers(date=None), NOW))


@pytest.mark.parametrize("reset", ["", "soon", "-1", "1e9", "0", "1", "9" * 5000, "１７６", "120.5", "1, 2"])
def test_a_bad_reset_is_the_fallback(reset: str) -> None:
    """An absent, malformed or long past reset means five minutes."""
    received = headers("0") | {"x-ratelimit-reset": reset}

    assert FALLBACK_WINDOW.total_seconds() == seconds(Budget().observe(received, NOW))


@pytest.mark.parametrize("reset", [301, 86400, 4 * 10**8])
def test_no_wait_is_longer_than_the_fallback(reset: int) -> None:
    """A reset far away is cut to five minutes."""
    assert FALLBACK_WINDOW.total_seconds() == seconds(Budget().observe(headers("0", reset=reset), NOW))


def test_a_clock_set_back_does_not_lengthen_the_wait() -> None:
    """If our clock jumps back by a day, the wait is still five minutes at most."""
    budget = Budget().observe(headers("0"), NOW)

    assert FALLBACK_WINDOW.total_seconds() == seconds(budget, now=NOW - timedelta(days=1))


def test_a_window_that_has_just_ended_is_free() -> None:
    """A reset a few seconds ago is past, not absurd."""
    assert 0 == seconds(Budget().observe(headers("0", reset=-3), NOW))


def test_a_reply_without_count_changes_nothing() -> None:
    """A proxy's error page does not make us forget what is known."""
    known = Budget(300, 5, NOW + timedelta(seconds=30))

    assert known == known.observe({"date": "nonsense"}, NOW)


def test_a_missing_limit_is_remembered() -> None:
    """The window's size stays known when one reply leaves it out."""
    assert 300 == Budget(limit=300).observe(headers(limit=None), NOW).limit


def test_a_refusal_means_nothing_is_left() -> None:
    """After 429 the budget is empty, whatever the headers say or leave out."""
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
