"""Chooses what to give notice of after a round, and remembers what was reported; `sentences` has the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from archiver import errors
from archiver.health.conditions import Condition, ConditionKind, condition_of, conditions, told_conditions
from archiver.health.judgements import Situation, fault
from archiver.health.snapshot import (
    ComputerState,
    HealthSnapshot,
    known_time,
    observe_disk,
    read_snapshot,
    remember_paces,
)
from archiver.notices import apprise_sender, due_notices
from archiver.notices.due_notices import NOTICED, PAUSE, WEEKLY, DueNotices, notice_key, week_key
from archiver.notices.facts import NoticeFacts, collect_facts
from archiver.records.alerts import Grade
from archiver.settings.model import Settings
from archiver.store.archive import Archive, Reading
from archiver.store.queries import runs
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import RoundFault, ScheduledRun

NO_TROUBLE = (errors.ArchiveInUse, errors.NoContract, errors.UsageError)
"""Errors of a run that need no notice: another run is at work, or the command was called wrongly."""

UNREADABLE = (errors.StorageError, errors.SettingsError, errors.NewerArchive)


class PendingNotices(NamedTuple):
    """The notices to give, the conditions behind them, and the other facts for their sentences."""

    notices: DueNotices
    found: Sequence[Condition]
    """As far as they are to be said now."""
    facts: NoticeFacts


def take_pending_notices(
    archive: Archive,
    settings: Settings,
    error: errors.ArchiverError | None,
    *,
    now: datetime,
    adapts: bool = False,
    unwatched: bool = False,
) -> PendingNotices:
    """The notices due after a round, which ended with `error` or went through; they count as given from now on.

    If the archive cannot be read or written, the error alone is reported, every time. `adapts`: busy chats are read
    more often than the settings say; `unwatched`: nobody typed the run, so it tells how the schedule works.
    """
    name = _error_name(error)
    try:
        with archive.reading() as reading:
            known, snapshot = remembered_values.NOTICED.recall(reading), read_snapshot(reading, now)
            new_fault = None if name in (None, snapshot.error_name) else RoundFault(str(name), snapshot.last_run)
            snapshot = replace(snapshot, error_name=name or snapshot.error_name)
            found = noticed_conditions(snapshot, settings, now=now, adapts=adapts)
            events = _event_keys(reading, settings, now)
            if not unwatched:  # who types a command is to get the mail of the week all the same
                events -= {key for key in events - known.keys() if key.startswith(WEEKLY)}
            keys = {key for one in found for key in one.keys} | events
            notices = due_notices.due_notices(keys, known, now=now)
            notice_facts = collect_facts(reading, snapshot, notices, known, now=now)
        run = ScheduledRun(now, name) if unwatched and not isinstance(error, NO_TROUBLE) else None
        if notices.known != known or snapshot.paces.is_fresh or new_fault is not None or run is not None:
            _remember(archive, notices, snapshot, new_fault, run)
    except UNREADABLE:
        found = [] if name is None else [condition_of(ConditionKind.FAULT, fault(name, settings))]
        notices = due_notices.due_notices(_fault_keys(name), {}, now=now)._replace(is_remembered=False)
        notice_facts = NoticeFacts(now)
    return PendingNotices(notices, due_conditions(found, notices), notice_facts)


def urgent_notices(archive: Archive, settings: Settings, *, now: datetime) -> PendingNotices:
    """What every command warns of, `now` by this computer's clock; nothing counts as reported. Raises as `reading`."""
    with archive.reading() as reading:
        now = known_time(reading, now)
        snapshot = read_snapshot(reading, now)
        found = noticed_conditions(snapshot, settings, now=now)
        urgent = [one for one in found if one.grade is Grade.ACTION]
        notices = DueNotices(tuple(key for one in urgent for key in one.keys), (), {})
        return PendingNotices(notices, told_conditions(urgent), collect_facts(reading, snapshot, notices, {}, now=now))


def noticed_conditions(
    snapshot: HealthSnapshot, settings: Settings, *, now: datetime, adapts: bool = False
) -> list[Condition]:
    """The conditions of which notices are given."""
    computer = ComputerState(
        disk=observe_disk(settings.home, settings.files.stop_when_free_bytes),
        lacks_library=bool(settings.notify.urls) and not apprise_sender.is_installed(),
    )
    found = conditions(Situation(snapshot, settings, now, computer, adapts))
    return [one for one in found if one.kind in NOTICED]


def due_conditions(found: Sequence[Condition], notices: DueNotices) -> list[Condition]:
    """What is to be said now of these conditions."""
    due = [one.only(notices.say) if one.which else one for one in found if set(one.keys) & set(notices.say)]
    return told_conditions(due)


def is_to_say(error: errors.ArchiverError | None, notices: DueNotices) -> bool:
    """Whether a run's error is to be printed: it is new, has lasted for another day, or is none of the troubles."""
    return not (keys := _fault_keys(_error_name(error))) or bool(keys & set(notices.say))


def _remember(
    archive: Archive,
    notices: DueNotices,
    snapshot: HealthSnapshot,
    new_fault: RoundFault | None,
    run: ScheduledRun | None,
) -> None:
    """Keep what the next round has to know; a typed round without news writes nothing here."""
    with archive.writing() as writing:
        remembered_values.NOTICED.remember(writing, notices.known)
        remember_paces(writing, snapshot.paces)
        if new_fault is not None:
            remembered_values.LAST_FAULT.remember(writing, new_fault)
        if run is not None:
            remembered_values.SCHEDULED_RUN.remember(writing, run)


def _event_keys(reading: Reading, settings: Settings, now: datetime) -> set[str]:
    """The keys of what is no condition: a pause that has ended, the notices of a day and of a week."""
    pause = remembered_values.ENDED_PAUSE.recall(reading)
    keys = set() if pause is None else {f"{PAUSE}{to_text(pause.end)}"}
    begun, notify = runs.first_entry_time(reading), settings.notify
    told = (
        notice_key(now, begun=begun) if notify.daily else None,
        week_key(now, begun=begun) if notify.weekly else None,
    )
    return keys | set(filter(None, told))


def _error_name(error: errors.ArchiverError | None) -> str | None:
    return None if error is None or isinstance(error, NO_TROUBLE) else type(error).__name__


def _fault_keys(error_name: str | None) -> set[str]:
    return set() if error_name is None else {f"{ConditionKind.FAULT}/{error_name}"}
