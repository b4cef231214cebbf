"""Finds the troubles of an archive after a round, and remembers which were reported; `sentences` puts them in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver import errors
from archiver.notices import apprise_sender, due_notices, message_rates
from archiver.notices.daily_notice import notice_key
from archiver.notices.due_notices import (
    ALERT,
    DUE,
    FAULT,
    FINDINGS,
    GAP,
    HINT,
    LOST,
    PACE,
    PAUSE,
    REMOTE,
    STALE,
    UNREAD,
    DueNotices,
)
from archiver.notices.facts import NoticeFacts, collect_facts, days_left
from archiver.records.alerts import DEPARTURES, Alert, AlertRule, Level
from archiver.rounds.last_error import standing_error
from archiver.settings.model import Settings
from archiver.store.archive import Archive, Reading
from archiver.store.queries import contracts, files, gaps, last_looks, runs
from archiver.store.time_text import to_text
from archiver.store.working import alerts, remembered_values, verification_log
from archiver.store.working.remembered_values import RoundFault
from archiver.sync import message_rate

NO_TROUBLE = (errors.ArchiveInUse, errors.NoContract, errors.UsageError)
"""Errors of a run that need no notice: another run is at work, or the command was called wrongly."""

UNREADABLE = (errors.StorageError, errors.SettingsError, errors.NewerArchive)


class PendingNotices(NamedTuple):
    """The notices to give, and the facts for their sentences."""

    notices: DueNotices
    facts: NoticeFacts


def take_pending_notices(
    archive: Archive, settings: Settings, error: errors.ArchiverError | None, *, now: datetime, adapts: bool = False
) -> PendingNotices:
    """The notices due after a round, which ended with `error` or went through; they count as given from now on.

    If the archive cannot be read or written, the error alone is reported, every time. `adapts`: busy chats are read
    more often than the settings say.
    """
    every, name = settings.sync.every, _error_name(error)
    try:
        with archive.reading() as reading:
            known = remembered_values.NOTICED.recall(reading)
            standing_name = standing_error(reading)
            reason = name or standing_name
            rooms = contracts.rooms_to_read(reading, now)
            paces = message_rates.current_paces(reading, rooms, now=now)
            fast = _pace_keys(paces.rates, every=every, adapts=adapts)
            present = {*trouble_keys(reading, settings, rooms, now=now), *fast, *_fault_keys(reason)}
            notices = due_notices.due_notices(present, known, now=now)
            notice_facts = collect_facts(reading, notices, known, every=every, reason=reason, now=now)
            saved_at = remembered_values.last_saved_at(reading)
            new_fault = None if name is None or name == standing_name else RoundFault(name, saved_at)
        if (
            notices.known != known or paces.is_fresh or new_fault is not None
        ):  # a round without news writes nothing here
            with archive.writing() as writing:
                remembered_values.NOTICED.remember(writing, notices.known)
                message_rates.remember_paces(writing, paces)
                if new_fault is not None:
                    remembered_values.LAST_FAULT.remember(writing, new_fault)
    except UNREADABLE:
        error_notices = due_notices.due_notices(_fault_keys(name), {}, now=now)
        return PendingNotices(error_notices._replace(is_remembered=False), NoticeFacts(now, every, reason=name))
    return PendingNotices(notices, notice_facts)


def warnings(archive: Archive, settings: Settings, *, now: datetime) -> PendingNotices:
    """What every command warns of; nothing counts as reported. Raises as `Archive.reading`."""
    with archive.reading() as reading:
        notices = DueNotices(tuple(urgent_keys(reading, settings, now=now)), (), {})
        return PendingNotices(
            notices,
            collect_facts(reading, notices, {}, every=settings.sync.every, reason=standing_error(reading), now=now),
        )


def trouble_keys(reading: Reading, settings: Settings, rooms: Collection[int], *, now: datetime) -> Iterator[str]:
    """The keys of all troubles that the archive shows now; `rooms` are those that are read."""
    yield from urgent_keys(reading, settings, now=now)
    yield from (f"{GAP}{room}/{before}" for room, before in gaps.holes(reading) if room in rooms)
    yield from _lost_file_keys(reading, rooms)
    yield from _unread_room_keys(reading, rooms, before=now - timedelta(hours=settings.notify.stale_hours))
    yield from (f"{DUE}{alert.number}" for alert in alerts.open_alerts(reading) if _is_near(alert, now))
    pause = remembered_values.ENDED_PAUSE.recall(reading)
    if pause is not None:
        yield f"{PAUSE}{to_text(pause.end)}"
    if settings.notify.urls and not apprise_sender.is_installed():
        yield REMOTE
    if settings.notify.daily and (daily_key := notice_key(now, begun=runs.first_entry_time(reading))) is not None:
        yield daily_key


def urgent_keys(reading: Reading, settings: Settings, *, now: datetime) -> Iterator[str]:
    """The keys of the troubles that every command warns of."""
    saved_at = remembered_values.last_saved_at(reading)
    longest = timedelta(hours=settings.notify.stale_hours)
    # Where every contract has ended there is nothing to save.
    if saved_at is not None and now - saved_at > longest and contracts.rooms_to_read(reading, now):
        yield STALE
    verified = verification_log.last(reading)
    if verified is not None and verified.findings:
        yield FINDINGS
    for alert in alerts.open_alerts(reading):
        if alert.level is Level.HIGH:
            yield f"{ALERT if alert.rule in DEPARTURES else HINT}{alert.number}"


def is_to_say(error: errors.ArchiverError | None, notices: DueNotices) -> bool:
    """Whether a run's error is to be printed: it is new, has lasted for another day, or is none of the troubles."""
    return not (keys := _fault_keys(_error_name(error))) or bool(keys & set(notices.say))


def _error_name(error: errors.ArchiverError | None) -> str | None:
    return None if error is None or isinstance(error, NO_TROUBLE) else type(error).__name__


def _fault_keys(error_name: str | None) -> set[str]:
    return set() if error_name is None else {f"{FAULT}{error_name}"}


def _pace_keys(rates: Mapping[int, float], *, every: timedelta, adapts: bool) -> Iterator[str]:
    """One key for each chat in which a list may not show all new messages."""
    for room, rate in rates.items():
        if message_rate.could_overrun(rate, every=message_rate.visit_interval(rate, every=every) if adapts else every):
            yield f"{PACE}{room}"


def _lost_file_keys(reading: Reading, rooms: Iterable[int]) -> Iterator[str]:
    """One key for each file that was given up, so that each further one is news."""
    rooms_with_lost = {room for room, one in files.file_counts(reading).items() if one.lost} & set(rooms)
    if rooms_with_lost:
        unheld = (one for one in files.unheld_files(reading) if one.lost and one.room_id in rooms_with_lost)
        yield from (f"{LOST}{one.room_id}/{one.file_id}" for one in unheld)


def _unread_room_keys(reading: Reading, rooms: Collection[int], *, before: datetime) -> Iterator[str]:
    """One key for each chat that could be opened and was not looked at since, while others were."""
    looks = last_looks.room_looks(reading, rooms)
    if looks.newest is not None and looks.newest >= before:  # else nothing is saved at all: `STALE`
        yield from (f"{UNREAD}{room}" for room in looks.older(before))


def _is_near(alert: Alert, now: datetime) -> bool:
    """A deadline of today or tomorrow that the user has not put aside."""
    return alert.rule is AlertRule.DEADLINE and 0 <= days_left(alert, now) <= 1
