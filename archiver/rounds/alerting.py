"""Judges what became entries: while a run is going on, who is going; after it, which alerts are new.

How far was judged is remembered with the alerts themselves, so what a killed run saw is judged by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from archiver import contract_dates
from archiver.alerts import (
    change_rules,
    deadline_rules,
    departure_rules,
    phrase_rules,
    sentences,
)
from archiver.alerts.deadline_rules import CaseSeen
from archiver.platforms.platform import platform_of
from archiver.records import Contract
from archiver.records.alerts import Alert, Level
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.queries import departures, entries, new_texts_and_changes
from archiver.store.queries.contract_activity import around, handed_over
from archiver.store.queries.contracts import contracts, is_read, last_stated
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import alerts, memory

JUDGED = "judged"
"""Remembers the number of the last entry that was judged."""
CASES = "cases_judged"
"""Remembers when the dates of the contracts were judged last, and the last entry that stated any."""
DATES = "dates_judged"
"""Remembers the hour in which deadlines were judged without a round."""
_HOUR = "%Y-%m-%dT%H"


def going(reading: Reading, after: int) -> frozenset[int]:
    """The counterparts who are going, by the entries above `after`."""
    seen = departures.observed(reading, after=after)
    return departure_rules.going(seen, departure_rules.judge(seen))


def judge(archive: Archive, *, now: Callable[[], datetime]) -> list[Alert]:
    """Judge every entry that was not judged yet, and once an hour the dates; new alerts, the most urgent first.

    A round without news costs two small questions.
    """
    at = now()
    with archive.reading() as reading:
        fresh, due = _is_fresh(reading), _is_due(reading, at)
    if not fresh and not due:
        return []
    with archive.writing() as writing:
        opened = [*(_judge_entries(writing) if fresh else ()), *_judge_cases(writing, at)]
    return sorted(opened, key=lambda one: list(Level).index(one.level))


def judge_dates(archive: Archive, *, now: Callable[[], datetime]) -> None:
    """Judge the deadlines alone, once an hour: days pass also while no round goes through.

    What depends on what the other side does waits for a round that has looked.
    """
    at = now()
    hour = at.strftime(_HOUR)
    with archive.reading() as reading:
        if memory.recall(reading, DATES) == hour:
            return
    with archive.writing() as writing:
        cases = [_case(writing, one, at) for one in contracts(writing) if is_read(one, at)]
        for one in deadline_rules.near(cases, now=at, kept=alerts.alerts(writing)):
            alerts.keep(writing, one)
        memory.remember(writing, DATES, hour)


def _is_fresh(reading: Reading) -> bool:
    return entries.last_seq(reading) > int(memory.recall(reading, JUDGED, 0))


def _is_due(reading: Reading, at: datetime) -> bool:
    told = memory.recall(reading, CASES)
    return told is None or told["at"][: len("2026-11-24T13")] != at.strftime(_HOUR)


def _judge_entries(writing: Writing) -> list[Alert]:
    after, last = memory.recall(writing, JUDGED, 0), entries.last_seq(writing)
    seen = departures.observed(writing, after=after)
    sides = new_texts_and_changes.sides_by_room(writing)
    found = [
        *departure_rules.judge(seen),
        *change_rules.judge(new_texts_and_changes.changed(writing, sides, after=after)),
        *phrase_rules.judge(
            new_texts_and_changes.said(writing, sides, after=after), escrowed=new_texts_and_changes.escrowed(writing)
        ),
    ]
    opened = _keep(writing, found)
    for alert in departure_rules.settled(seen):
        alerts.dismiss(writing, alert.number, at=alert.at, reason=None)
    memory.remember(writing, JUDGED, last)
    return opened


def _keep(writing: Writing, found: Iterable[Alert]) -> list[Alert]:
    """Keep what is news; what only adds to an alert that stands lets that one grow."""
    kept, opened = alerts.alerts(writing), []
    for alert in sorted(found, key=lambda one: list(Level).index(one.level)):
        stands = departure_rules.standing(alert, kept)
        if stands is None:
            opened.append(alerts.keep(writing, alert))
            kept.append(opened[-1])
            continue
        count = departure_rules.grown(alert, stands)
        alerts.grow(writing, stands.number, count=count)
        kept[kept.index(stands)] = replace(stands, count=count)
    numbers = {one.number: one for one in kept}
    return [numbers[one.number] for one in opened]


def _judge_cases(writing: Writing, at: datetime) -> list[Alert]:
    """What follows from the contracts' dates; looked at once an hour, and at once when a contract was stated anew."""
    told, stated = memory.recall(writing, CASES), last_stated(writing)
    if told is not None and told["stated"] == stated and not _is_due(writing, at):
        return []
    kept = alerts.alerts(writing)
    cases = [_case(writing, one, at) for one in contracts(writing) if is_read(one, at)]
    before = None if told is None else from_text(told["at"])
    opened = [alerts.keep(writing, one) for one in deadline_rules.judge(cases, before=before, now=at, kept=kept)]
    for alert in deadline_rules.settled(cases, kept):
        alerts.dismiss(writing, alert.number, at=at, reason=None)
    memory.remember(writing, CASES, {"at": to_text(at), "stated": stated})
    return opened


def _case(reading: Reading, contract: Contract, at: datetime) -> CaseSeen:
    told = around(reading, contract)
    platform, first = platform_of(contract.platform), told.first
    handed = handed_over(reading, told, since=at - deadline_rules.RECENT, until=at - deadline_rules.DAY)
    return CaseSeen(
        contract,
        first_at=first.at if first else None,
        first_room=first.room_id if first else None,
        first_message=first.message_id if first else None,
        last_reply=told.last_reply.at if told.last_reply else None,
        deliveries=told.deliveries,
        handed_at=handed.at if handed else None,
        handed_room=handed.room_id if handed else None,
        handed_message=handed.message_id if handed else None,
        dues=tuple(contract_dates.deadlines(contract, platform, told.deliveries, now=at)),
    )


def document(alert: Alert) -> dict[str, Any]:
    """An alert in the JSON documents (design §5); its text in the language of the process."""
    return {
        "number": alert.number,
        "rule": alert.rule.value,
        "level": alert.level.value,
        "room_id": alert.room_id,
        "message_id": alert.message_id,
        "time": to_text(alert.at),
        "text": sentences.sentence(alert),
        "dismissed": alert.dismissed,
    }
