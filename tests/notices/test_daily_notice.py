"""Which day's notice is due, and that the times they tell of join."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies

from archiver.notices import facts
from archiver.notices.facts import due_notices
from archiver.records import JST

BEGUN = datetime(2026, 11, 1, tzinfo=JST)


@pytest.mark.parametrize(
    ("now", "day"),
    [("24T20:59", "23"), ("24T21:00", "24"), ("24T23:59", "24"), ("25T00:00", "24"), ("25T08:00", "24")],
)
def test_a_day_is_due_from_nine_in_the_evening(now: str, day: str) -> None:
    """In Japan, wherever this computer stands."""
    at = datetime.fromisoformat(f"2026-11-{now}").replace(tzinfo=JST).astimezone(UTC)

    assert f"daily/2026-11-{day}" == facts.notice_key(at, begun=BEGUN)


@given(strategies.lists(strategies.timedeltas(timedelta(minutes=1), timedelta(days=3)), min_size=1, max_size=30))
def test_each_day_is_told_once_and_the_times_join(steps: list[timedelta]) -> None:
    """Whenever rounds run: no message is counted twice, and none that came between two notices is left out."""
    now, known = datetime(2026, 11, 24, 4, tzinfo=UTC), dict[str, datetime]()
    collected: list[facts.NoticePeriod] = []
    for step in steps:
        now += step
        key = facts.notice_key(now, begun=BEGUN)
        assert key is not None
        made = due_notices([key], known, now=now)
        if made.say:
            collected.append(facts.notice_period(known, now))
        known = made.known

    days = [one.day for one in collected]
    assert sorted(set(days)) == days
    assert [one.end for one in collected[:-1]] == [one.begin for one in collected[1:]]
    assert not [one for one in collected if one.end.astimezone(JST) > datetime.combine(one.day, _MIDNIGHT, JST) + _DAY]


def test_the_first_notice_tells_of_its_day_and_no_day_before_the_archive_has_one() -> None:
    """From midnight in Japan to now; else it would say that nothing was saved."""
    now = datetime(2026, 11, 24, 22, 30, tzinfo=JST)

    assert (date(2026, 11, 24), datetime(2026, 11, 24, tzinfo=JST), now) == facts.notice_period({}, now)
    morning = now.replace(hour=10)
    assert [None, None] == [facts.notice_key(morning, begun=one) for one in (None, morning - timedelta(hours=1))]


_MIDNIGHT, _DAY = time(), timedelta(days=1)
