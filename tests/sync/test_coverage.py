"""What one more window means for the stretch that was seen without a hole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.records.conversation import first_id_after
from archiver.store.queries.current_state import WindowCoverage
from archiver.sync.changes import JOINED, PLAN_SHOWS_AT_LEAST, WHOLE, NewGap, WindowVerdict, judge_window

NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(hours=1), NOW - PLAN_SHOWS_AT_LEAST - timedelta(seconds=1)
FULL, SHORT, CUT = range(1001, 1101), range(5, 9), range(50, 60)
NEVER, EMPTY = WindowCoverage(None, None), WindowCoverage(None, None, LATELY)


def opened(after: int | None, before: int, missing: int | None, reason: str) -> WindowVerdict:
    """A window that opens a gap."""
    return WindowVerdict(joins=False, beginning=False, gap=NewGap(after, before, missing, reason))


def upto(newest: int, counted: int | None, at: datetime = LATELY) -> WindowCoverage:
    """What was covered: up to this message, of so many, then."""
    return WindowCoverage(newest, counted, at)


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


CASES = {
    # shown, the plan's header, message_num, what was covered → verdict
    "a short list shows the room whole": (SHORT, False, 4, NEVER, WHOLE),
    "a short list closes whatever was open": (SHORT, False, 900, upto(2, 3), WHOLE),
    "exactly 100 of 100": (FULL, False, 100, NEVER, WHOLE),
    "exactly 100 of 100 after an empty list": (FULL, False, 100, EMPTY, WHOLE),
    "first sync": (FULL, False, 250, NEVER, opened(None, 1001, 150, "first_sync")),
    "first sync without a counter": (FULL, False, None, NEVER, opened(None, 1001, None, "first_sync")),
    "first sync, counter too small": (FULL, False, 99, NEVER, WHOLE),
    "first sync, cut by the plan": (SHORT, True, 60, NEVER, opened(None, 5, 56, "plan")),
    "first sync, full and cut by the plan": (FULL, True, 300, NEVER, opened(None, 1001, 200, "plan")),
    "reaches back": (FULL, False, 250, upto(1099, 249), JOINED),
    "touches": (FULL, False, 350, upto(1001, 250), JOINED),
    "does not touch": (FULL, False, 351, upto(1000, 250), opened(1000, 1001, 1, "window")),
    "nothing missing by the counter": (FULL, False, 350, upto(1000, 250), opened(1000, 1001, 0, "window")),
    "counter fell": (FULL, False, 90, upto(1000, 250), opened(1000, 1001, 0, "window")),
    "no counter now": (FULL, False, None, upto(1000, 250), opened(1000, 1001, None, "window")),
    "no counter before": (FULL, False, 9, upto(1000, None), opened(1000, 1001, None, "window")),
    "more than a window after an empty list": (FULL, False, 150, EMPTY, opened(None, 1001, 50, "window")),
    "cut by the plan, read lately": (CUT, True, 70, upto(9, 60), JOINED),
    "cut by the plan, read long ago": (CUT, True, 75, upto(9, 60, LONG_AGO), opened(9, 50, 5, "plan")),
    "cut by the plan, reaches back": (CUT, True, 75, upto(50, 60, LONG_AGO), JOINED),
    "full, with the plan's header": (FULL, True, 400, upto(9, 60), opened(9, 1001, 240, "window")),
    "full, the plan's header, after an empty list": (FULL, True, 150, EMPTY, opened(None, 1001, 50, "window")),
    "empty from the beginning": ([], False, None, NEVER, WHOLE),
    "empty though messages are known": (
        *([], False, 5, upto(9, 5)),
        WindowVerdict(joins=True, beginning=False, emptied=True),
    ),
    "everything hidden": ([], True, 5, upto(9, 5), JOINED),
    "everything hidden, without a counter": ([], True, None, upto(9, 5, LONG_AGO), JOINED),
    "everything hidden, and more than was known": (
        *([], True, 8, upto(9, 5, LONG_AGO)),
        opened(9, first_id_after(NOW - PLAN_SHOWS_AT_LEAST), 3, "plan"),
    ),
    "everything hidden at first": ([], True, 5, NEVER, JOINED),
    # what leaves something out, or is of a room that was shut: what the reply itself tells comes first
    "lacks something, reaching back": (SHORT, False, 10, upto(7, 9), JOINED),
    "lacks something, not reaching back, was shut": (SHORT, False, 10, upto(4, 9), opened(4, 5, 0, "list")),
    "short, was shut": (SHORT, False, 10, upto(4, 9), WHOLE),
    "full, was shut": (FULL, False, 10, upto(9, 9), opened(9, 1001, 0, "inaccessible")),
    "full, was shut, with the plan's header": (FULL, True, 10, upto(9, 9), opened(9, 1001, 0, "inaccessible")),
    "the first, was shut": (FULL, False, 101, NEVER, opened(None, 1001, 1, "first_sync")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_window_is_judged_by_ids(case: str) -> None:
    """Whether it joins, shows the room whole, opens a gap or is an empty list that cannot be."""
    shown, limited, message_num, covered, expected = CASES[case]

    actual = judged(
        shown, covered, limited=limited, message_num=message_num, lacking="lacks" in case, shut="was shut" in case
    )

    assert expected == actual


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
