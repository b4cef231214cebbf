"""One whole round: seal what is due → sync → judge alerts → seal if something disappeared → stamps → daily exports.

`archive sync` and the daemon run the same round. It is the only thing that holds the round lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from gettext import gettext as _

from archiver import errors
from archiver.app import App
from archiver.custody import stamping
from archiver.export.package import daily
from archiver.records import JST
from archiver.records.alerts import GOING
from archiver.rounds import alerting, long_pauses, run_log, upgrade
from archiver.settings.model import Settings
from archiver.store import seals
from archiver.store.queries import contracts, departures
from archiver.store.working import memory
from archiver.store.working.backfill_queue import Place
from archiver.sync import trouble_reports
from archiver.sync.files import avatars
from archiver.sync.files.download import DownloadLimits
from archiver.sync.recover.read_ids import Recovered, read
from archiver.sync.report import SyncReport
from archiver.sync.run import Options, ProgressCallbacks, run_sync

DAILIES = "dailies"
"""Remembers the Tokyo day, and the last entry about a contract, for which every daily export is made."""

UNCOPIED = "uncopied"
"""Remembers the folders that could not get copies, and when that was last told."""


def run_round(
    app: App, options: Options, talk: ProgressCallbacks, *, upgraded: upgrade.Told = upgrade.UNHEARD
) -> SyncReport:
    """Run one round. Raises ArchiveInUse at once if another one runs, NewerArchive, and what `sync.run.run` raises.

    What is due is sealed before Chatwork is asked, so that a round that fails later still leaves a seal, stamped.
    An archive of an older version is brought to this one before all that; `upgraded` hears of it.
    """
    with _begun(app, upgraded):
        try:
            return _round(app, options, talk)
        except errors.ArchiverError:
            _without_chatwork(app)
            raise


def rescue_round(
    app: App, rooms: Collection[int], talk: ProgressCallbacks, *, upgraded: upgrade.Told = upgrade.UNHEARD
) -> SyncReport:
    """Save everything shared with the people of these rooms now: no pacing, no reserve, a seal whatever happens.

    Raises as `run_round`, and UsageError if none of the rooms is read any more.
    """
    with _begun(app, upgraded):
        app.chatwork.transport.reserve = 0
        try:
            return _round(app, Options(rooms=_shared(app, rooms), full=True), talk, always=True)
        except errors.ArchiverError:
            _seal(app)  # nothing new could be had; what is held is closed at least
            _without_chatwork(app, at_once=True)
            raise


def upkeep_round(app: App, *, upgraded: upgrade.Told = upgrade.UNHEARD) -> None:
    """All of a round that needs no Chatwork: sealing what is due, stamps, dates, copies. Raises ArchiveInUse."""
    with _begun(app, upgraded):
        _seal_if_due(app)
        stamping.ask(app)
        alerting.judge_dates(app.archive, now=app.now)
        _dailies(app, at_once=False)


@contextlib.contextmanager
def _begun(app: App, upgraded: upgrade.Told) -> Iterator[None]:
    """Around every kind of round: nobody else's, in the log however it ends, on an archive of this version."""
    with app.archive.round_lock(), run_log.around(app.settings.home, now=app.now):
        upgrade.within_round(app, upgraded)
        yield


def _round(app: App, options: Options, talk: ProgressCallbacks, *, always: bool = False) -> SyncReport:
    sealed = [_seal_if_due(app)]
    chosen = replace(_options(app.settings, options), watch=alerting.going, seal=lambda: sealed.append(_seal(app)))
    before, longest = long_pauses.last_round(app.archive), timedelta(hours=app.settings.notify.stale_hours)
    report = run_sync(app.archive, app.chatwork, app.downloads, now=app.now, options=chosen, talk=talk)
    long_pauses.note(app.archive, before, report, longest=longest, whole=options.rooms is None)
    opened = alerting.judge(app.archive, now=app.now)
    report.alerts = tuple(alerting.document(one) for one in opened)
    at_once = always or report.disappeared or any(one.rule in GOING for one in opened)
    if at_once:
        sealed.append(_seal(app))
    report.sealed = max((number for number in sealed if number is not None), default=None)
    stamping.ask(app, at_once=always)
    report.complaints = _dailies(app, at_once=at_once, always=always)
    run_log.write(app.settings.home, report)
    if report.news:
        _pictures(app)
    return report


def _without_chatwork(app: App, *, at_once: bool = False) -> None:
    """Stamps and dates need no Chatwork. What the disk refuses now is less than the fault that ended the round."""
    with contextlib.suppress(errors.StorageError):
        stamping.ask(app, at_once=at_once)
        alerting.judge_dates(app.archive, now=app.now)


def _pictures(app: App) -> None:
    """Avatars and icons, after all else; a run without news has no new ones, and older ones can wait for news."""
    with app.archive.reading() as reading:
        rooms = contracts.rooms_to_read(reading, app.now())
    avatars.fetch(app.archive, app.downloads, rooms, now=app.now)


def _shared(app: App, rooms: Collection[int]) -> frozenset[int]:
    """These rooms, and the others that are shared with anybody in them, as far as they are still read."""
    with app.archive.reading() as reading:
        shared = departures.rooms_of(reading, departures.counterparts(reading, rooms)) | set(rooms)
        read_now = shared & set(contracts.rooms_to_read(reading, app.now()))
    if not read_now:
        sentence = _(
            "Nothing of this contract is saved any more: it was stopped, or closed more than {days} days ago. "
            "To save it again: archive contract reopen ID"
        )
        raise errors.UsageError(detail=sentence.format(days=contracts.STILL_READ.days))
    return frozenset(read_now)


def recover_round(app: App, places: Collection[Place], told: Callable[[int, int], None]) -> Recovered:
    """Read recovered ids as a round of its own. Raises ArchiveInUse, and what `recover.reading.read` raises."""
    with _begun(app, upgrade.UNHEARD):
        _seal_if_due(app)
        digest = settings_digest(app.settings)
        made = read(app.archive, app.chatwork, places, now=app.now, told=told, settings=digest)
        run_log.write(app.settings.home, made.report)
        return made


def _seal_if_due(app: App) -> int | None:
    with app.archive.reading() as reading:
        due = seals.is_due(reading, now=app.now())
    return _seal(app) if due else None


def _seal(app: App) -> int | None:
    made = seals.close(app.archive, now=app.now())
    return made[-1].number if made else None


def _options(settings: Settings, options: Options) -> Options:
    files = settings.files
    return replace(
        options,
        full_every=settings.sync.full_every,
        reread_every=timedelta(days=settings.sync.reread_days),
        limits=DownloadLimits(files.large_bytes, files.max_bytes, files.stop_when_free_bytes),
        settings=settings_digest(settings),
    )


def settings_digest(settings: Settings) -> str:
    """SHA-256 of the settings that decide what is read and kept; the record of a run names it."""
    chosen = {"sync": asdict(settings.sync), "files": asdict(settings.files)}
    told = json.dumps(chosen, sort_keys=True, default=_seconds)
    return hashlib.sha256(told.encode()).hexdigest()


def _seconds(value: timedelta) -> float:
    return value.total_seconds()


def _dailies(app: App, *, at_once: bool, always: bool = False) -> tuple[str, ...]:
    """The daily exports that are due, and copies of them and of the seals elsewhere.

    What could not be copied is told when it is new and then once a day, or `always`.
    """
    if app.settings.exports.daily:
        _make_dailies(app, at_once=at_once)
    failed = {str(one.folder): one for one in daily.copy_to(app.settings.home, app.settings.exports.also_to)}
    due = _to_complain(app, failed)
    return tuple(_complaint(one) for folder, one in failed.items() if always or folder in due)


def _to_complain(app: App, folders: Collection[str]) -> tuple[str, ...]:
    """Those of these folders of which it is time to tell; the others are in order."""
    with app.archive.reading() as reading:
        before = memory.recall(reading, UNCOPIED, {})
    verdict = trouble_reports.judge(folders, cleared=("",), remembered=before, now=app.now())
    if verdict.remember != before:
        with app.archive.writing() as writing:
            memory.remember(writing, UNCOPIED, verdict.remember or None)
    return verdict.report


def _complaint(one: daily.Complaint) -> str:
    sentence = _("No copy could be made in {folder}: {detail}")
    return sentence.format(folder=one.folder, detail=one.detail or _("this folder is not there"))


def _make_dailies(app: App, *, at_once: bool) -> None:
    """Look for news of each contract once a day, and whenever a contract was stated anew."""
    with app.archive.reading() as reading:
        names = [contract.id for contract in contracts.contracts(reading)]
        made_for = [app.now().astimezone(JST).date().isoformat(), contracts.last_stated(reading)]
        due = at_once or memory.recall(reading, DAILIES) != made_for
    if not due:
        return
    limit = app.settings.exports.daily_file_bytes
    for name in names:
        daily.daily(app.archive, name, now=app.now, file_limit_bytes=limit, at_once=at_once)
    with app.archive.writing() as writing:
        memory.remember(writing, DAILIES, made_for)
