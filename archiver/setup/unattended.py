"""What works when nobody looks: the job in this computer's scheduler and its trial, copies, the ways of notices."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any, NamedTuple

from archiver import errors
from archiver.app import App
from archiver.errors import ArchiverError
from archiver.health import error_reasons
from archiver.notices import delivery
from archiver.notices.delivery import MailFailure, NoticeTrial
from archiver.notices.heartbeat import parse_address
from archiver.rounds import run_log
from archiver.rounds.round import last_round
from archiver.schedule import backends, schedulers
from archiver.schedule.scheduler_texts import ScheduledJob
from archiver.settings import file
from archiver.settings.file import update_settings
from archiver.settings.model import Settings, parse_duration
from archiver.settings.token import read_token, store_mail_password, store_secret
from archiver.setup.archive_setup import PRIVATE_FILE, ProgramCall, call_language, keep_token_source, lasting_settings
from archiver.setup.fact_questions import whole_address
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import SCHEDULED_RUN, LastNoticeTrial, standing_error


def build_job(call: ProgramCall) -> ScheduledJob:
    """The job of this archive by the settings as they are now. Raises SettingsError."""
    return schedulers.build_job(call.settings(), call.environ, spoken=call_language(), argv0=sys.argv[0])


def register_job(call: ProgramCall, kind: str, *, is_typed: bool = True) -> list[str]:
    """Register the job, and return what it still lacks, in sentences. Raises SchedulerMissing, SchedulerRefused.

    `is_typed`: as `schedulers.missing_for_job` has it.
    """
    schedulers.install(build_job(call), call.environ, kind=kind)
    return schedulers.missing_for_job(
        lasting_settings(call), call.environ, kind=kind, cron_runs=backends.is_cron_running(), is_typed=is_typed
    )


def remove_job(call: ProgramCall, kind: str | None = None) -> list[str]:
    """Remove the job from one scheduler, or from all, and forget its last run, so that it counts for nothing more.

    Returns the kinds that had it. Raises SchedulerMissing, SchedulerRefused.
    """
    removed = schedulers.remove(call.home, call.environ, kind=kind)
    with suppress(ArchiverError), Archive(call.home).writing() as writing:
        SCHEDULED_RUN.remember(writing, None)
    return removed


def is_idle(kind: str) -> bool:
    """Whether the job is registered with a cron that does not run on this computer."""
    return kind == schedulers.CRON and backends.is_cron_running() is False


def is_token_unreadable(call: ProgramCall, kind: str) -> bool:
    """Whether a job without a desktop session could not read the token where it is stored."""
    source, names = lasting_settings(call).token_source, [schedulers.title(kind)]
    return schedulers.token_lack_sentence(source, names, has_session=sys.platform == "darwin") is not None


def move_token(call: ProgramCall) -> None:
    """Store the token in a file that only its owner can read. Raises as `read_token` and `store_secret`."""
    store_secret(call.home, PRIVATE_FILE, read_token(lasting_settings(call), call.environ))
    keep_token_source(call, PRIVATE_FILE)


PATIENCE = 60.0
"""Seconds for the scheduler's first run."""


class JobTrial(NamedTuple):
    """What was seen of the job's first run."""

    has_saved: bool
    error_name: str | None
    """The name of the error with which it failed."""
    is_saving: bool
    """Whether it was still saving when the patience was over."""


def try_job(call: ProgramCall, app: App, kind: str, *, sleep: Callable[[float], None] = time.sleep) -> JobTrial:
    """Start the registered job and watch it for a minute at most. Raises SchedulerMissing, SchedulerRefused."""
    last_save, known_error, begun_at = last_round(app.archive), app.archive.read(standing_error), app.now()
    schedulers.backends(call.environ)[kind].start(build_job(call))
    error_name = _wait_for_run(app, last_save, known_error, since=begun_at, sleep=sleep)
    has_saved = last_round(app.archive) != last_save
    return JobTrial(has_saved, None if has_saved else error_name, not has_saved and _is_saving(app))


def success_sentence(kind: str) -> str:
    """A sentence that the job saved; cron starts nothing on demand, so its own start was not tested."""
    if kind == schedulers.CRON:
        return _("It was run once the way cron runs a job, and it saved.")
    return _("It was run once in this way, and it saved.")


def failure_sentence(error_name: str) -> str:
    """Why the job saved nothing, and what to do."""
    reason, advice = error_reasons.reason(error_name) or error_name, error_reasons.advice(error_name)
    return _("The automatic save failed: {reason}. {advice}").format(reason=reason, advice=advice)


def _wait_for_run(
    app: App, last_save: datetime | None, known_error: str | None, *, since: datetime, sleep: Callable[[float], None]
) -> str | None:
    """Wait until the run has saved or failed, or PATIENCE is over; the name of the error if it failed.

    `last_save` and `known_error` are from before the run; the same error again is seen in the log.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and last_round(app.archive) == last_save:
        error_name = app.archive.read(standing_error)
        if error_name is not None and (
            error_name != known_error or ((at := run_log.last_failure(app.settings.home)) and at >= since)
        ):
            return error_name
        sleep(0.3)
    return None


def _is_saving(app: App) -> bool:
    """Whether a process holds the lock of a round."""
    try:
        with app.archive.round_lock():
            return False
    except errors.ArchiveInUse:
        return True


def check_interval(every: str) -> None:
    """Raise UsageError for what is no interval."""
    try:
        parse_duration(every)
    except ValueError as error:
        raise errors.UsageError(detail=_("--every must be written like this: 1d, 12h, 30m; or off.")) from error


def begin_regular_copy(home: Path, folder: Path, every: str) -> None:
    """Let a copy be made in a folder at this interval. Raises UsageError, BadSettings, DiskFull, HomeNotWritable."""
    check_interval(every)
    update_settings(home, {"backup.to": str(folder), "backup.every": every})


def end_regular_copy(home: Path) -> None:
    """Let copies be made by hand only; what was copied stays. Raises BadSettings, DiskFull, HomeNotWritable."""
    update_settings(home, {"backup.every": ""})


TRY_EVERY = timedelta(days=30)
"""After so long the ways are tried again: passwords end, and so do services."""

PING_FILE = "file:notice-ping"
"""The heartbeat's address in a file of the home that only its owner can read."""

_SERVERS = {
    "gmail.com": "smtp.gmail.com",
    "googlemail.com": "smtp.gmail.com",
    "yahoo.co.jp": "smtp.mail.yahoo.co.jp",
    "ymail.ne.jp": "smtp.mail.yahoo.co.jp",
}
"""Servers for sending whose names do not follow from the address (support.google.com/mail, support.yahoo-net.jp)."""


def likely_server(address: str) -> str:
    """The server through which mails of this address are probably sent; to be confirmed."""
    domain = address.rpartition("@")[2].casefold()
    return _SERVERS.get(domain, f"smtp.{domain}")


def set_mail(
    home: Path,
    environ: Mapping[str, str],
    *,
    address: str,
    host: str,
    password: str,
    tls: str = "tls",
    port: int = 0,
    sender: str = "",
) -> Settings:
    """Let notices go by mail to an address, from itself or from `sender`; the password is stored beside the token.

    Raises BadSettings, DiskFull, HomeNotWritable, KeyringUnavailable.
    """
    changes: dict[str, file.SettingValue] = {
        "notify.mail_host": host,
        "notify.mail_port": port,
        "notify.mail_tls": tls,
        "notify.mail_user": (sender or address) if password else "",
        "notify.mail_from": sender,
        "notify.mail_to": address,
    }
    if password:
        changes["notify.mail_password"] = store_mail_password(file.load_settings(home, environ), password)
    file.update_settings(home, changes)
    return file.load_settings(home, environ)


def turn_way_off(home: Path, way: str) -> None:
    """Turn a way off: the desktop, mail, or the heartbeat. Raises BadSettings, DiskFull, HomeNotWritable."""
    off: dict[str, dict[str, file.SettingValue]] = {
        "desktop": {"notify.desktop": False},
        "mail": {"notify.mail_host": "", "notify.mail_to": ""},
        "urls": {"notify.urls": ()},
        "ping": {"notify.ping": ""},
    }
    file.update_settings(home, off[way])


def set_ping(home: Path, address: str) -> bool:
    """Keep a heartbeat's address in a private file; False if it cannot be one. Raises as `store_secret`."""
    address = whole_address(address)
    if parse_address(address) is None:
        return False
    store_secret(home, PING_FILE, address)
    file.update_settings(home, {"notify.ping": PING_FILE})
    return True


def set_urls(home: Path, addresses: Sequence[str]) -> None:
    """Keep other addresses for notices, each in a private file, as they hold passwords; none turns them off.

    Raises as `store_secret`, and BadSettings.
    """
    places = [f"file:notice-address-{number}" for number, _address in enumerate(addresses, 1)]
    for place, address in zip(places, addresses, strict=True):
        store_secret(home, place, address)
    file.update_settings(home, {"notify.urls": places})


def try_way(settings: Settings, environ: Mapping[str, str], way: str) -> tuple[bool, NoticeTrial]:
    """Send a test notice by one way of the settings; whether it was taken, and what is to be said of it."""
    trial = delivery.send_test_notice(settings, environ, (way,))
    return delivery.ways_taken(trial, settings).get(way, False), trial


def set_up_mail(home: Path, environ: Mapping[str, str], kinds: Sequence[str], **mail: Any) -> MailFailure | None:
    """Keep a mail server (`mail`: as `set_mail` takes it), and send a mail by each kind of connection until one works.

    What failed, if none did. Raises as `set_mail`.
    """
    failure = None
    for tls in kinds:
        settings = set_mail(home, environ, tls=tls, **mail)
        failure = delivery.send_mail(settings, environ, _("Chatwork archive"), delivery.test_text())
        if failure is None or failure.is_refused:
            break
    return failure


def remember_trial(archive: Archive, outcomes: Mapping[str, bool], *, at: datetime) -> None:
    """Remember by which ways a test notice was seen."""
    seen, unseen = (tuple(way for way, is_seen in outcomes.items() if is_seen is wanted) for wanted in (True, False))
    trial = LastNoticeTrial(at, seen, unseen)
    archive.write(remembered_values.NOTICE_TRIAL.remember, trial)


def is_trial_due(archive: Archive, settings: Settings, *, now: datetime) -> bool:
    """Whether the ways were last tried a month ago or never, or one was set since; a time ahead counts as never."""
    trial = archive.read(remembered_values.NOTICE_TRIAL.recall)
    if trial is None or not timedelta() <= now - trial.at < TRY_EVERY:
        return bool(settings.notify.ways)
    return bool(set(settings.notify.ways) - {*trial.seen, *trial.unseen})
