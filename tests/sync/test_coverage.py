"""What one more window means for the stretch that was seen without a hole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver.records.conversation import first_id_after
from archiver.store.queries.current_state import WindowCoverage
from archiver.sync.changes import JOINED, PLAN_SHOWS_AT_LEAST, WHOLE, NewGap, WindowVerdict, judge_window

NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(hours=1), NOW - PLAN_SHOWS_AT_LEAST - timedelta(seconds=1)
FULL = range(1001, 1101)
NEVER = WindowCoverage(None, None)


def opened(after: int | None, before: int, missing: int | None, reason: str) -> WindowVerdict:
    """A window that opens a gap."""
    return WindowVerdict(joins=False, beginning=False, gap=NewGap(after, before, missing, reason))


CASES = {
    # shown, limited, message_num, new, covered, known
    "a short list shows the room whole": ((range(5, 9), False, 4, 4, NEVER, False), WHOLE),
    "a short list closes whatever was open": ((range(5, 9), False, 900, 0, WindowCoverage(2, 3, LATELY), True), WHOLE),
    "exactly 100 of 100": ((FULL, False, 100, 100, NEVER, False), WHOLE),
    "exactly 100 of 100 after an empty list": (
        (FULL, False, 100, 100, WindowCoverage(None, None, LATELY), False),
        WHOLE,
    ),
    "first sync": ((FULL, False, 250, 100, NEVER, False), opened(None, 1001, 150, "first_sync")),
    "first sync without a counter": ((FULL, False, None, 100, NEVER, False), opened(None, 1001, None, "first_sync")),
    "first sync, counter too small": ((FULL, False, 99, 100, NEVER, False), WHOLE),
    "first sync, cut by the plan": ((range(5, 9), True, 60, 4, NEVER, False), opened(None, 5, 56, "plan")),
    "first sync, full and cut by the plan": ((FULL, True, 300, 100, NEVER, False), opened(None, 1001, 200, "plan")),
    "reaches back": ((FULL, False, 250, 1, WindowCoverage(1099, 249, LATELY), True), JOINED),
    "touches": ((FULL, False, 350, 99, WindowCoverage(1001, 250, LATELY), True), JOINED),
    "does not touch": (
        (FULL, False, 351, 100, WindowCoverage(1000, 250, LATELY), True),
        opened(1000, 1001, 1, "window"),
    ),
    "nothing missing by the counter": (
        (FULL, False, 350, 100, WindowCoverage(1000, 250, LATELY), True),
        opened(1000, 1001, 0, "window"),
    ),
    "counter fell": ((FULL, False, 90, 100, WindowCoverage(1000, 250, LATELY), True), opened(1000, 1001, 0, "window")),
    "no counter now": (
        (FULL, False, None, 100, WindowCoverage(1000, 250, LATELY), True),
        opened(1000, 1001, None, "window"),
    ),
    "no counter before": (
        (FULL, False, 9, 100, WindowCoverage(1000, None, LATELY), True),
        opened(1000, 1001, None, "window"),
    ),
    "more than a window after an empty list": (
        (FULL, False, 150, 100, WindowCoverage(None, None, LATELY), False),
        opened(None, 1001, 50, "window"),
    ),
    "cut by the plan, read lately": ((range(50, 60), True, 70, 10, WindowCoverage(9, 60, LATELY), True), JOINED),
    "cut by the plan, read long ago": (
        (range(50, 60), True, 75, 10, WindowCoverage(9, 60, LONG_AGO), True),
        opened(9, 50, 5, "plan"),
    ),
    "cut by the plan, reaches back": ((range(50, 60), True, 75, 10, WindowCoverage(50, 60, LONG_AGO), True), JOINED),
    "full, with the plan's header": (
        (FULL, True, 400, 100, WindowCoverage(9, 60, LATELY), True),
        opened(9, 1001, 240, "window"),
    ),
    "full, with the plan's header, after an empty list": (
        (FULL, True, 150, 100, WindowCoverage(None, None, LATELY), False),
        opened(None, 1001, 50, "window"),
    ),
    "empty from the beginning": (([], False, None, 0, NEVER, False), WHOLE),
    "empty though messages are known": (
        ([], False, 5, 0, WindowCoverage(9, 5, LATELY), True),
        WindowVerdict(joins=True, beginning=False, emptied=True),
    ),
    "everything hidden": (([], True, 5, 0, WindowCoverage(9, 5, LATELY), True), JOINED),
    "everything hidden, without a counter": (([], True, None, 0, WindowCoverage(9, 5, LONG_AGO), True), JOINED),
    "everything hidden, and more than was known": (
        ([], True, 8, 0, WindowCoverage(9, 5, LONG_AGO), True),
        opened(9, first_id_after(NOW - PLAN_SHOWS_AT_LEAST), 3, "plan"),
    ),
    "everything hidden at first": (([], True, 5, 0, NEVER, False), JOINED),
}


@pytest.mark.parametrize("case", CASES)
def test_a_window_is_judged_by_ids(case: str) -> None:
    """Whether it joins, shows the room whole, opens a gap or is an empty list that cannot be."""
    (positions, limited, message_num, new, covered, known), expected = CASES[case]

    actual = judge_window(
        list(positions),
        rows=len(list(positions)),
        limited=limited,
        message_num=message_num,
        new=new,
        covered=covered,
        known=known,
        lacking=False,
        was_inaccessible=False,
        at=NOW,
    )

    assert expected == actual


ODD = {
    # shown, limited, covered, lacking, shut
    "a short list that leaves something out, reaching back": (
        (range(5, 9), False, WindowCoverage(7, 9, LATELY), True, False),
        JOINED,
    ),
    "a short list that leaves something out, not reaching back": (
        (range(5, 9), False, WindowCoverage(4, 9, LATELY), True, True),
        opened(4, 5, 0, "list"),
    ),
    "a short list of a room that was shut": ((range(5, 9), False, WindowCoverage(4, 9, LATELY), False, True), WHOLE),
    "a full list of a room that was shut": (
        (FULL, False, WindowCoverage(9, 9, LATELY), False, True),
        opened(9, 1001, 0, "inaccessible"),
    ),
    "a full list of a room that was shut, with the plan's header": (
        (FULL, True, WindowCoverage(9, 9, LATELY), False, True),
        opened(9, 1001, 0, "inaccessible"),
    ),
    "the first list of a room that was shut": ((FULL, False, NEVER, False, True), opened(None, 1001, 1, "first_sync")),
}


@pytest.mark.parametrize("case", ODD)
def test_a_list_that_leaves_something_out_is_not_the_whole_room_and_a_shut_room_explains_a_gap(case: str) -> None:
    """What the reply itself tells comes before what was so in between."""
    (positions, limited, covered, lacking, shut), expected = ODD[case]
    number = 101 if covered is NEVER else 10

    actual = judge_window(
        list(positions),
        rows=len(list(positions)),
        limited=limited,
        message_num=number,
        new=len(positions),
        covered=covered,
        known=True,
        lacking=lacking,
        was_inaccessible=shut,
        at=NOW,
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
    first: int,
    count: int,
    limited: bool,
    message_num: int | None,
    newest: int | None,
    counted: int | None,
    lacking: bool,
    shut: bool,
) -> None:
    """A full list that does not reach the last covered id is a gap, whatever the counters say; none is negative."""
    positions = list(range(first, first + count))
    covered = WindowCoverage(newest, counted, LATELY)

    actual = judge_window(
        positions,
        rows=len(positions),
        limited=limited,
        message_num=message_num,
        new=count,
        covered=covered,
        known=newest is not None,
        lacking=lacking and count < 100,
        was_inaccessible=shut,
        at=NOW,
    )

    if count == 100 and newest is not None:
        assert (first > newest) == (actual.gap is not None)
    if lacking and 0 < count < 100:
        assert not actual.beginning
    if actual.gap is not None:
        assert not actual.joins
        assert newest == actual.gap.after
        assert first == actual.gap.before or not positions
        assert actual.gap.missing is None or actual.gap.missing >= 0
