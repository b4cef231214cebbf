"""Looks for troubles in an archive after a round, and remembers what was said of them; `notice_words` says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver import errors
from archiver.schedule import notice_daily, noticing, remote, resuming
from archiver.schedule.notice_facts import LAST_FAULT, Facts, days_left, facts, standing
from archiver.schedule.noticing import (
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
    Notices,
)
from archiver.settings.model import Settings
from archiver.signs import GOING, Alert, Level, Rule
from archiver.store import alerts, verifications, work
from archiver.store.archive import Archive, Reading
from archiver.store.clock import moment, stamp
from archiver.store.queries import contracts, files, runs
from archiver.store.queries import pace as pace_queries
from archiver.store.queries.status import open_gaps
from archiver.sync import pace

NOTICED = "noticed"
"""Remembered: key of a trouble → when it was last said."""

RECENT = timedelta(days=7)
"""How far back a busy hour of a chat counts."""

NO_TROUBLE = (errors.ArchiveInUse, errors.NoContract, errors.UsageError)
"""Faults of a run that need nobody: another one is at work, or it was called in a way that cannot be meant."""

UNREADABLE = (errors.StorageError, errors.SettingsError, errors.NewerArchive)


class Told(NamedTuple):
    """What is to be said, and the facts for the sentences."""

    notices: Notices
    facts: Facts


def settle(
    archive: Archive, settings: Settings, fault: errors.ArchiverError | None, *, now: datetime, adapts: bool = False
) -> Told:
    """What is to be said after a round that went through, or that ended with a fault; it counts as said from now on.

    Where the archive cannot be read or written, the fault alone is said, every time. `adapts`: busy chats are read
    more often than the settings say.
    """
    every, name = settings.sync.every, _name(fault)
    try:
        with archive.reading() as reading:
            known = {key: moment(at) for key, at in work.recall(reading, NOTICED, {}).items()}
            before = standing(reading)
            reason = name or before
            present = {*troubles(reading, settings, now=now, adapts=adapts), *_of(reason)}
            made = noticing.judge(present, known, now=now)
            told = facts(reading, made, known, every=every, reason=reason, now=now)
        _remember(archive, made, known, fault=None if name == before else name, now=now)
    except UNREADABLE:
        alone = noticing.judge(_of(name), {}, now=now)
        return Told(alone._replace(kept=False), Facts(now, every, reason=name))
    return Told(made, told)


def warnings(archive: Archive, settings: Settings, *, now: datetime) -> Told:
    """What every command warns of; nothing counts as said. Raises as `Archive.reading`."""
    with archive.reading() as reading:
        made = Notices(tuple(urgent(reading, settings, now=now)), (), {})
        return Told(made, facts(reading, made, {}, every=settings.sync.every, reason=standing(reading), now=now))


def _remember(
    archive: Archive, made: Notices, known: Mapping[str, datetime], *, fault: str | None, now: datetime
) -> None:
    """A round without news writes nothing here."""
    if made.known == known and fault is None:
        return
    with archive.writing() as writing:
        work.remember(writing, NOTICED, {key: stamp(at) for key, at in made.known.items()})
        if fault is not None:
            work.remember(writing, LAST_FAULT, {"name": fault, "at": stamp(now)})


def troubles(reading: Reading, settings: Settings, *, now: datetime, adapts: bool = False) -> Iterator[str]:
    """The keys of all that is wrong now or is to be told, as far as the archive tells."""
    yield from urgent(reading, settings, now=now)
    rooms = contracts.rooms_to_read(reading, now)
    for room in rooms:
        yield from (f"{GAP}{room}/{gap['before']}" for gap in open_gaps(reading, room) if gap["after"] is not None)
        if _is_fast(reading, room, every=settings.sync.every, now=now, adapts=adapts):
            yield f"{PACE}{room}"
    yield from _lost(reading, rooms)
    yield from (f"{DUE}{one.number}" for one in alerts.open_alerts(reading) if _is_near(one, now))
    ended = resuming.resumed(reading)
    if ended is not None:
        yield f"{PAUSE}{stamp(ended.end)}"
    if settings.notify.urls and not remote.is_installed():
        yield REMOTE
    if settings.notify.daily and (daily := notice_daily.key(now, begun=runs.begun(reading))) is not None:
        yield daily


def urgent(reading: Reading, settings: Settings, *, now: datetime) -> Iterator[str]:
    """The keys of what every command warns of."""
    last = work.recall(reading, "last_sync")
    if last is not None and now - moment(last["at"]) > timedelta(hours=settings.notify.stale_hours):
        yield STALE
    verified = verifications.last(reading)
    if verified is not None and verified.findings:
        yield FINDINGS
    for one in alerts.open_alerts(reading):
        if one.level is Level.HIGH:
            yield f"{ALERT if one.rule in GOING else HINT}{one.number}"


def is_to_say(fault: errors.ArchiverError | None, made: Notices) -> bool:
    """Whether the fault of a run is new, or has lasted for another day; what is no trouble is always said."""
    return not (keys := _of(_name(fault))) or bool(keys & set(made.say))


def _name(fault: errors.ArchiverError | None) -> str | None:
    return None if fault is None or isinstance(fault, NO_TROUBLE) else type(fault).__name__


def _of(fault: str | None) -> set[str]:
    return set() if fault is None else {f"{FAULT}{fault}"}


def _is_fast(reading: Reading, room: int, *, every: timedelta, now: datetime, adapts: bool) -> bool:
    """Whether visits may find more new messages than a list shows."""
    rate = pace.per_minute(pace_queries.counted(reading, room, since=now - RECENT))
    return pace.could_overrun(rate, every=pace.interval(rate, every=every) if adapts else every)


def _lost(reading: Reading, rooms: Iterable[int]) -> Iterator[str]:
    """One key for each file that was given up, so that another one is news whatever their number."""
    chosen = {room for room, one in files.counts(reading).items() if one.lost} & set(rooms)
    if chosen:
        unheld = (one for one in files.unheld(reading) if one.lost and one.room_id in chosen)
        yield from (f"{LOST}{one.room_id}/{one.file_id}" for one in unheld)


def _is_near(alert: Alert, now: datetime) -> bool:
    """A deadline of today or tomorrow that the user has not put aside."""
    return alert.rule is Rule.DEADLINE and 0 <= days_left(alert, now) <= 1
