"""Says when alert rules are applied to new entries: during a run, to find departing people; after it, to open alerts.

The last judged entry is remembered with the alerts, so that the next run judges what a killed run saw. The rules are
imported when something is to be judged: in most rounds nothing is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from archiver.records.alerts import Alert, Level
from archiver.store.archive import Archive, Reading
from archiver.store.queries import entries
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values

_HOUR = "%Y-%m-%dT%H"
"""The hour of a time, as once in each the dates are judged."""


def departing_people(reading: Reading, after: int) -> frozenset[int]:
    """The counterparts who are departing, by the entries above `after`."""
    from archiver.rounds import alert_judging

    return alert_judging.departing_people(reading, after)


def judge(archive: Archive, *, now: Callable[[], datetime]) -> list[Alert]:
    """Judge every entry not judged yet, and once an hour the dates; return new alerts, the most urgent first.

    A round without news costs two small queries.
    """
    at = now()
    with archive.reading() as reading:
        fresh = entries.last_seq(reading) > remembered_values.JUDGED_UPTO.recall(reading)
        judged = remembered_values.JUDGED_CASES.recall(reading)
    due = judged is None or judged.at.strftime(_HOUR) != at.strftime(_HOUR)
    if not fresh and not due:
        return []
    from archiver.rounds import alert_judging

    with archive.writing() as writing:
        opened = alert_judging.judge_entries(writing) if fresh else []
        opened += alert_judging.judge_cases(writing, at, is_due=due)
    return sorted(opened, key=lambda one: list(Level).index(one.level))


def judge_dates(archive: Archive, *, now: Callable[[], datetime]) -> None:
    """Judge the deadlines alone, once an hour: days pass also while no round goes through.

    Rules that depend on what the other side does wait for a round that has read the chats.
    """
    at = now()
    hour = at.strftime(_HOUR)
    if archive.read(remembered_values.JUDGED_HOUR.recall) == hour:
        return
    from archiver.rounds import alert_judging

    with archive.writing() as writing:
        alert_judging.judge_deadlines(writing, at)
        remembered_values.JUDGED_HOUR.remember(writing, hour)


def alert_document(alert: Alert) -> dict[str, Any]:
    """An alert as in the JSON documents, with its text in the language of the process."""
    from archiver.alerts import sentences

    return {
        "number": alert.number,
        "rule": alert.rule.value,
        "level": alert.level.value,
        "room_id": alert.room_id,
        "message_id": alert.message_id,
        "time": to_text(alert.at),
        "text": sentences.alert_sentence(alert),
        "dismissed": alert.dismissed,
    }
