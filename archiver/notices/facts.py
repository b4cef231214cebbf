"""What the sentences of notices need to know, asked in one snapshot: counts, times and numbers of contracts.

No name and no text of a message is among it. A contract is called by the number that its platform gave it, and by
nothing else: an id of the user's own may be somebody's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from archiver.notices import daily
from archiver.notices.daily import NoticePeriod
from archiver.notices.due import ALERT, DAILY, DUE, GAP, LOST, PAUSE, UNREAD, DueNotices
from archiver.platforms.platform import Deadline, platform_of
from archiver.records import JST, Contract
from archiver.records.alerts import Alert, AlertRule
from archiver.rounds import long_pauses
from archiver.rounds.long_pauses import Resumed
from archiver.store.archive import Reading
from archiver.store.queries import files, last_looks, period_counts
from archiver.store.queries.contracts import contracts, rooms_to_read
from archiver.store.queries.period_counts import VanishedCounts
from archiver.store.queries.room_holdings import keeping
from archiver.store.timestamps import from_text
from archiver.store.working import alerts, memory

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Going:
    """What an alert tells of that somebody or something is going."""

    rule: AlertRule
    at: datetime
    contract: str | None
    """The number that the platform gave it."""
    gone: VanishedCounts | None = None
    held: tuple[int, int, int] | None = None
    """Of a chat that is shut: messages, files whose bytes are held, files known."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A deadline of today or tomorrow."""

    contract: str | None
    deadline: Deadline
    left: int
    """Days."""


@dataclass(frozen=True, slots=True)
class Today:
    """What the notice of a day tells."""

    period: NoticePeriod
    saved: period_counts.SavedCounts
    pending: int
    """Files."""
    lost: int
    gaps: int


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Everything; what is not asked for stays empty."""

    now: datetime
    every: timedelta
    hours: int | None = None
    """Since the last round that went through."""
    reason: str | None = None
    """The name of the error that keeps rounds from going through."""
    complete: bool | None = None
    """Whether the last round left nothing unsaved; None: it was not over every chat."""
    going: Mapping[int, Going] = field(default_factory=dict)
    """By the number of the alert."""
    dues: tuple[Coming, ...] = ()
    resumed: Resumed | None = None
    regained: int = 0
    """Files that could not be had and are held now."""
    read_again: int = 0
    """Chats that were not read for long and are read now."""
    today: Today | None = None


def idle_hours(reading: Reading, *, now: datetime) -> int | None:
    """How long ago a round last went through; None: never."""
    last = memory.recall(reading, "last_sync")
    return None if last is None else round((now - from_text(last["at"])) / timedelta(hours=1))


def facts(
    reading: Reading,
    made: DueNotices,
    known: Mapping[str, datetime],
    *,
    every: timedelta,
    reason: str | None,
    now: datetime,
) -> NoticeFacts:
    """Everything that the sentences of these notices need; `known` are the troubles that were said before."""
    last = memory.recall(reading, "last_sync")
    held = contracts(reading)
    opened = {one.number: one for one in alerts.open_alerts(reading)}
    return NoticeFacts(
        now=now,
        every=every,
        hours=idle_hours(reading, now=now),
        reason=reason,
        complete=last["complete"] if last is not None and last.get("every_room") else None,
        going={number: _going(reading, opened[number], held) for number in _numbers(ALERT, made.say, opened)},
        dues=tuple(_dues([opened[number] for number in _numbers(DUE, made.say, opened)], held, now)),
        resumed=long_pauses.resumed(reading) if any(key.startswith(PAUSE) for key in made.say) else None,
        regained=_regained(reading, made),
        read_again=_read_again(reading, made),
        today=_today(reading, made, known, now) if any(key.startswith(DAILY) for key in made.say) else None,
    )


def due_day(alert: Alert) -> date:
    """The day that an alert of a deadline is about, as its rule wrote it."""
    return date.fromisoformat((alert.subject or "").rpartition("/")[2])


def days_left(alert: Alert, now: datetime) -> int:
    """From today in Japan to that day."""
    return (due_day(alert) - now.astimezone(JST).date()).days


def _numbers(kind: str, keys: Iterable[str], opened: Mapping[int, Alert]) -> list[int]:
    found = (int(key.removeprefix(kind)) for key in keys if key.startswith(kind))
    return [number for number in found if number in opened]


def _label(one: Contract) -> str | None:
    """A number; whatever holds letters may be a name."""
    told = one.platform_id or ""
    return told if re.fullmatch(r"[0-9][0-9-]*", told) else None


def _going(reading: Reading, alert: Alert, held: list[Contract]) -> Going:
    of_room = [one for one in held if alert.room_id in {int(room.room_id) for room in one.rooms}]
    label = next((label for one in of_room if (label := _label(one)) is not None), None)
    if alert.rule is AlertRule.DELETIONS and alert.room_id is not None and alert.account_id is not None:
        told = period_counts.gone(reading, alert.room_id, alert.account_id, since=alert.at - DAY)
        return Going(alert.rule, alert.at, label, gone=told)
    if alert.rule is AlertRule.ROOM_INACCESSIBLE and alert.room_id is not None:
        kept = keeping(reading, {alert.room_id})
        return Going(alert.rule, alert.at, label, held=(kept.messages, kept.files_saved, kept.files))
    return Going(alert.rule, alert.at, label)


def _dues(opened: Iterable[Alert], held: list[Contract], now: datetime) -> Iterator[Coming]:
    for alert in opened:
        name, platform, rule, _day = (alert.subject or "").split("/")
        label = next((_label(one) for one in held if one.id == name), None)
        for deadline in platform_of(platform).deadlines:
            if deadline.rule == rule:
                yield Coming(label, deadline, days_left(alert, now))


def _read_again(reading: Reading, made: DueNotices) -> int:
    rooms = {int(key.removeprefix(UNREAD)) for key in made.over if key.startswith(UNREAD)}
    if not rooms:
        return 0
    looks = last_looks.looks(reading, rooms)
    return len(looks.at.keys() - looks.behind - looks.failing.keys())


def _regained(reading: Reading, made: DueNotices) -> int:
    over = {key for key in made.over if key.startswith(LOST)}
    if not over:
        return 0
    return len(over & {f"{LOST}{room}/{file}" for room, file in files.held(reading)})


def _today(reading: Reading, made: DueNotices, known: Mapping[str, datetime], now: datetime) -> Today:
    told, rooms = daily.period(known, now), rooms_to_read(reading, now)
    counts = [one for room, one in files.counts(reading).items() if room in rooms]
    return Today(
        told,
        period_counts.saved(reading, rooms, since=told.begin, until=told.end),
        pending=sum(one.pending for one in counts),
        lost=sum(one.lost for one in counts),
        gaps=sum(key.startswith(GAP) for key in made.known),
    )
