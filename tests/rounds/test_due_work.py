"""What is due now: rounds, verifications, a refused token, and what to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies

from archiver.rounds import due_work
from archiver.rounds.due_work import CheckHistory, DueCheck, DueRound, RoundHistory, TokenHold

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)
ALL = DueRound(None)

SPANS = strategies.timedeltas(min_value=timedelta(), max_value=timedelta(days=400))


def ago(**span: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**span)


def due_round(rounds: RoundHistory, **paces: int) -> DueRound | None:
    """The round that is due; rooms r1, r2 … with their paces in minutes."""
    found = {int(room[1:]): timedelta(minutes=minutes) for room, minutes in paces.items()}
    return due_work.round_due(NOW, rounds, every=EVERY, paces=found)


def test_a_round_is_due_at_the_start_and_after_each_pace() -> None:
    """Nothing known, the time is over, or the clock was set back: all rooms."""
    assert ALL == due_round(RoundHistory())
    assert (None, ALL) == (due_round(RoundHistory(ago(minutes=4.9))), due_round(RoundHistory(ago(minutes=5))))
    assert ALL == due_round(RoundHistory(ago(hours=-3)))


@given(SPANS)
def test_after_any_sleep_one_round_is_due_and_then_none(sleep: timedelta) -> None:
    """What was missed while the computer slept is made up for once."""
    rounds = RoundHistory(NOW - EVERY - sleep)

    first = due_round(rounds)
    assert first is not None

    assert None is due_round(due_work.record_round(rounds, first, begun=NOW))


def test_fast_rooms_have_rounds_of_their_own() -> None:
    """Between two whole rounds only rooms whose pace is over are read, and a whole round counts for them too."""
    rounds = RoundHistory(ago(minutes=3), {1: ago(minutes=1), 2: ago(minutes=2)})

    assert DueRound(frozenset({2})) == due_round(rounds, r1=2, r2=2)
    assert DueRound(frozenset({3})) == due_round(rounds, r3=3)
    assert None is due_round(due_work.record_round(rounds, DueRound(frozenset({2})), begun=NOW), r1=2, r2=2)
    assert None is due_round(RoundHistory(ago(minutes=1), {2: ago(minutes=2)}), r2=2)


@given(
    strategies.lists(strategies.integers(min_value=1, max_value=40), min_size=1, max_size=4),
    strategies.integers(10, 60),
)
def test_no_room_waits_longer_than_its_pace(paces: list[int], ticks: int) -> None:
    """Asked each minute for an hour, every room is read at least as often as its pace says."""
    spans = {room: timedelta(minutes=pace) for room, pace in enumerate(paces)}
    rounds, read = RoundHistory(), dict.fromkeys(spans, NOW)
    for minute in range(ticks):
        now = NOW + timedelta(minutes=minute)
        made = due_work.round_due(now, rounds, every=EVERY, paces={r: s for r, s in spans.items() if s < EVERY})
        if made is not None:
            rounds = due_work.record_round(rounds, made, begun=now)
            read |= dict.fromkeys(spans if made.rooms is None else made.rooms, now)
        assert all(now - at <= min(EVERY, spans[room]) for room, at in read.items())


def test_a_sample_each_day_and_everything_each_month() -> None:
    """A new archive is verified whole; what could not be done is tried again an hour later, not at once."""
    assert DueCheck(is_whole=True) == due_work.check_due(NOW, CheckHistory())
    assert None is due_work.check_due(NOW, CheckHistory(ago(hours=23), ago(days=29)))
    assert DueCheck(is_whole=False) == due_work.check_due(NOW, CheckHistory(ago(days=1), ago(days=29)))
    assert DueCheck(is_whole=True) == due_work.check_due(NOW, CheckHistory(ago(hours=1), ago(days=30)))
    assert None is due_work.check_due(NOW, CheckHistory(tried=ago(minutes=59)))
    assert DueCheck(is_whole=True) == due_work.check_due(NOW, CheckHistory(tried=ago(hours=1)))
    assert DueCheck(is_whole=False) == due_work.check_due(NOW, CheckHistory(ago(days=-2), ago(days=1), ago(days=-2)))


def test_a_refused_token_is_left_alone_and_another_one_tried_at_once() -> None:
    """The same token is tried again after an hour, six hours, then once a day; nothing was refused: ask."""
    first = due_work.record_refusal(None, "a", NOW)
    second = due_work.record_refusal(first, "a", NOW)
    third = due_work.record_refusal(second, "a", NOW)

    later = [NOW + timedelta(hours=hours) for hours in (0.9, 1, 5.9, 6, 23.9, 24)]
    answers = [[due_work.can_ask(hold, "a", at) for at in later] for hold in (first, second, third)]

    assert [[False] + [True] * 5, [False] * 3 + [True] * 3, [False] * 5 + [True]] == answers
    assert (True, True) == (due_work.can_ask(third, "b", NOW), due_work.can_ask(None, "a", NOW))
    assert TokenHold("b", NOW) == due_work.record_refusal(third, "b", NOW)


@given(strategies.integers(min_value=1, max_value=300))
def test_a_year_with_a_refused_token_costs_a_request_a_day(days: int) -> None:
    """However long nobody mends it, Chatwork is asked about once a day."""
    hold, requests, now = due_work.record_refusal(None, "a", NOW), 0, NOW
    for _ in range(days * 24):
        now += timedelta(hours=1)
        if due_work.can_ask(hold, "a", now):
            hold, requests = due_work.record_refusal(hold, "a", now), requests + 1

    assert requests <= days + 2
