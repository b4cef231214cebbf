"""Notices in words, where no round is needed: what is over, what comes first, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from archiver.health.conditions import Condition, ConditionKind
from archiver.notices.facts import DailyFacts, DepartureFacts, NoticeFacts
from archiver.notices.sentences import PendingNotices, daily_sentence, sentences
from archiver.records.alerts import DueReminders, Grade
from archiver.render.times import pause_words
from archiver.store.queries.room_holdings import VanishedCounts
from tests.support.world import BEGIN

FACTS = NoticeFacts(BEGIN)
ALERTS = Condition(ConditionKind.ALERT, Grade.ACTION)


def over(*keys: str, stands: tuple[str, ...] = (), **facts: Any) -> list[str]:
    """What is said when these troubles are over and those stand."""
    notices = DueReminders((), keys, dict.fromkeys(stands, BEGIN))
    return sentences(PendingNotices(notices, [], replace(FACTS, **facts)))


def alarms(departures: dict[int, DepartureFacts]) -> list[str]:
    """What is said of these disappearances."""
    notices = DueReminders(tuple(f"alert/{number}" for number in departures), (), {})
    return sentences(PendingNotices(notices, [ALERTS], replace(FACTS, departures=departures)))


def test_nothing_is_missing_is_said_only_of_lists_that_were_read() -> None:
    """A round that read some chats' lists in turn cannot know it of the others."""
    assert ["That is over: saving works again. Nothing is missing."] == over("stale", lacks_nothing=True)
    assert ["Saving works again. See: archive status"] == over("stale")


@pytest.mark.parametrize("key", ["stale", "fault/Unreachable"])
def test_the_end_is_not_said_while_something_keeps_from_saving(key: str) -> None:
    """Another fault took its place."""
    assert ([], 1) == (over(key, stands=("fault/DiskFull",)), len(over(key)))


def test_beside_an_alarm_only_saving_is_said_to_be_over() -> None:
    """“That is over” would be read as the end of what the alarm tells."""
    made = DueReminders(("alert/1",), ("fault/Unreachable",), {"alert/1": BEGIN})

    facts = replace(FACTS, departures={1: DepartureFacts(BEGIN, "12")}, lacks_nothing=True)
    texts = sentences(PendingNotices(made, [ALERTS], facts))

    assert ("Job 12", "Saving works again. See: archive status") == (texts[0][:6], texts[-1])


def test_alerts_gaps_and_files_that_are_put_aside_end_silently() -> None:
    """The user did it, or it is no news; the end of findings is no return of saving, which worked all the time."""
    assert [] == over("alert/1", "hint/1", "gap/1/2", "pace/1", "due/3", "pause/x", "daily/2026-11-24", "remote")
    assert ["The archive was verified again, and nothing was found."] == over("findings")


def test_of_many_alerts_the_newest_are_said_and_the_others_counted() -> None:
    """The same sentence stands once."""
    numbers = range(1, 6)
    texts = alarms({one: DepartureFacts(BEGIN, None, vanished=VanishedCounts(one, 1, 0)) for one in numbers})
    same = alarms(dict.fromkeys(numbers, DepartureFacts(BEGIN, "12")))

    assert ("6 messages" in texts[0], "4 messages" in texts[2]) == (True, True)
    assert "And 2 more. Run: archive" == texts[3]
    assert [True, False] == ["Job 12: something big changed in its chat" in one for one in same]


def test_the_time_of_another_day_has_its_date() -> None:
    """22:00 alone would be taken for today's."""
    gone = VanishedCounts(2, 0, 2)

    (text,) = alarms({1: DepartureFacts(BEGIN - timedelta(days=1), "12", vanished=gone)})

    assert text.startswith("job 12 06-30 12:00: 2 messages now show as deleted. All earlier texts")


@pytest.mark.parametrize(
    ("changed", "stands", "words"),
    [
        ({}, False, ["24 Nov: all good. Saved: 18 messages, 1 file."]),
        ({"gaps": 2}, False, ["all good", "Gaps: 2."]),
        ({"lost": 1}, False, ["incomplete", "Could not be downloaded: files 1."]),
        ({"pending": 3}, False, ["incomplete", "Files still to be saved: 3. They are tried again"]),
        ({"pending": 3}, True, ["you have an alert", "Files still to be saved: 3. They are tried again"]),
    ],
)
def test_the_notice_of_a_day_says_how_it_stands(changed: dict[str, int], stands: bool, words: list[str]) -> None:
    """Fine only where nothing is unsaved and nothing needs anybody."""
    text = daily_sentence(
        DailyFacts(date(2026, 11, 24), BEGIN, (18, 1), **{"pending": 0, "lost": 0, "gaps": 0, **changed}),
        needs_user=stands,
    )

    assert [] == [word for word in ["24 Nov: ", *words] if word not in text]
    assert ("gaps" in changed) == ("ap" in text.partition("Saved")[2])
    assert bool(changed.keys() - {"gaps"}) != ("all good" in text)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "1 hour"), (23, "23 hours"), (24, "1 day"), (25, "1 day 1 h"), (55, "2 days 7 h"), (48, "2 days")],
)
def test_a_span_is_said_in_days_and_hours(hours: int, words: str) -> None:
    """Nothing of nought."""
    assert words == pause_words(hours)
