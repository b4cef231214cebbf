"""Looks for troubles in an archive after a round, and remembers what was said of them; `notice_words` says it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from archiver import errors
from archiver.notices import (
    apprise_sender,
    due,
    message_rates,
)
from archiver.notices import (
    daily as notice_daily,
)
from archiver.notices.due import (
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
from archiver.notices.facts import NoticeFacts, days_left, facts
from archiver.records.alerts import GOING, Alert, AlertRule, Level
from archiver.rounds import long_pauses
from archiver.rounds.last_fault import LAST_FAULT, RoundFault, last_round, standing
from archiver.settings.model import Settings
from archiver.store.archive import Archive, Reading
from archiver.store.queries import contracts, files, gaps, last_looks, runs
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import alerts, memory, verification_log
from archiver.sync import message_rate

NOTICED = "noticed"
"""Remembered: key of a trouble → when it was last said."""

NO_TROUBLE = (errors.ArchiveInUse, errors.NoContract, errors.UsageError)
"""Faults of a run that need nobody: another one is at work, or it was called in a way that cannot be meant."""

UNREADABLE = (errors.StorageError, errors.SettingsError, errors.NewerArchive)


class PendingNotices(NamedTuple):
    """What is to be said, and the facts for the sentences."""

    notices: DueNotices
    facts: NoticeFacts


def settle(
    archive: Archive, settings: Settings, fault: errors.ArchiverError | None, *, now: datetime, adapts: bool = False
) -> PendingNotices:
    """What is to be said after a round that went through, or that ended with a fault; it counts as said from now on.

    Where the archive cannot be read or written, the fault alone is said, every time. `adapts`: busy chats are read
    more often than the settings say.
    """
    every, name = settings.sync.every, _name(fault)
    try:
        with archive.reading() as reading:
            known = _known(memory.recall(reading, NOTICED))
            before = standing(reading)
            reason = name or before
            rooms = contracts.rooms_to_read(reading, now)
            paces = message_rates.look(reading, rooms, now=now)
            fast = _fast(paces.rates, every=every, adapts=adapts)
            present = {*troubles(reading, settings, rooms, now=now), *fast, *_of(reason)}
            made = due.judge(present, known, now=now)
            told = facts(reading, made, known, every=every, reason=reason, now=now)
            fresh = None if name is None or name == before else RoundFault(name, last_round(reading))
        if made.known != known or paces.fresh or fresh is not None:  # a round without news writes nothing here
            with archive.writing() as writing:
                memory.remember(writing, NOTICED, {key: to_text(at) for key, at in made.known.items()})
                message_rates.remember(writing, paces)
                if fresh is not None:
                    memory.remember(writing, LAST_FAULT, fresh._asdict())
    except UNREADABLE:
        alone = due.judge(_of(name), {}, now=now)
        return PendingNotices(alone._replace(kept=False), NoticeFacts(now, every, reason=name))
    return PendingNotices(made, told)


def warnings(archive: Archive, settings: Settings, *, now: datetime) -> PendingNotices:
    """What every command warns of; nothing counts as said. Raises as `Archive.reading`."""
    with archive.reading() as reading:
        made = DueNotices(tuple(urgent(reading, settings, now=now)), (), {})
        return PendingNotices(
            made, facts(reading, made, {}, every=settings.sync.every, reason=standing(reading), now=now)
        )


def _known(told: Any) -> dict[str, datetime]:
    """What was said before, and when; what cannot be understood was not said."""
    found = {}
    for key, at in told.items() if isinstance(told, dict) else ():
        with suppress(TypeError, ValueError):
            found[key] = from_text(at)
    return {key: at for key, at in found.items() if at.tzinfo is not None}


def troubles(reading: Reading, settings: Settings, rooms: Collection[int], *, now: datetime) -> Iterator[str]:
    """The keys of all that is wrong now or is to be told, as far as the archive tells; `rooms` are those read."""
    yield from urgent(reading, settings, now=now)
    yield from (f"{GAP}{room}/{before}" for room, before in gaps.holes(reading) if room in rooms)
    yield from _lost(reading, rooms)
    yield from _unread(reading, rooms, before=now - timedelta(hours=settings.notify.stale_hours))
    yield from (f"{DUE}{one.number}" for one in alerts.open_alerts(reading) if _is_near(one, now))
    ended = long_pauses.resumed(reading)
    if ended is not None:
        yield f"{PAUSE}{to_text(ended.end)}"
    if settings.notify.urls and not apprise_sender.is_installed():
        yield REMOTE
    if settings.notify.daily and (daily := notice_daily.key(now, begun=runs.begun(reading))) is not None:
        yield daily


def urgent(reading: Reading, settings: Settings, *, now: datetime) -> Iterator[str]:
    """The keys of what every command warns of."""
    last = memory.recall(reading, "last_sync")
    longest = timedelta(hours=settings.notify.stale_hours)
    # Where every contract has ended there is nothing to save.
    if last is not None and now - from_text(last["at"]) > longest and contracts.rooms_to_read(reading, now):
        yield STALE
    verified = verification_log.last(reading)
    if verified is not None and verified.findings:
        yield FINDINGS
    for one in alerts.open_alerts(reading):
        if one.level is Level.HIGH:
            yield f"{ALERT if one.rule in GOING else HINT}{one.number}"


def is_to_say(fault: errors.ArchiverError | None, made: DueNotices) -> bool:
    """Whether the fault of a run is new, or has lasted for another day; what is no trouble is always said."""
    return not (keys := _of(_name(fault))) or bool(keys & set(made.say))


def _name(fault: errors.ArchiverError | None) -> str | None:
    return None if fault is None or isinstance(fault, NO_TROUBLE) else type(fault).__name__


def _of(fault: str | None) -> set[str]:
    return set() if fault is None else {f"{FAULT}{fault}"}


def _fast(rates: Mapping[int, float], *, every: timedelta, adapts: bool) -> Iterator[str]:
    """One key for each chat in which visits may find more new messages than a list shows."""
    for room, rate in rates.items():
        if message_rate.could_overrun(rate, every=message_rate.interval(rate, every=every) if adapts else every):
            yield f"{PACE}{room}"


def _lost(reading: Reading, rooms: Iterable[int]) -> Iterator[str]:
    """One key for each file that was given up, so that another one is news whatever their number."""
    chosen = {room for room, one in files.counts(reading).items() if one.lost} & set(rooms)
    if chosen:
        unheld = (one for one in files.unheld(reading) if one.lost and one.room_id in chosen)
        yield from (f"{LOST}{one.room_id}/{one.file_id}" for one in unheld)


def _unread(reading: Reading, rooms: Collection[int], *, before: datetime) -> Iterator[str]:
    """One key for each chat that could be opened and was not looked at since, while others were."""
    looks = last_looks.looks(reading, rooms)
    if looks.newest is not None and looks.newest >= before:  # else nothing is saved at all, which is said by itself
        yield from (f"{UNREAD}{room}" for room in looks.older(before))


def _is_near(alert: Alert, now: datetime) -> bool:
    """A deadline of today or tomorrow that the user has not put aside."""
    return alert.rule is AlertRule.DEADLINE and 0 <= days_left(alert, now) <= 1
