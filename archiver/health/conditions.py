"""Judges how the archive stands: which conditions there are, how serious each is, and what to call. Pure.

The words are in `health.words`; everything that tells the user how things stand chooses from these conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from archiver.health import error_reasons
from archiver.health.disk import DiskSpace
from archiver.health.snapshot import ComputerState, HealthSnapshot, Starters
from archiver.records import JST
from archiver.records.alerts import DEPARTURES, Alert, AlertRule, Level
from archiver.records.grades import Grade
from archiver.settings.model import SEALED, Settings
from archiver.sync import message_rate
from archiver.sync.window_share import daemon_interval
from archiver.sync.wrong_clock import is_clock_wrong

LATE = timedelta(hours=1)
"""Age of a last save that needs attention, or three times the interval where that is longer."""

MISSED_RUNS = 3
"""So many intervals without a save are no accident."""

MISSED_COPIES = 2
"""So many intervals without the regular copy are no accident."""

RECENT = timedelta(days=7)
"""How far back an unexplained drop of unread messages matters."""

NOT_ASKED = ComputerState()


class ConditionKind(StrEnum):
    """What a condition is about; the value is the first part of its keys, which are remembered between rounds."""

    SETUP = "setup"
    """`archive init` is not finished."""
    NO_CONTRACT = "no_contract"
    ENDED = "ended"
    """Every contract has ended."""
    DISK_FULL = "disk_full"
    """The database itself may lack space."""
    LEDGER = "ledger"
    """The team's ledger cannot be used, so that no round can save."""
    NO_SPACE = "no_space"
    """Less is free than must stay free, so no file is downloaded."""
    FIRST_SAVE = "first_save"
    """No run has ended yet."""
    STALE = "stale"
    """No good round for as long as the settings allow."""
    FAULT = "fault"
    """The error that keeps rounds from going through."""
    JOB_FAULT = "job_fault"
    """The last run that nobody watched failed, though a typed one went through since."""
    IDLE = "idle"
    """The job stands in a crontab, and no cron runs."""
    UNSCHEDULED = "unscheduled"
    """Nothing here starts the runs, and the last one is old."""
    SILENT = "silent"
    """A job is registered, and none of its runs was seen for three times its interval."""
    UNREAD = "unread"
    """Chats not looked at for as long as the settings allow, while others were read."""
    BEHIND = "behind"
    """Chats that the last run did not reach."""
    FAILING = "failing"
    """Chats that could not be read."""
    SHUT = "shut"
    """Chats that cannot be opened."""
    CLOCK = "clock"
    """This computer's clock is wrong."""
    DOUBT = "doubt"
    """In the last run Chatwork's replies and this computer's clock differed, and one of the two times is doubtful."""
    FUTURE = "future"
    """The last save lies ahead: the clock was set back."""
    FINDINGS = "findings"
    """The last whole verification found something wrong."""
    ALERT = "alert"
    """Open high alerts about departures."""
    HINT = "hint"
    """Other open high alerts."""
    DUE = "due"
    """Deadlines of today or tomorrow."""
    COPY = "copy"
    """The regular copy elsewhere is late, or something went wrong with it."""
    REMOTE = "remote"
    """`[notify] urls` are set, and the library that reaches them is missing."""
    UNHEARD = "unheard"
    """Ways by which a test notice did not come, or was not seen."""
    PING = "ping"
    """The heartbeat's address takes no call."""
    PACE = "pace"
    """Chats in which more is written than a list shows between two saves."""
    GAP = "gap"
    LOST = "lost"
    """Files that were given up."""
    PENDING = "pending"
    """Files still to be downloaded."""
    CUT = "cut"
    """Lists that Chatwork truncates."""
    UNREAD_DROPPED = "unread_dropped"
    """The own unread messages became fewer while saving."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is not as it should be; `health.words` says it in one sentence."""

    kind: ConditionKind
    grade: Grade = Grade.ATTENTION
    which: tuple[str, ...] = ()
    """Which rooms, files or alerts it is about, if several can be: the last part of each key."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The numbers, times and names of errors that its sentence speaks of."""
    command: str = ""
    """What to call; empty: the sentence says what to do, or nothing can be done."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What is remembered of it between rounds: `stale`, `fault/TokenRefused`, `pace/5`."""
        return tuple(f"{self.kind}/{one}" for one in self.which) or (str(self.kind),)

    def only(self, keys: Collection[str]) -> Condition:
        """The same condition of those of its things alone that have these keys."""
        return replace(self, which=tuple(one for one in self.which if f"{self.kind}/{one}" in keys))


@dataclass(frozen=True, slots=True)
class Situation:
    """What a condition is judged by."""

    archive: HealthSnapshot
    settings: Settings
    now: datetime
    computer: ComputerState = NOT_ASKED
    adapts: bool = False
    """Whether the daemon saves, whose rounds come every few minutes whatever the settings say."""

    @property
    def every(self) -> timedelta:
        """The interval of the settings."""
        return self.settings.sync.every

    @property
    def stale(self) -> timedelta:
        """The longest time without a save."""
        return timedelta(hours=self.settings.notify.stale_hours)

    @property
    def starters(self) -> Starters | None:
        """What starts the runs; None: it was not asked, or nothing is to be saved."""
        return self.computer.starters if self.archive.rooms else None


def conditions(situation: Situation) -> list[Condition]:
    """All conditions, those that need action first, then in the order of `CONDITIONS`."""
    found = [condition for judge in CONDITIONS if (condition := judge(situation)) is not None]
    return sorted(found, key=lambda one: one.grade is not Grade.ACTION)


def told_conditions(found: Collection[Condition]) -> list[Condition]:
    """Those that are said: the sentence that saving has stopped gives the error as its reason already."""
    kinds = {one.kind for one in found}
    return [one for one in found if one.kind is not ConditionKind.FAULT or ConditionKind.STALE not in kinds]


OF_ALERTS = frozenset({ConditionKind.ALERT, ConditionKind.HINT, ConditionKind.DUE})
"""What alerts tell, which the user's own screens list one by one."""


def worst_grade(found: Iterable[Condition]) -> Grade:
    """The grade of the most serious condition."""
    grades = {one.grade for one in found}
    return next((grade for grade in (Grade.ACTION, Grade.ATTENTION) if grade in grades), Grade.GOOD)


def is_setting_up(situation: Situation) -> bool:
    """Whether `archive init` is unfinished: no account yet, or left before anything saved automatically."""
    archive, starters = situation.archive, situation.computer.starters
    if not archive.has_contracts and not archive.account:
        return True
    is_started = starters is None or starters.names is not None
    return archive.is_setup_open and not (archive.has_contracts and is_started)


def last_list(archive: HealthSnapshot) -> datetime | None:
    """When a run last got the list of rooms, whatever it could read of them."""
    return max((at for at in (archive.last_run, archive.looks.listed) if at is not None), default=None)


# --- one function a condition ----------------------------------------------------------------------


def _setup(situation: Situation) -> Condition | None:
    if not is_setting_up(situation):
        return None
    return Condition(ConditionKind.SETUP, Grade.ACTION, command="archive init")


def _no_contract(situation: Situation) -> Condition | None:
    if situation.archive.has_contracts or is_setting_up(situation):
        return None
    return Condition(ConditionKind.NO_CONTRACT, Grade.ACTION, command="archive contract add")


def _ended(situation: Situation) -> Condition | None:
    return Condition(ConditionKind.ENDED) if situation.archive.has_contracts and not situation.archive.rooms else None


def _first_save(situation: Situation) -> Condition | None:
    archive = situation.archive
    if archive.last_run is not None or not archive.rooms or archive.error_name is not None:
        return None
    facts = {"is_begun": archive.has_messages}
    return Condition(ConditionKind.FIRST_SAVE, Grade.ACTION, facts=facts, command="archive sync")


def _stale(situation: Situation) -> Condition | None:
    last, error_name = situation.archive.last_run, situation.archive.error_name
    if last is None or situation.now - last <= situation.stale or not situation.archive.rooms:
        return None
    facts = {"hours": _hours(situation.now - last), "error": error_name}
    command = error_reasons.command(error_name, is_sealed=_is_sealed(situation.settings))
    return Condition(ConditionKind.STALE, Grade.ACTION, facts=facts, command=command)


def _fault(situation: Situation) -> Condition | None:
    archive = situation.archive
    if archive.error_name is None:
        return None
    starters = situation.computer.starters
    is_by_hand = starters is not None and (starters.names is None or starters.is_idle)
    is_first = archive.last_run is None
    return fault_condition(archive.error_name, situation.settings, is_first=is_first, is_by_hand=is_by_hand)


def _ledger(situation: Situation) -> Condition | None:
    """The ledger as it was just found: a round that fails for it can leave nothing behind in the copy."""
    if situation.archive.ledger_error is None:
        return None
    facts = {"error": situation.archive.ledger_error}
    return Condition(ConditionKind.LEDGER, Grade.ACTION, facts=facts, command="archive check")


def fault_condition(
    error_name: str, settings: Settings | None = None, *, is_first: bool = False, is_by_hand: bool = False
) -> Condition:
    """The condition that an error of this name keeps rounds from going through.

    `is_first`: none ever did; `is_by_hand`: nothing starts a round by itself, so that nothing tries again.
    """
    is_urgent, is_sealed = error_name in error_reasons.NEEDS_YOU or is_first, _is_sealed(settings)
    grade = Grade.ACTION if is_urgent else Grade.ATTENTION
    is_by_hand = is_by_hand and error_name not in error_reasons.NEEDS_YOU
    command = "archive sync" if is_by_hand else error_reasons.command(error_name, is_sealed=is_sealed)
    facts = {"error": error_name, "is_sealed": is_sealed, "is_by_hand": is_by_hand}
    return Condition(ConditionKind.FAULT, grade, (error_name,), facts, command)


def _is_sealed(settings: Settings | None) -> bool:
    """Whether a team's workers hold the token, so that nothing is to be done at this computer."""
    return settings is not None and settings.token_source == SEALED


def _job_fault(situation: Situation) -> Condition | None:
    run = situation.archive.scheduled_run
    if run is None or run.error is None or run.error == situation.archive.error_name or not situation.archive.rooms:
        return None
    grade = Grade.ACTION if run.error in error_reasons.NEEDS_YOU else Grade.ATTENTION
    is_sealed = _is_sealed(situation.settings)
    facts = {"error": run.error, "at": run.at, "is_sealed": is_sealed}
    command = error_reasons.command(run.error, is_sealed=is_sealed)
    return Condition(ConditionKind.JOB_FAULT, grade, (run.error,), facts, command)


def _idle(situation: Situation) -> Condition | None:
    return idle_condition(situation.starters)


def idle_condition(starters: Starters | None) -> Condition | None:
    """The condition that cron has the job and does not run; None: it runs, or it is not known."""
    if starters is None or not starters.is_idle:
        return None
    return Condition(ConditionKind.IDLE, Grade.ACTION, facts={"scheduler": starters.names}, command="archive check")


def _unscheduled(situation: Situation) -> Condition | None:
    """A starter that cannot be seen, such as the host of a container, is known by a fresh run that nobody watched.

    A fresh save of another kind was most likely asked for by the user, and nothing follows it; but it may not be. A
    team's archive is saved by other machines, slower where there are many; if they stop, `_stale` tells it.
    """
    if situation.starters is None or situation.starters.names is not None or is_setting_up(situation):
        return None
    run, last, span = situation.archive.scheduled_run, last_list(situation.archive), MISSED_RUNS * situation.every
    if run is not None and situation.now - run.at <= span:
        return None
    is_fresh = last is not None and situation.now - last <= span
    if situation.archive.is_shared and last is not None and situation.now - last <= situation.stale:
        return None
    grade = Grade.ATTENTION if is_fresh else Grade.ACTION
    return Condition(ConditionKind.UNSCHEDULED, grade, facts={"is_fresh": is_fresh}, command="archive schedule install")


def _silent(situation: Situation) -> Condition | None:
    """A typed run says nothing of the schedule, so the last run that nobody watched counts, if any was seen."""
    starters, run = situation.starters, situation.archive.scheduled_run
    last = run.at if run is not None else last_list(situation.archive)
    if starters is None or starters.names is None or starters.is_idle or last is None:
        return None
    if situation.now - last <= MISSED_RUNS * max(situation.every, timedelta(minutes=1)):
        return None
    return Condition(ConditionKind.SILENT, facts={"scheduler": starters.names}, command="archive schedule show")


def _unread(situation: Situation) -> Condition | None:
    looks, before = situation.archive.looks, situation.now - situation.stale
    if looks.newest is None or looks.newest < before or not (rooms := looks.older(before)):
        return None  # where no room was looked at, nothing is saved at all
    since = looks.since(rooms[0])
    facts = {"hours": 0 if since is None else _hours(situation.now - since)}
    return Condition(ConditionKind.UNREAD, Grade.ACTION, _names(rooms), facts, "archive sync")


def _behind(situation: Situation) -> Condition | None:
    looks = situation.archive.looks
    if situation.archive.last_run is None or _stale(situation) is not None:
        return None
    known = {*looks.failing, *looks.older(situation.now - situation.stale)}
    rooms = [
        room for room, at in sorted(looks.at.items()) if room not in known and (room in looks.behind or at is None)
    ]
    facts = {"at": {str(room): looks.at[room] for room in rooms}}
    return Condition(ConditionKind.BEHIND, Grade.ATTENTION, _names(rooms), facts) if rooms else None


def _failing(situation: Situation) -> Condition | None:
    failing = situation.archive.looks.failing
    facts = {"at": {str(room): at for room, at in failing.items()}}
    return Condition(ConditionKind.FAILING, Grade.ATTENTION, _names(sorted(failing)), facts) if failing else None


def _shut(situation: Situation) -> Condition | None:
    shut = situation.archive.shut
    facts = {"at": {str(room): at for room, at in shut.items()}}
    return Condition(ConditionKind.SHUT, Grade.ATTENTION, _names(sorted(shut)), facts) if shut else None


def _clock(situation: Situation) -> Condition | None:
    return clock_condition(situation.archive.clock_ms)


def clock_condition(offset_ms: int | None) -> Condition | None:
    """The condition of this computer's clock; `offset_ms`: Chatwork's clock minus ours, None if never compared."""
    if offset_ms is None or not is_clock_wrong(offset_ms):
        return None
    return Condition(ConditionKind.CLOCK, Grade.ACTION, facts={"offset_ms": offset_ms})


def _doubt(situation: Situation) -> Condition | None:
    hours = situation.archive.doubtful_hours
    return None if hours is None else Condition(ConditionKind.DOUBT, facts={"hours": hours})


def _future(situation: Situation) -> Condition | None:
    last = situation.archive.last_run
    if last is None or last - situation.now <= LATE:
        return None
    return Condition(ConditionKind.FUTURE, facts={"at": last})


def _pace(situation: Situation) -> Condition | None:
    """Whether more may be written between two rounds than a list shows."""
    every, rates = situation.every, situation.archive.paces.rates
    if situation.adapts:
        every = min(every, daemon_interval(len(rates), share=situation.settings.sync.window_share))
    fast = {room: rate for room, rate in rates.items() if message_rate.could_overrun(rate, every=every)}
    if not fast:
        return None
    most = max(fast.values())
    facts = {"most": round(most * 60), "every": every, "shorter": message_rate.visit_interval(most, every=every)}
    return Condition(ConditionKind.PACE, Grade.ATTENTION, _names(sorted(fast)), facts)


def _space(situation: Situation) -> Condition | None:
    return space_condition(situation.computer.disk)


def space_condition(disk: DiskSpace | None) -> Condition | None:
    """The condition that the database, or files, may lack space; None: there is enough, or it is not known."""
    if disk is None or disk.free >= max(disk.required, disk.keep_free):
        return None
    facts = {"free": disk.free, "required": disk.required, "keep_free": disk.keep_free}
    kind = ConditionKind.DISK_FULL if disk.free < disk.required else ConditionKind.NO_SPACE
    return Condition(kind, Grade.ACTION, facts=facts)


def _findings(situation: Situation) -> Condition | None:
    last = situation.archive.verification
    if last is None or not last.findings:
        return None
    return findings_condition(last.findings, last.at)


def findings_condition(number: int, at: datetime) -> Condition:
    """The condition that a verification at this time found so many things wrong."""
    facts = {"n": number, "at": at}
    return Condition(ConditionKind.FINDINGS, Grade.ACTION, facts=facts, command="archive verify --deep")


def _copy(situation: Situation) -> Condition | None:
    """Nothing is said before the first try: the settings may have been changed a moment ago."""
    backup, copy = situation.settings.backup, situation.archive.copy
    if backup.every is None or backup.to is None or copy.tried is None:
        return None
    since = copy.last if copy.last is not None else copy.tried
    is_late = situation.now - since > MISSED_COPIES * backup.every
    if copy.fault is None and not is_late:
        return None
    grade = Grade.ACTION if copy.fault == "findings" else Grade.ATTENTION
    facts = {"fault": copy.fault, "at": copy.last}
    return Condition(ConditionKind.COPY, grade, facts=facts, command="archive backup")


def _remote(situation: Situation) -> Condition | None:
    return Condition(ConditionKind.REMOTE, Grade.ACTION) if situation.computer.lacks_library else None


def _unheard(situation: Situation) -> Condition | None:
    """Serious where no way is known by which the user hears of trouble."""
    trial, ways = situation.archive.notice_trial, situation.settings.notify.ways
    unseen = () if trial is None else tuple(way for way in trial.unseen if way in ways)
    if trial is None or not unseen:
        return None
    is_heard = any(way in ways for way in trial.seen if way != "ping")
    grade = Grade.ATTENTION if is_heard else Grade.ACTION
    return Condition(ConditionKind.UNHEARD, grade, unseen, {"at": trial.at}, "archive notices")


def _ping(situation: Situation) -> Condition | None:
    """Where rounds fail, that is the trouble, and the calls fail with them."""
    ping = situation.archive.ping
    if not situation.settings.notify.ping or ping is None or ping.failing_since is None:
        return None
    if situation.archive.error_name is not None or situation.now - ping.failing_since < LATE:
        return None
    return Condition(ConditionKind.PING, facts={"at": ping.failing_since}, command="archive notices")


def _alert(situation: Situation) -> Condition | None:
    opened = [one for one in situation.archive.alerts if one.level is Level.HIGH and one.rule in DEPARTURES]
    return _of_alerts(ConditionKind.ALERT, Grade.ACTION, opened)


def _hint(situation: Situation) -> Condition | None:
    opened = [one for one in situation.archive.alerts if one.level is Level.HIGH and one.rule not in DEPARTURES]
    return _of_alerts(ConditionKind.HINT, Grade.ACTION, opened)


def _due(situation: Situation) -> Condition | None:
    """A deadline of today or tomorrow that the user has not put aside."""
    deadlines = (one for one in situation.archive.alerts if one.rule is AlertRule.DEADLINE)
    near = [one for one in deadlines if 0 <= days_left(one, situation.now) <= 1]
    return _of_alerts(ConditionKind.DUE, Grade.ATTENTION, near)


def _gap(situation: Situation) -> Condition | None:
    which = tuple(f"{room}/{before}" for room, before in situation.archive.gaps)
    return Condition(ConditionKind.GAP, Grade.ATTENTION, which) if which else None


def _lost(situation: Situation) -> Condition | None:
    which = tuple(f"{room}/{file}" for room, file in situation.archive.lost)
    return Condition(ConditionKind.LOST, Grade.ATTENTION, which) if which else None


def _pending(situation: Situation) -> Condition | None:
    pending = situation.archive.pending
    return Condition(ConditionKind.PENDING, facts={"n": pending}) if pending else None


def _cut(situation: Situation) -> Condition | None:
    which = tuple(f"{one.room_id}/{one.kind}" for one in situation.archive.cut)
    return Condition(ConditionKind.CUT, Grade.ATTENTION, which) if which else None


def _unread_dropped(situation: Situation) -> Condition | None:
    dropped = situation.archive.unread_dropped
    if dropped is None or abs(situation.now - dropped) >= RECENT:
        return None
    return Condition(ConditionKind.UNREAD_DROPPED)


def days_left(alert: Alert, now: datetime) -> int:
    """Days from today in Japan to the day of a deadline alert, which its rule wrote into the subject; negative once
    its time of that day, if it has one, is over.
    """
    end = (alert.subject or "").rpartition("/")[2]
    at = datetime.fromisoformat(end).replace(tzinfo=JST)
    days = (at.date() - now.astimezone(JST).date()).days
    return min(days, -1) if deadline_time(alert) and at <= now else days


def deadline_time(alert: Alert) -> str:
    """The time of day in Japan at which a deadline of hours ends: `18:00`; empty where it is a whole day."""
    return (alert.subject or "").rpartition("/")[2].partition(" ")[2]


def _of_alerts(kind: ConditionKind, grade: Grade, alerts: Collection[Alert]) -> Condition | None:
    which = tuple(str(one.number) for one in alerts)
    return Condition(kind, grade, which, command="archive alerts") if which else None


def _hours(span: timedelta) -> int:
    return round(span / timedelta(hours=1))


def _names(rooms: Iterable[int]) -> tuple[str, ...]:
    return tuple(map(str, rooms))


CONDITIONS: tuple[Callable[[Situation], Condition | None], ...] = (
    _setup,
    _alert,
    _no_contract,
    _ended,
    _stale,
    _fault,
    _ledger,
    _space,
    _first_save,
    _job_fault,
    _idle,
    _unscheduled,
    _silent,
    _findings,
    _copy,
    _hint,
    _unread,
    _behind,
    _failing,
    _shut,
    _clock,
    _doubt,
    _future,
    _pending,
    _lost,
    _cut,
    _gap,
    _pace,
    _due,
    _remote,
    _unheard,
    _ping,
    _unread_dropped,
)
"""The functions that judge, the most urgent condition first."""
