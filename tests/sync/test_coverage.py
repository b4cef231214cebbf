"""What one more window means for the stretch that was seen without a hole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.store.queries.current_state import WindowCoverage
from archiver.sync.changes import JOINED, PLAN_SHOWS_AT_LEAST, WHOLE, NewGap, WindowVerdict, judge_window
from tests.support.cases import cases_of

NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(hours=1), NOW - PLAN_SHOWS_AT_LEAST - timedelta(seconds=1)


def judged(
    shown: Sequence[int],
    covered: WindowCoverage,
    *,
    limited: bool,
    message_num: int | None,
    lacking: bool = False,
    shut: bool = False,
) -> WindowVerdict:
    """The verdict on a window all of whose messages are new."""
    return judge_window(
        list(shown),
        rows=len(shown),
        limited=limited,
        message_num=message_num,
        new=len(shown),
        covered=covered,
        known=covered.newest is not None,
        lacking=lacking,
        was_inaccessible=shut,
        at=NOW,
    )


VERDICTS = {"whole": WHOLE, "joined": JOINED, "emptied": WindowVerdict(joins=True, beginning=False, emptied=True)}
SHOWN = {"full": range(1001, 1101), "short": range(5, 9), "cut": range(50, 60), "nothing": ()}


@pytest.mark.parametrize(
    ("case", "shown", "limited", "message_num", "covered", "verdict"), cases_of(__file__, "windows")
)
def test_a_window_is_judged_by_ids(
    case: str, shown: str, limited: bool, message_num: int | None, covered: Any, verdict: Any
) -> None:
    """Whether it joins, shows the room whole, opens a gap or is an empty list that cannot be."""
    named = {"never": WindowCoverage(None, None), "empty": WindowCoverage(None, None, LATELY)}
    before = named.get(covered) or WindowCoverage(covered[0], covered[1], LONG_AGO if "long ago" in covered else LATELY)
    opened = WindowVerdict(joins=False, beginning=False, gap=None if verdict in VERDICTS else NewGap(*verdict))

    actual = judged(
        SHOWN[shown], before, limited=limited, message_num=message_num, lacking="lacks" in case, shut="was shut" in case
    )

    assert VERDICTS.get(verdict, opened) == actual


@given(
    first=strategies.integers(1, 500),
    count=strategies.integers(0, 100),
    limited=strategies.booleans(),
    message_num=strategies.none() | strategies.integers(0, 10**6),
    newest=strategies.none() | strategies.integers(1, 500),
    counted=strategies.none() | strategies.integers(0, 10**6),
    lacking=strategies.booleans(),
    shut=strategies.booleans(),
)
def test_a_gap_never_hides_behind_the_counter(
    first: int, count: int, newest: int | None, counted: int | None, lacking: bool, **told: Any
) -> None:
    """A full list that does not reach the last covered id is a gap, whatever the counters say; none is negative."""
    shown, covered = range(first, first + count), WindowCoverage(newest, counted, LATELY)

    actual = judged(shown, covered, lacking=lacking and count < 100, **told)

    if count == 100 and newest is not None:
        assert (first > newest) == (actual.gap is not None)
    if lacking and 0 < count < 100:
        assert not actual.beginning
    if actual.gap is not None:
        assert not actual.joins
        assert newest == actual.gap.after
        assert first == actual.gap.before or not shown
        assert actual.gap.missing is None or actual.gap.missing >= 0
