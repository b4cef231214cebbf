"""Runs one round: seal what is due → sync → judge alerts → seal if something disappeared → stamps → daily copies.

`archive save` and the daemon run the same round. Recovery, erasing and upkeep take the same round lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.custody import copies_elsewhere, erasures, put_back_databases, stamp_requests
from archiver.custody.stamp_requests import StampOutcome
from archiver.records import JST, Seal
from archiver.records.alerts import DEPARTURES, due_reminders
from archiver.rounds import alerting, run_log
from archiver.rounds.round_parts import Part, run_in_parts
from archiver.settings.model import Settings
from archiver.store import migrate, seals, user_statements
from archiver.store.archive import Archive, again_if_stale
from archiver.store.database_comparison import other_databases
from archiver.store.queries import contracts
from archiver.store.queries.people import counterparts
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import EndedPause
from archiver.sync import download
from archiver.sync.download import DownloadLimits
from archiver.sync.report import RoomOutcome, SyncReport, doubtful_sentence
from archiver.sync.run import run_sync
from archiver.sync.run_start import Options, ProgressCallbacks
from archiver.wording import gettext as _

TellUpgraded = Callable[[Path], None]
"""A callback that is given the path of the copy made before the upgrade."""

TELL_NOBODY: TellUpgraded = lambda _copy: None  # noqa: E731

OVERHEAD_REQUESTS = 2
"""A part that made no more requests has read nothing: they tell the account and the rooms."""


def run_round(
    app: App,
    options: Options,
    progress: ProgressCallbacks,
    *,
    upgraded: TellUpgraded = TELL_NOBODY,
    is_rescue: bool = False,
) -> SyncReport:
    """Run one round. Raises ArchiveInUse at once if another one runs, NewerArchive, and what `sync.run.run` raises.

    What is due is sealed before Chatwork is asked, so that a round that fails later still leaves a seal, stamped.
    An archive of an older version is upgraded before all that, and `upgraded` is called. While the allowance is used
    up, another one may run: the round has parts, of which each leaves out the lists that earlier ones have read.
    `is_rescue`: it ends with a seal and a request for stamps, whatever happens.
    """

    def run_part(part_options: Options) -> SyncReport:
        with hold_round(app, upgraded):
            try:
                return _run_locked_round(app, part_options, progress, always=is_rescue)
            except errors.ArchiverError:
                if is_rescue:
                    seal(app)  # nothing new could be read; what is saved is sealed at least
                with contextlib.suppress(errors.StorageError):  # the round's error matters more than a full disk
                    stamp_requests.request_stamps(app, at_once=is_rescue)
                    alerting.judge_dates(app.archive, now=app.now)
                raise

    def run(earlier: SyncReport | None, seconds: float | None) -> Part[SyncReport]:
        read = {} if earlier is None else {room.room_id: room.read_kinds for room in earlier.rooms}
        part = again_if_stale(run_part)(replace(options, max_seconds=seconds, read_before=read))
        return part.after(earlier), part.requests > OVERHEAD_REQUESTS, part.calls_spent

    return run_in_parts(app, run, seconds=options.max_seconds)


def rescue_round(app: App, rooms: Collection[int], progress: ProgressCallbacks) -> SyncReport:
    """Save everything shared with the people of these rooms now: no pacing, no reserve, a seal whatever happens.

    Raises as `run_round`, and UsageError if none of the rooms is read any more.
    """
    with hold_round(app, TELL_NOBODY):
        app.chatwork.transport.reserve = 0
        shared = _shared_rooms(app, rooms)
    return run_round(app, Options(rooms=shared, full=True), progress, is_rescue=True)


def upkeep_round(app: App, *, upgraded: TellUpgraded = TELL_NOBODY) -> None:
    """Run the parts of a round that need no Chatwork: sealing, stamps, dates, copies. Raises ArchiveInUse."""
    with hold_round(app, upgraded):
        settle_seals(app)
        seal_if_due(app)
        stamp_requests.request_stamps(app)
        alerting.judge_dates(app.archive, now=app.now)
        _export_and_copy(app, at_once=False)


@contextlib.contextmanager
def hold_round(app: App, upgraded: TellUpgraded) -> Iterator[None]:
    """Hold the round lock, log how the round ends, and upgrade the archive first if it is older.

    A copy of a team's archive is topped up before Chatwork is asked. Raises LedgerUnavailable, ArchiveClosed.
    """
    with app.archive.round_lock(), run_log.log_round_end(app.settings.home, now=app.now):
        upgrade_within_round(app, upgraded)
        app.archive.top_up()
        app.archive.keeper.check_open()
        yield


def _run_locked_round(app: App, options: Options, progress: ProgressCallbacks, *, always: bool = False) -> SyncReport:
    put_back = settle_seals(app)
    sealed = [seal_if_due(app)]
    complete_options = replace(
        _with_settings(app.settings, options),
        find_departing=alerting.departing_people,
        seal=lambda: sealed.append(seal(app)),
        stamped=partial(stamp_requests.clock_difference, app),
        after_first_replies=lambda: sealed.append(seal_if_due(app)),
    )
    before, longest = last_round(app.archive), timedelta(hours=app.settings.notify.stale_hours)
    report = run_sync(
        app.archive, app.chatwork, app.downloads, now=app.now, options=complete_options, progress=progress
    )
    note_pause(app.archive, before, report, longest=longest, whole=options.rooms is None)
    opened_alerts = alerting.judge(app.archive, now=app.now)
    report.alerts = tuple(alerting.alert_document(one) for one in opened_alerts)
    report.has_losses |= any((one.subject or "").startswith("unlisted/") for one in opened_alerts)
    at_once = always or report.disappeared or any(one.rule in DEPARTURES for one in opened_alerts)
    if at_once:
        sealed.append(seal(app))
    report.sealed = max((number for number in sealed if number is not None), default=None)
    stamp_requests.request_stamps(app, at_once=always)
    doubts = () if report.doubtful is None else (doubtful_sentence(report.doubtful / timedelta(hours=1)),)
    report.complaints = (*put_back, *doubts, *_export_and_copy(app, at_once=at_once, always=always))
    run_log.write(app.settings.home, report)
    if report.news:  # else there are no new pictures, and older ones can wait
        rooms = app.archive.read(contracts.rooms_to_read, app.now())
        download.fetch_avatars(app.archive, app.downloads, rooms, now=app.now)
    return report


def _shared_rooms(app: App, rooms: Collection[int]) -> frozenset[int]:
    """These rooms, and the others shared with their counterparts, as far as they are still read."""
    with app.archive.reading() as reading:
        shared = contracts.contracted_rooms_of(reading, counterparts(reading, rooms)) | set(rooms)
        read_now = shared & set(contracts.rooms_to_read(reading, app.now()))
        job = next((one.id for one in contracts.contracts(reading) if not one.room_ids.isdisjoint(shared)), "")
    if not read_now:
        sentence = _(
            "Nothing of this job is saved any more: it was stopped, or closed more than {days} days ago. To "
            "save it again: archive job end {job} --undo"
        )
        raise errors.UsageError(detail=sentence.format(days=contracts.READ_AFTER_CLOSING.days, job=job))
    return frozenset(read_now)


def settle_seals(app: App) -> tuple[str, ...]:
    """Look for an older database that was put back; what is to be said of those that were found just now.

    What the owner erased and an older database brought back is erased again, before anything is read or sealed.
    What was typed on a page some time ago becomes an entry, also where the application died.
    """
    user_statements.state_all_typed(app.archive, at=app.now(), quiet=user_statements.QUIET)
    recorded = put_back_databases.settle(app.archive, now=app.now(), copies=app.settings.exports.also_to)
    put_back = app.archive.read(put_back_databases.put_back_databases)[-recorded:] if recorded else ()
    return (*map(put_back_databases.advice, put_back), *_go_on_erasing(app))


def _go_on_erasing(app: App) -> list[str]:
    """Go on with what was to be erased; that it cannot be done now never keeps a round from saving."""
    try:
        return erasures.go_on(app.archive, now=app.now, copies=app.settings.exports.also_to)
    except errors.StorageError as error:
        return [_("An erasure could not be finished: {error}").format(error=error)]


def seal_if_due(app: App) -> int | None:
    """Seal what is due, also where stamps have to be carried on by a new one; the number of the last new seal."""
    with app.archive.reading() as reading:
        renews = bool(app.authorities) and stamp_requests.is_renewal_due(reading, app.now())
        due = renews or seals.is_due(reading, now=app.now())
    return seal(app, with_idle_runs=False) if due else None


def seal(app: App, *, with_idle_runs: bool = True) -> int | None:
    """Seal everything; the number of the last new seal.

    While two clocks differ and nothing shows which is wrong, the seal waits for a stamp's time or the next run.
    """
    if app.chatwork.transport.dates.undecided is not None:
        return None
    new_seals = seals.close_seals(app.archive, now=app.now(), with_idle_runs=with_idle_runs)
    return new_seals[-1].number if new_seals else None


def _with_settings(settings: Settings, options: Options) -> Options:
    files = settings.files
    return replace(
        options,
        full_every=settings.sync.full_every,
        window_share=settings.sync.window_share,
        reread_every=timedelta(days=settings.sync.reread_days),
        limits=DownloadLimits(files.large_bytes, files.max_bytes, files.stop_when_free_bytes),
        settings=settings_digest(settings),
    )


def settings_digest(settings: Settings) -> str:
    """SHA-256 of the settings that decide what is read and kept, for the record of a run."""
    relevant = {"sync": settings.sync.values(), "files": settings.files.values()}
    document = json.dumps(relevant, sort_keys=True, default=timedelta.total_seconds)
    return hashlib.sha256(document.encode()).hexdigest()


def _export_and_copy(app: App, *, at_once: bool, always: bool = False) -> tuple[str, ...]:
    """Make the daily copies that are due, and copy them and the seals elsewhere; return complaints.

    A folder that could not get copies is reported when that is new, then once a day, or `always`; so is another
    database beside the archive's own.
    """
    if app.settings.exports.daily:
        _make_daily_copies(app, at_once=at_once)
    failures = copies_elsewhere.copy_to_folders(app.settings.home, app.settings.exports.also_to)
    sentence, is_gone = _("No backup could be made in {folder}: {detail}"), _("this folder does not exist")
    complaints = {str(one): sentence.format(folder=one, detail=why or is_gone) for one, why in failures.items()}
    put_back_databases.note(app.archive, app.settings.exports.also_to)
    with app.archive.reading() as reading:
        complaints |= {str(one.path): put_back_databases.other_sentence(one) for one in other_databases(reading)}
    due = _due_complaints(app, complaints)
    return tuple(sentence for place, sentence in complaints.items() if always or place in due)


def _due_complaints(app: App, places: Collection[str]) -> tuple[str, ...]:
    """Those of these places of which it is due to be reported; all others count as in order."""
    before = app.archive.read(remembered_values.COPY_FAILURES.recall)
    reminders = due_reminders(places, before, now=app.now())
    if reminders.known != before:
        app.archive.write(remembered_values.COPY_FAILURES.remember, reminders.known or None)
    return reminders.say


def _make_daily_copies(app: App, *, at_once: bool) -> None:
    """Make the daily copies once a day, and whenever a contract was stated anew."""
    with app.archive.reading() as reading:
        names = [contract.id for contract in contracts.contracts(reading)]
        today = remembered_values.ExportedDay(app.now().astimezone(JST).date(), contracts.last_contract_entry(reading))
        due = at_once or remembered_values.EXPORTED_DAY.recall(reading) != today
    if not due:
        return
    from archiver.export.package import daily_copy  # here, as it is needed once a day and brings half the program

    limit = app.settings.exports.daily_file_bytes
    for name in names:
        daily_copy.write_daily_copy(app.archive, name, now=app.now, file_limit_bytes=limit, at_once=at_once)
    app.archive.write(remembered_values.EXPORTED_DAY.remember, today)


def upgrade_if_older(app: App, tell: TellUpgraded) -> None:
    """Upgrade an older archive, taking the round lock. Raises ArchiveInUse, and as `upgrade_within_round`."""
    if migrate.is_older(app.archive.database):
        with app.archive.round_lock():
            upgrade_within_round(app, tell)


def upgrade_within_round(app: App, tell: TellUpgraded) -> None:
    """Upgrade an older archive; the caller holds the round lock.

    Raises NewerArchive (made by a newer version, or no space for the copy), ArchiveBusy, StorageError.
    """
    archive = app.archive
    if (archive.keeper.is_team and not archive.database.is_file()) or not archive.is_older():
        return
    app.archive.close()
    copy = migrate.migrate(app.archive.database)
    if copy is not None:
        run_log.note(app.archive.home, f"migrated={migrate.HEAD} copy={copy.name}", at=app.now())
        tell(copy)


class Sealing(NamedTuple):
    """What sealing at once brought."""

    told: Sequence[str]
    """What was found and settled before: an older database that was put back, an erasure that was left half done."""
    new_seals: Sequence[Seal]
    """Empty if everything was sealed already."""
    outcomes: Sequence[StampOutcome]


def seal_now(app: App) -> Sealing:
    """Seal everything and request stamps; a stamp that an authority does not give leaves its seal waiting.

    Raises StorageError.
    """
    told = settle_seals(app)
    with app.archive.reading() as reading:
        is_sealed = seals.is_tail_of_stamps(reading) and not stamp_requests.is_renewal_due(reading, app.now())
    new_seals = [] if is_sealed else seals.close_seals(app.archive, now=app.now())
    return Sealing(told, new_seals, stamp_requests.request_stamps(app, at_once=True, seconds=None))


def last_round(archive: Archive) -> datetime | None:
    """When a round last went through; None also where its time is doubtful. Ask before the next one."""
    with archive.reading() as reading:
        is_doubtful = remembered_values.DOUBTFUL_TIME.recall(reading) is not None
        return None if is_doubtful else remembered_values.last_saved_at(reading)


def note_pause(
    archive: Archive, before: datetime | None, report: SyncReport, *, longest: timedelta, whole: bool
) -> None:
    """Remember the pause since `before`, if it was longer than `longest`; `whole`: the round was over all rooms."""
    end = report.finished_at or report.started_at
    if before is None or end - before <= longest or last_round(archive) == before:
        return  # there was none, or this round read no chat and so has not ended it
    gaps = sum(gap["after"] is not None for room in report.rooms for gap in room.gaps)
    archive.write(
        remembered_values.ENDED_PAUSE.remember, EndedPause(before, end, gaps, whole and _has_read_all(report))
    )


def _has_read_all(report: SyncReport) -> bool:
    outcomes = {room.outcome for room in report.rooms}
    return (
        not report.left_over
        and bool(outcomes)
        and outcomes <= {RoomOutcome.ARCHIVED, RoomOutcome.UNCHANGED, RoomOutcome.WAITING}
    )
