"""Judges how the archive stands: for each condition what is found of it, or None. Pure; `conditions` has the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archiver.health import error_reasons, snapshot
from archiver.health.folders import GIGABYTE, MEGABYTE, DiskSpace
from archiver.health.snapshot import ComputerState, HealthSnapshot, Starters
from archiver.records import JST
from archiver.records.alerts import DEPARTURES, Alert, AlertRule, Grade, Level
from archiver.settings.model import SEALED, Settings
from archiver.sync.plan import daemon_interval
from archiver.sync.report import apart_words, is_clock_wrong

LATE = timedelta(hours=1)
"""Age of a last save that needs attention, or three times the interval where that is longer."""

MISSED_RUNS = 3
"""So many intervals without a save are no accident."""

MISSED_COPIES = 2
"""So many intervals without the regular copy are no accident."""

RECENT = timedelta(days=7)
"""How far back an unexplained drop of unread messages matters."""

NOT_ASKED = ComputerState()

Found = dict[str, Any]
"""The numbers, times and names of errors that the sentence of a condition speaks of. Three names have a meaning:
`which` rooms, files or alerts it is about, and the `grade` and `command` that count in place of its row's."""


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


def if_so(is_so: object) -> Found | None:
    """What is found where nothing but the condition itself is to be said."""
    return {} if is_so else None


def found_if(**facts: object) -> Found | None:
    """These facts; None where one of them is not there."""
    return None if None in facts.values() else facts


def is_setting_up(situation: Situation) -> bool:
    """Whether `archive init` is unfinished: no account yet, or left before anything saved automatically."""
    archive, starters = situation.archive, situation.computer.starters
    if not archive.jobs and not archive.account:
        return True
    is_started = starters is None or starters.names is not None
    return archive.is_setup_open and not (archive.jobs and is_started)


def last_list(archive: HealthSnapshot) -> datetime | None:
    """When a run last got the list of rooms, whatever it could read of them."""
    return max((at for at in (archive.last_run, archive.looks.listed) if at is not None), default=None)


# --- saving as a whole -----------------------------------------------------------------------------


def no_contract(situation: Situation) -> Found | None:
    """Nothing says which chats are to be saved."""
    return if_so(not situation.archive.jobs and not is_setting_up(situation))


def ended(situation: Situation) -> Found | None:
    """Every job has ended."""
    archive = situation.archive
    return {"job": archive.jobs[-1]} if archive.jobs and not archive.rooms else None


def first_save(situation: Situation) -> Found | None:
    """No run has ended yet, and none failed."""
    archive = situation.archive
    is_so = archive.last_run is None and archive.rooms and archive.error_name is None
    return {"is_begun": archive.has_messages} if is_so else None


def stale(situation: Situation) -> Found | None:
    """No good round for as long as the settings allow."""
    last, error = situation.archive.last_run, situation.archive.error_name
    if last is None or situation.now - last <= situation.stale or not situation.archive.rooms:
        return None
    command = error_reasons.command(error, is_sealed=_is_sealed(situation.settings))
    return {"n": _hours(situation.now - last), "error": error, "command": command}


def standing_fault(situation: Situation) -> Found | None:
    """The error that keeps rounds from going through; one of a team's ledger is told as such."""
    archive, starters = situation.archive, situation.computer.starters
    if archive.error_name in {None, archive.ledger_error}:
        return None
    is_by_hand = starters is not None and (starters.names is None or starters.is_idle)
    return fault(archive.error_name, situation.settings, is_first=archive.last_run is None, is_by_hand=is_by_hand)


def fault(error: str, settings: Settings | None = None, *, is_first: bool = False, is_by_hand: bool = False) -> Found:
    """An error of this name; `is_first`: no round ever went through; `is_by_hand`: nothing starts another one."""
    needs_user, is_sealed = error in error_reasons.NEEDS_YOU, _is_sealed(settings)
    is_by_hand = is_by_hand and not needs_user
    return {
        "which": (error,),
        "error": error,
        "is_sealed": is_sealed,
        "is_by_hand": is_by_hand,
        "grade": Grade.ACTION if needs_user or is_first else Grade.ATTENTION,
        "command": "archive save" if is_by_hand else error_reasons.command(error, is_sealed=is_sealed),
    }


def _is_sealed(settings: Settings | None) -> bool:
    """Whether a team's workers hold the token, so that nothing is to be done at this computer."""
    return settings is not None and settings.token_source == SEALED


def job_fault(situation: Situation) -> Found | None:
    """The last run that nobody watched failed, though a typed one went through since."""
    run = situation.archive.scheduled_run
    if run is None or run.error is None or run.error == situation.archive.error_name or not situation.archive.rooms:
        return None
    return fault(run.error, situation.settings) | {"at": run.at}


def idle(starters: Starters | None) -> Found | None:
    """Cron has the job and does not run; None: it runs, or it is not known."""
    return {"scheduler": starters.names} if starters is not None and starters.is_idle else None


def unscheduled(situation: Situation) -> Found | None:
    """Nothing here starts the runs.

    A starter that cannot be seen, such as the host of a container, is known by a fresh run that nobody watched. A fresh
    save of another kind was most likely asked for by the user, and nothing follows it; but it may not be. A team's
    archive is saved by other machines, slower where there are many; if they stop, `stale` tells it.
    """
    if situation.starters is None or situation.starters.names is not None or is_setting_up(situation):
        return None
    run, last, span = situation.archive.scheduled_run, last_list(situation.archive), MISSED_RUNS * situation.every
    if run is not None and situation.now - run.at <= span:
        return None
    if situation.archive.is_shared and last is not None and situation.now - last <= situation.stale:
        return None
    is_fresh = last is not None and situation.now - last <= span
    return {"grade": Grade.ATTENTION if is_fresh else Grade.ACTION}


def silent(situation: Situation) -> Found | None:
    """A job is registered, and none of its runs was seen for three times its interval.

    A typed run says nothing of the schedule, so the last run that nobody watched counts, if any was seen.
    """
    starters, run = situation.starters, situation.archive.scheduled_run
    last = run.at if run is not None else last_list(situation.archive)
    if starters is None or starters.names is None or starters.is_idle or last is None:
        return None
    is_late = situation.now - last > MISSED_RUNS * max(situation.every, timedelta(minutes=1))
    return {"scheduler": starters.names} if is_late else None


# --- chats -----------------------------------------------------------------------------------------


def unread(situation: Situation) -> Found | None:
    """Chats not looked at for as long as the settings allow, while others were read."""
    looks, before = situation.archive.looks, situation.now - situation.stale
    if looks.newest is None or looks.newest < before or not (rooms := looks.older(before)):
        return None  # where no room was looked at, nothing is saved at all
    since = looks.since(rooms[0])
    return {"which": _names(rooms), "hours": 0 if since is None else _hours(situation.now - since)}


def behind(situation: Situation) -> Found | None:
    """Chats that the last run did not reach."""
    looks = situation.archive.looks
    if situation.archive.last_run is None or stale(situation) is not None:
        return None
    known = {*looks.failing, *looks.older(situation.now - situation.stale)}
    reached = {room: at for room, at in looks.at.items() if room not in known}
    return since_when({room: at for room, at in reached.items() if room in looks.behind or at is None})


def since_when(rooms: Mapping[int, datetime | None]) -> Found | None:
    """These rooms, each with the time to be said beside it."""
    return {"which": _names(sorted(rooms)), "at": {str(room): at for room, at in rooms.items()}} if rooms else None


def pace(situation: Situation) -> Found | None:
    """Chats in which more is written than a list shows between two saves."""
    every, rates = situation.every, situation.archive.paces.rates
    if situation.adapts:
        every = min(every, daemon_interval(len(rates), share=situation.settings.sync.window_share))
    fast = {room: rate for room, rate in rates.items() if snapshot.could_overrun(rate, every=every)}
    if not fast:
        return None
    most = max(fast.values())
    seconds = int(snapshot.visit_interval(most, every=every).total_seconds())
    shorter = f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"  # as the settings write it
    return {"which": _names(sorted(fast)), "most": round(most * 60), "every": every, "shorter": shorter}


# --- this computer, and what is kept ---------------------------------------------------------------


def clock(offset_ms: int | None) -> Found | None:
    """This computer's clock is wrong; `offset_ms`: Chatwork's clock minus ours, None if never compared."""
    if offset_ms is None or not is_clock_wrong(offset_ms):
        return None
    return {"span": apart_words(timedelta(milliseconds=offset_ms)), "is_behind": offset_ms > 0}


def disk_full(disk: DiskSpace | None, *, has_failed: bool = False) -> Found | None:
    """The database itself may lack space; None also where it is not known."""
    if disk is None or disk.free >= disk.required:
        return None
    return {"free": disk.free // MEGABYTE, "floor": disk.required // MEGABYTE, "has_failed": has_failed}


def disk_full_now(situation: Situation) -> Found | None:
    """The same, and whether the last round failed for it."""
    return disk_full(situation.computer.disk, has_failed=situation.archive.error_name == "DiskFull")


def no_space(disk: DiskSpace | None) -> Found | None:
    """Less is free than must stay free, so no file is downloaded."""
    if disk is None or not disk.required <= disk.free < disk.keep_free:
        return None
    return {"free": f"{disk.free / GIGABYTE:.1f}", "keep": f"{disk.keep_free / GIGABYTE:g}"}


def findings(situation: Situation) -> Found | None:
    """The last whole verification found something wrong."""
    last = situation.archive.verification
    return None if last is None or not last.findings else {"n": last.findings, "at": last.at}


def copy(situation: Situation) -> Found | None:
    """The regular copy is late, or something went wrong with it.

    Nothing is said before the first try: the settings may have been changed a moment ago.
    """
    backup, state = situation.settings.backup, situation.archive.copy
    if backup.every is None or backup.to is None or state.tried is None:
        return None
    since = state.last if state.last is not None else state.tried
    if state.fault is None and situation.now - since <= MISSED_COPIES * backup.every:
        return None
    grade = Grade.ACTION if state.fault == "findings" else Grade.ATTENTION
    return {"fault": state.fault, "at": state.last, "grade": grade}


def unheard(situation: Situation) -> Found | None:
    """Ways by which a test notice did not come; serious where none is known by which the user hears of trouble."""
    trial, ways = situation.archive.notice_trial, situation.settings.notify.ways
    unseen = () if trial is None else tuple(way for way in trial.unseen if way in ways)
    if trial is None or not unseen:
        return None
    is_heard = any(way in ways for way in trial.seen if way != "ping")
    return {"which": unseen, "at": trial.at, "grade": Grade.ATTENTION if is_heard else Grade.ACTION}


def ping(situation: Situation) -> Found | None:
    """The heartbeat's address takes no call. Where rounds fail, that is the trouble, and the calls fail with them."""
    last = situation.archive.ping
    if not situation.settings.notify.ping or last is None or last.failing_since is None:
        return None
    if situation.archive.error_name is not None or situation.now - last.failing_since < LATE:
        return None
    return {"at": last.failing_since}


def these(which: Iterable[object]) -> Found | None:
    """These rooms, files or alerts; None: there are none."""
    names = _names(which)
    return {"which": names} if names else None


def gaps(situation: Situation) -> Found | None:
    """Periods in which messages are known or feared to be missing."""
    found = {f"{one.room_id}/{one.before}": one for one in situation.archive.gaps}
    return {"which": tuple(found), "gaps": found, "now": situation.now} if found else None


def lost(situation: Situation, *, are_large: bool) -> Found | None:
    """Files that were given up, or those that nothing was tried of as they are above the limit."""
    files = {f"{one.room_id}/{one.file_id}": one for one in situation.archive.lost if one.is_too_large is are_large}
    return {"which": tuple(files), "files": files} if files else None


def future(situation: Situation) -> Found | None:
    """The last save lies ahead: the clock was set back."""
    last = situation.archive.last_run
    return None if last is None or last - situation.now <= LATE else {"at": last}


def unread_dropped(situation: Situation) -> Found | None:
    """The own unread messages became fewer while saving, a short while ago."""
    dropped = situation.archive.unread_dropped
    return if_so(dropped is not None and abs(situation.now - dropped) < RECENT)


def alerts(situation: Situation, *, departs: bool) -> Found | None:
    """Open high alerts: those about departures, or all others."""
    high = (one for one in situation.archive.alerts if one.level is Level.HIGH)
    return these(one.number for one in high if (one.rule in DEPARTURES) is departs)


def due(situation: Situation) -> Found | None:
    """A deadline of today or tomorrow that the user has not put aside."""
    deadlines = (one for one in situation.archive.alerts if one.rule is AlertRule.DEADLINE)
    return these(one.number for one in deadlines if 0 <= days_left(one, situation.now) <= 1)


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


def _hours(span: timedelta) -> int:
    return round(span / timedelta(hours=1))


def _names(which: Iterable[object]) -> tuple[str, ...]:
    return tuple(map(str, which))
