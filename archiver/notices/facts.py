"""Decides which conditions are due for a notice, and reads in one snapshot what its sentences need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from archiver.health.conditions import CONDITIONS, ConditionKind, Notice
from archiver.health.judgements import days_left, deadline_time
from archiver.health.snapshot import HealthSnapshot
from archiver.platforms.job_platform import Deadline, platform_of
from archiver.records import JST, Contract, begin_of_day
from archiver.records.alerts import Alert, AlertRule, DueReminders, due_reminders
from archiver.rounds import run_log
from archiver.store.archive import Reading
from archiver.store.queries import current_state, room_holdings
from archiver.store.queries.contracts import contracts
from archiver.store.queries.room_holdings import VanishedCounts, has_losses, holdings_of
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import EndedPause

DAY = timedelta(days=1)

DueDeadline = tuple[str | None, Deadline, int, str]
"""The job's number, which deadline, the days left (0 or 1), and the time in Japan if it is no whole day."""


class DepartureFacts(NamedTuple):
    """The facts of an alert about a departure: of people, messages or a chat."""

    at: datetime
    contract: str | None
    """What the job is called."""
    vanished: VanishedCounts | None = None
    chat_counts: tuple[int, int, int] | None = None
    """Of a chat that still cannot be opened: messages, files saved, files known."""


class DailyFacts(NamedTuple):
    """The facts of the notice of a day."""

    day: date
    until: datetime
    """The end of its period: that of the day at most."""
    saved: tuple[int, int]
    """Messages, files."""
    pending: int
    """Files still to be downloaded."""
    lost: int
    gaps: int


@dataclass(frozen=True, slots=True)
class WeeklyFacts:
    """The facts of the notice of a week, as far as the store and the log of rounds tell."""

    is_over: bool
    """Whether it is told on a later day than its Sunday."""
    messages: int
    changed: int
    rounds: int
    failed_rounds: int


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """The facts for the sentences of one notice besides its conditions; what it does not need stays empty."""

    now: datetime
    has_chats: bool = True
    """Whether any chat is to be saved; where every job has ended nothing goes on again."""
    lacks_nothing: bool = False
    """Whether the last round read every chat's list of messages and left nothing unsaved, and nothing is lost."""
    departures: Mapping[int, DepartureFacts] = field(default_factory=dict)
    """By number of the alert."""
    deadlines: tuple[DueDeadline, ...] = ()
    ended_pause: EndedPause | None = None
    daily: DailyFacts | None = None
    weekly: WeeklyFacts | None = None


Naming = Callable[[list[Contract]], Mapping[str, str | None]]
"""Returns what jobs are called, by their ids; None: they go without a name."""


def platform_numbers(contracts: list[Contract]) -> dict[str, str | None]:
    """The numbers of contracts on their platforms; None where one holds letters, as it may be a name."""
    found = {one.id: one.platform_id or "" for one in contracts}
    return {job: number if re.fullmatch(r"[0-9][0-9-]*", number) else None for job, number in found.items()}


def collect_facts(
    reading: Reading,
    snapshot: HealthSnapshot,
    notices: DueReminders,
    known: Mapping[str, datetime],
    *,
    now: datetime,
    named: Naming = platform_numbers,
) -> NoticeFacts:
    """The facts for the sentences of these notices; `known`: what was reported before."""
    last = remembered_values.LAST_SYNC.recall(reading)
    all_contracts = contracts(reading)
    names = named(all_contracts)
    opened = {one.number: one for one in snapshot.alerts}
    going, due = (
        [number for key in notices.say if has_kind([key], kind) and (number := int(key.partition("/")[2])) in opened]
        for kind in (ConditionKind.ALERT, ConditionKind.DUE)
    )
    has_ended = any(key.startswith(PAUSE) for key in notices.say)
    return NoticeFacts(
        now=now,
        has_chats=bool(snapshot.rooms),
        lacks_nothing=bool(notices.over and last and last.complete and last.every_room and last.every_list)
        and not has_losses(reading, snapshot.rooms),
        departures={number: _departure_facts(reading, opened[number], all_contracts, names) for number in going},
        deadlines=tuple(_deadline_facts([opened[number] for number in due], names, now)),
        ended_pause=remembered_values.ENDED_PAUSE.recall(reading) if has_ended else None,
        daily=_daily_facts(reading, snapshot, known, now) if has_kind(notices.say, DAILY[:-1]) else None,
        weekly=_weekly_facts(reading, snapshot, now) if has_kind(notices.say, WEEKLY[:-1]) else None,
    )


def _departure_facts(
    reading: Reading, alert: Alert, contracts: list[Contract], names: Mapping[str, str | None]
) -> DepartureFacts:
    room_contracts = [one for one in contracts if alert.room_id in {int(room.room_id) for room in one.rooms}]
    label = next((label for one in room_contracts if (label := names[one.id]) is not None), None)
    if alert.rule is AlertRule.DELETIONS and alert.room_id is not None and alert.account_id is not None:
        vanished = room_holdings.vanished_counts(reading, alert.room_id, alert.account_id, since=alert.at - DAY)
        return DepartureFacts(alert.at, label, vanished=vanished)
    if alert.rule is AlertRule.ROOM_INACCESSIBLE and alert.room_id in current_state.inaccessible_rooms(reading):
        holdings = holdings_of(reading, {alert.room_id})
        return DepartureFacts(alert.at, label, chat_counts=(holdings.messages, holdings.files_saved, holdings.files))
    return DepartureFacts(alert.at, label)


def _deadline_facts(opened: Iterable[Alert], names: Mapping[str, str | None], now: datetime) -> Iterator[DueDeadline]:
    for alert in opened:
        contract_id, platform, rule, _day = (alert.subject or "").split("/")
        for deadline in platform_of(platform).deadlines:
            if deadline.rule == rule:
                yield names.get(contract_id), deadline, days_left(alert, now), deadline_time(alert)


def _daily_facts(
    reading: Reading, snapshot: HealthSnapshot, known: Mapping[str, datetime], now: datetime
) -> DailyFacts:
    day, begin, end = notice_period(known, now)
    return DailyFacts(
        day,
        end,
        room_holdings.saved_counts(reading, snapshot.rooms, since=begin, until=end),
        pending=snapshot.pending,
        lost=sum(not one.is_too_large for one in snapshot.lost),
        gaps=len(snapshot.gaps),
    )


def _weekly_facts(reading: Reading, snapshot: HealthSnapshot, now: datetime) -> WeeklyFacts:
    end = week_end(now)
    period = {"since": end - WEEK, "until": end}
    return WeeklyFacts(
        now.astimezone(JST).date() > end.date(),
        room_holdings.saved_counts(reading, snapshot.rooms, **period)[0],
        room_holdings.changed_count(reading, snapshot.rooms, **period),
        *run_log.round_counts(reading.home, **period),
    )


PAUSE, DAILY, WEEKLY = "pause/", "daily/", "weekly/"
"""A long pause that has ended; the notice of a day, and that of a week."""

NOTICED = frozenset(row.kind for row in CONDITIONS if row.notice is not Notice.NEVER)
"""The conditions of which notices are given: what the user cannot wait to hear until they look."""

LASTING = (*(row.kind for row in CONDITIONS if row.notice is Notice.ONCE), PAUSE, DAILY, WEEKLY)
"""How the keys begin of what is said once and not every day: nobody can mend it, or it is no trouble."""


def due_notices(present: Iterable[str], known: Mapping[str, datetime], *, now: datetime) -> DueReminders:
    """The notices due for the keys present, given those reported before; `now` is aware."""
    present_keys = set(present)
    reminders = due_reminders(present_keys, known, now=now, once=LASTING)
    # A notice that saving has stopped gives the error as its reason, so the error counts as reported too.
    reasons = [key for key in present_keys if ConditionKind.STALE in reminders.say and is_fault(key)]
    return reminders._replace(known=reminders.known | dict.fromkeys(reasons, now))


def is_fault(key: str) -> bool:
    """Whether this is the key of an error that keeps rounds from going through."""
    return key.startswith(f"{ConditionKind.FAULT}/")


def keeps_from_saving(key: str) -> bool:
    """Whether nothing is saved while the condition of this key lasts."""
    return key == ConditionKind.STALE or is_fault(key)


def has_kind(keys: Iterable[str], *kinds: str) -> bool:
    """Whether any of these keys is of one of these kinds."""
    return any(key.partition("/")[0] in kinds for key in keys)


# --- the notice of a day: due from nine in the evening on, or given by the next round ----------------

EVENING = time(21)
"""Time in Japan from which a day's notice is due."""


def last_due_day(now: datetime) -> date:
    """The last day whose notice is due."""
    here = now.astimezone(JST)
    return here.date() if here.time() >= EVENING else here.date() - timedelta(days=1)


def notice_key(now: datetime, *, begun: datetime | None) -> str | None:
    """The key of the notice; `begun`: when the archive began. None: no day since then is over."""
    day = last_due_day(now)
    return f"{DAILY}{day.isoformat()}" if begun is not None and begun < _end_of_day(day) else None


def notice_period(known: Mapping[str, datetime], now: datetime) -> tuple[date, datetime, datetime]:
    """The day of the notice that is due, and its period: from the notice before it, at most to the end of the day.

    `known`: keys of earlier notices, with the time when they were given.
    """
    day = last_due_day(now)
    end = min(now, _end_of_day(day))
    before = [
        min(said_at, _end_of_day(notice_day))
        for key, said_at in known.items()
        if (notice_day := day_of(key)) is not None
    ]
    return day, min(max(before, default=_end_of_day(day - timedelta(days=1))), end), end


def day_of(key: str) -> date | None:
    """The day of a daily notice's key; None for every other key."""
    with suppress(ValueError):
        return date.fromisoformat(key.removeprefix(DAILY)) if key.startswith(DAILY) else None
    return None


def _end_of_day(day: date) -> datetime:
    return begin_of_day(day + DAY)


# --- the notice of a week: from nine in the evening of one Sunday to the next, whenever it is given ----

WEEK = timedelta(days=7)


def week_end(now: datetime) -> datetime:
    """When the last week ended whose notice is due: Sunday at nine in the evening, in Japan."""
    day = last_due_day(now)
    return datetime.combine(day - timedelta(days=day.isoweekday() % 7), EVENING, JST)


def week_key(now: datetime, *, begun: datetime | None) -> str | None:
    """The key of its notice; None: no week since the archive began is over."""
    end = week_end(now)
    return f"{WEEKLY}{end.date().isoformat()}" if begun is not None and begun < end else None
