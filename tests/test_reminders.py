"""When something known is said again: new at once, known once a day, its end once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.records.alerts import REPEAT_AFTER, DueReminders, due_reminders, is_due

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """A time before now, as remembered."""
    return NOW - timedelta(**span)


ROOM5, ROOM6, SOON = "room/5/messages/failed", "room/6/messages/failed", NOW + timedelta(seconds=1)
CASES: dict[str, tuple[list[str], dict[str, datetime], dict[str, Any], DueReminders]] = {
    # what is troubled, what is remembered, what is in order or said but once → said, ended, known
    "new, keys in order": (["b", "a"], {}, {}, DueReminders(("a", "b"), (), {"a": NOW, "b": NOW})),
    "known for less than a day": (["a"], {"a": ago(hours=23)}, {}, DueReminders((), (), {"a": ago(hours=23)})),
    "known for a day": (["a"], {"a": ago(hours=24)}, {}, DueReminders(("a",), (), {"a": NOW})),
    "in order by its beginning; what was not looked at is kept": (
        *([], {ROOM5: ago(hours=1), ROOM6: ago(hours=1)}, {"in_order": ["room/5/messages/"]}),
        DueReminders((), (ROOM5,), {ROOM6: ago(hours=1)}),
    ),
    "new again": ([ROOM5], {ROOM6: ago(hours=1)}, {}, DueReminders((ROOM5,), (), {ROOM5: NOW, ROOM6: ago(hours=1)})),
    "read, and yet something in it is not complete": (
        *([ROOM5], {ROOM5: ago(hours=1)}, {"in_order": ["room/5/"]}),
        DueReminders((), (), {ROOM5: ago(hours=1)}),
    ),
    "said by a clock that was set back": (["a"], {"a": ago(days=-300)}, {}, DueReminders(("a",), (), {"a": NOW})),
    "said by a clock a moment ahead": (["a"], {"a": SOON}, {}, DueReminders((), (), {"a": SOON})),
    "said but once": (["a"], {"a": ago(days=3)}, {"once": ("a",)}, DueReminders((), (), {"a": ago(days=3)})),
}


@pytest.mark.parametrize("case", CASES)
def test_a_trouble_is_said_at_once_and_then_once_a_day(case: str) -> None:
    """Until this run found it in order."""
    troubles, remembered, more, expected = CASES[case]

    assert expected == due_reminders(troubles, remembered, now=NOW, **({"in_order": []} | more))


def test_the_end_of_what_is_said_but_once_is_said() -> None:
    """All the same."""
    assert DueReminders((), ("gap/1",), {}) == due_reminders([], {"gap/1": ago(days=3)}, now=NOW, once=("gap/",))


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


def test_a_thing_is_said_at_once_and_then_once_a_day() -> None:
    """New, a day old, or said in a future that never came."""
    times = [None, ago(hours=23), ago(hours=24), ago(hours=-1)]

    assert [True, False, True, True] == [is_due(at, NOW) for at in times]
