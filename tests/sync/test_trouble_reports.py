"""Which troubles a run reports: new ones at once, known ones once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies

from archiver.sync.trouble_reports import REPEAT_AFTER, TroubleReport, judge_troubles

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """A time before now, as remembered."""
    return NOW - timedelta(**span)


def test_a_new_trouble_is_reported_and_remembered() -> None:
    """Keys in order, so that a report reads the same each time."""
    actual = judge_troubles(["b", "a"], cleared=[], remembered={}, now=NOW)

    assert TroubleReport(("a", "b"), {"a": NOW, "b": NOW}) == actual


def test_a_known_trouble_is_reported_once_a_day() -> None:
    """Not before the day is over, and then again."""
    remembered = {"early": ago(hours=23), "late": ago(hours=24)}

    actual = judge_troubles(["early", "late"], cleared=[], remembered=remembered, now=NOW)

    assert TroubleReport(("late",), {"early": ago(hours=23), "late": NOW}) == actual


def test_a_trouble_that_was_cleared_is_new_again() -> None:
    """What is in order is forgotten by its beginning; what this run did not look at is kept."""
    remembered = {"room/5/messages/failed": ago(hours=1), "room/6/messages/failed": ago(hours=1)}

    cleared = judge_troubles([], cleared=["room/5/messages/"], remembered=remembered, now=NOW)
    again = judge_troubles(["room/5/messages/failed"], cleared=[], remembered=cleared.remember, now=NOW)

    assert TroubleReport((), {"room/6/messages/failed": ago(hours=1)}) == cleared
    assert ("room/5/messages/failed",) == again.report


def test_a_trouble_of_this_run_is_kept_though_its_beginning_was_cleared() -> None:
    """A room's list was read, and yet something in it is not complete."""
    remembered = {"room/5/files/cut": ago(hours=1)}

    actual = judge_troubles(["room/5/files/cut"], cleared=["room/5/files/"], remembered=remembered, now=NOW)

    assert TroubleReport((), remembered) == actual


def test_a_report_from_the_future_counts_for_nothing() -> None:
    """A clock that was set back silences nothing."""
    actual = judge_troubles(["a"], cleared=[], remembered={"a": NOW + timedelta(days=300)}, now=NOW)

    assert TroubleReport(("a",), {"a": NOW}) == actual


@given(strategies.lists(strategies.tuples(strategies.booleans(), strategies.integers(1, 600)), max_size=40))
def test_reports_of_a_lasting_trouble_are_a_day_apart(runs: list[tuple[bool, int]]) -> None:
    """However often it runs; nothing that is over is remembered for longer than a day."""
    at, remembered, reported = NOW, dict[str, datetime](), list[datetime]()
    for troubled, minutes in runs:
        at += timedelta(minutes=minutes)
        report = judge_troubles(["a"] if troubled else [], cleared=[], remembered=remembered, now=at)
        remembered = report.remember
        reported += [at] if report.report else []

    assert all(later - earlier >= REPEAT_AFTER for earlier, later in pairwise(reported))
    assert any(troubled for troubled, _ in runs) == bool(reported)
