"""When something known is said again: new at once, known once a day, its end once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies

from archiver.records.alerts import REPEAT_AFTER, DueReminders, due_reminders, is_due

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """A time before now, as remembered."""
    return NOW - timedelta(**span)


def test_a_new_trouble_is_reported_and_remembered() -> None:
    """Keys in order, so that a report reads the same each time."""
    actual = due_reminders(["b", "a"], {}, now=NOW, in_order=[])

    assert DueReminders(("a", "b"), (), {"a": NOW, "b": NOW}) == actual


def test_a_known_trouble_is_reported_once_a_day() -> None:
    """Not before the day is over, and then again."""
    remembered = {"early": ago(hours=23), "late": ago(hours=24)}

    actual = due_reminders(["early", "late"], remembered, now=NOW, in_order=[])

    assert DueReminders(("late",), (), {"early": ago(hours=23), "late": NOW}) == actual


def test_a_trouble_that_was_cleared_is_new_again() -> None:
    """What is in order is forgotten by its beginning; what this run did not look at is kept."""
    remembered = {"room/5/messages/failed": ago(hours=1), "room/6/messages/failed": ago(hours=1)}

    cleared = due_reminders([], remembered, now=NOW, in_order=["room/5/messages/"])
    again = due_reminders(["room/5/messages/failed"], cleared.known, now=NOW, in_order=[])

    assert DueReminders((), ("room/5/messages/failed",), {"room/6/messages/failed": ago(hours=1)}) == cleared
    assert ("room/5/messages/failed",) == again.say


def test_a_trouble_of_this_run_is_kept_though_its_beginning_was_cleared() -> None:
    """A room's list was read, and yet something in it is not complete."""
    remembered = {"room/5/files/cut": ago(hours=1)}

    actual = due_reminders(["room/5/files/cut"], remembered, now=NOW, in_order=["room/5/files/"])

    assert DueReminders((), (), remembered) == actual


def test_a_report_from_the_future_counts_for_nothing() -> None:
    """A clock that was set back silences nothing."""
    actual = due_reminders(["a"], {"a": NOW + timedelta(days=300)}, now=NOW, in_order=[])

    assert DueReminders(("a",), (), {"a": NOW}) == actual


def test_a_report_a_moment_ahead_counts() -> None:
    """The corrected clocks of two rounds differ by less than a second: nothing is said twice for that."""
    actual = due_reminders(["a"], {"a": NOW + timedelta(seconds=1)}, now=NOW, in_order=[])

    assert DueReminders((), (), {"a": NOW + timedelta(seconds=1)}) == actual


@given(strategies.lists(strategies.tuples(strategies.booleans(), strategies.integers(1, 600)), max_size=40))
def test_reports_of_a_lasting_trouble_are_a_day_apart(runs: list[tuple[bool, int]]) -> None:
    """However often it runs; nothing that is over is remembered for longer than a day."""
    at, remembered, reported = NOW, dict[str, datetime](), list[datetime]()
    for troubled, minutes in runs:
        at += timedelta(minutes=minutes)
        report = due_reminders(["a"] if troubled else [], remembered, now=at, in_order=[])
        remembered = report.known
        reported += [at] if report.say else []

    assert all(later - earlier >= REPEAT_AFTER for earlier, later in pairwise(reported))
    assert any(troubled for troubled, _ in runs) == bool(reported)


def test_what_is_said_once_is_not_said_again_the_next_day() -> None:
    """Its end is said all the same."""
    known = {"gap/1": ago(days=3)}

    still_there = due_reminders(["gap/1"], known, now=NOW, once=("gap/",))
    ended = due_reminders([], known, now=NOW, once=("gap/",))

    assert DueReminders((), (), known) == still_there
    assert DueReminders((), ("gap/1",), {}) == ended


def test_a_thing_is_said_at_once_and_then_once_a_day() -> None:
    """New, a day old, or said in a future that never came."""
    times = [None, ago(hours=23), ago(hours=24), ago(hours=-1)]

    assert [True, False, True, True] == [is_due(at, NOW) for at in times]
