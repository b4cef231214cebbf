"""Judges what became entries: while a run is going on, who is going; after it, which alerts are new.

How far was judged is remembered with the alerts themselves, so what a killed run saw is judged by the next.
"""

from __future__ import annotations

from typing import Any

from archiver.alerts import rules, texts
from archiver.signs import Alert
from archiver.store import alerts, work
from archiver.store.archive import Archive, Reading
from archiver.store.clock import stamp
from archiver.store.queries import entries, signs

JUDGED = "judged"
"""Remembers the number of the last entry that was judged."""


def going(reading: Reading, after: int) -> frozenset[int]:
    """The counterparts who are going, by the entries above `after`."""
    seen = signs.observed(reading, after=after)
    return rules.going(seen, rules.judge(seen))


def judge(archive: Archive) -> list[Alert]:
    """Judge every entry that was not judged yet; the alerts that are new, the most urgent first."""
    with archive.reading() as reading:
        if entries.last_seq(reading) <= work.recall(reading, JUDGED, 0):
            return []
    with archive.writing() as writing:
        after, last = work.recall(writing, JUDGED, 0), entries.last_seq(writing)
        seen = signs.observed(writing, after=after)
        opened = []
        for alert in rules.judge(seen):
            stands = rules.standing(alert, seen.alerts)
            if stands is None:
                opened.append(alerts.keep(writing, alert))
            else:
                alerts.grow(writing, stands.number, count=max(alert.count, stands.count + 1))
        for alert in rules.settled(seen):
            alerts.dismiss(writing, alert.number, at=alert.at, reason=None)
        work.remember(writing, JUDGED, last)
    return opened


def document(alert: Alert) -> dict[str, Any]:
    """An alert in the JSON documents (design §5); its text in the language of the process."""
    return {
        "number": alert.number,
        "rule": alert.rule.value,
        "level": alert.level.value,
        "room_id": alert.room_id,
        "message_id": alert.message_id,
        "time": stamp(alert.at),
        "text": texts.sentence(alert),
        "dismissed": alert.dismissed,
    }
