"""What `daemon` does: saves one archive, or all that are known here, again and again until it is stopped."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.app import build_app, require_archive, utc_now
from archiver.cli.context import CliContext, completion_for, tell_error, tell_root_errors
from archiver.cli.output import echo, echo_lines, told_under, visible
from archiver.cli.saving import save
from archiver.corrected_clock import CorrectedClock
from archiver.errors import ArchiverError, SettingsError
from archiver.health.words import findings_line, trouble_lines
from archiver.notices.heartbeat import Heartbeat
from archiver.rounds import daemon, run_log
from archiver.rounds.daemon import ManyHomes, Stop
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.scheduled_backup import copy_if_due
from archiver.rounds.scheduled_duties import FINDINGS, SETTINGS_ERRORS, VERIFICATION, DaemonMessages, as_error
from archiver.schedule.schedulers import hold_daemon_lock
from archiver.settings.home import without_token
from archiver.settings.model import Settings
from archiver.settings.other_archives import homes_with_accounts, note_home, state_folder
from archiver.settings.token import read_token
from archiver.sync.report import SyncReport
from archiver.wording import own_completion

LONGEST_ROUND = timedelta(minutes=1)
"""How long a round may take, waits included, so that a few slow accounts do not keep all others waiting."""
TELLING = ("round", "trouble", "over", "findings", "upgraded", "unverified", "unsaved")
"""The messages that may print something, after the path of the archive."""


def run_daemon(obj: CliContext, every: bool) -> None:
    """Run until a signal comes; errors are printed, and the work is tried again."""
    is_ended = _run_all(obj) if every else _run_one(obj)
    if obj.verbose >= 0:
        _quietly(lambda: echo(_("Stopped. What was saved until now is kept."), err=True))()
    if not is_ended:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(0)  # although a thread hangs in a call to the network: nothing is ever half written


def _run_one(obj: CliContext) -> bool:
    """Save one archive until a signal comes; whether everything ended in time."""
    stop, clock = Stop(), CorrectedClock(utc_now, time.monotonic)
    work = _new_work(obj, stop, clock, daemon_messages(obj, clock))
    tell_root_errors(require_archive(build_app(work.settings, obj.environ)).root_errors)
    with hold_daemon_lock(obj.home):
        if obj.verbose >= 0:
            echo(_("Saving again and again, every minute or few minutes. Stop with Ctrl-C."), err=True)
        return daemon.run(work, stop)


def _new_work(
    obj: CliContext, stop: Stop, clock: CorrectedClock, messages: DaemonMessages, **limits: timedelta
) -> DaemonWork:
    """The work on one archive, as DaemonWork takes its limits. Raises SettingsError if the settings cannot be read."""
    return DaemonWork(
        obj.settings,
        lambda settings: build_app(settings, obj.environ, clock=clock, sleep=stop.sleep),
        lambda settings: read_token(settings, obj.environ),
        now=clock,
        messages=messages,
        step=stop.step,
        copy=lambda settings: copy_if_due(settings, obj.environ, now=clock, step=stop.step),
        **limits,
    )


def daemon_messages(obj: CliContext, now: Callable[[], datetime]) -> DaemonMessages:
    """What the daemon says; `now`: the corrected clock of its process."""
    settings = _last_good_settings(obj)
    beats: list[Heartbeat] = []

    def begin() -> None:
        beats[:] = [Heartbeat(settings(), obj.environ, now=now)]
        beats[0].begin()

    def end(report: SyncReport | None, error: ArchiverError | None) -> None:
        """Tell how a round ended; one that was not even begun, as the token was refused, has failed too."""
        beat = beats.pop() if beats else Heartbeat(settings(), obj.environ, now=now)
        beat.end(report, error, has_code=False)

    def give_notice(error: ArchiverError | None, *, is_round: bool = True) -> None:
        _send_notices(settings(), obj, error, now=now(), is_round=is_round)

    return DaemonMessages(
        _quietly(
            lambda report: end(report, None),
            lambda report: _tell_round(obj, report),
            lambda _report: give_notice(None),
        ),
        _quietly(_tell_error),
        _quietly(_tell_over),
        _quietly(
            lambda verification: echo(findings_line(len(verification.findings), now()), err=True),
            lambda _verification: give_notice(None, is_round=False),
        ),
        _quietly(save.tell_upgraded),
        unverified=_quietly(tell_error),
        unsaved=_quietly(lambda error: end(None, error), give_notice),
        begun=begin,
    )


def _quietly(*actions: Callable[..., object]) -> Callable[..., None]:
    """Run the actions; a closed terminal, or a pipe that nobody reads, is no reason to stop saving."""

    def run(*subject: object) -> None:
        for action in actions:
            with suppress(OSError):
                action(*subject)

    return run


def _last_good_settings(obj: CliContext) -> Callable[[], Settings]:
    """A function that reads the settings, or returns the last good ones while they cannot be read."""
    settings = obj.settings()

    def load() -> Settings:
        nonlocal settings
        with suppress(SettingsError):
            settings = obj.settings()
        return settings

    return load


def _send_notices(
    settings: Settings,
    obj: CliContext,
    root_error: ArchiverError | None,
    *,
    now: datetime,
    is_round: bool = True,
) -> None:
    """Send the notices of a round or a verification; on stderr only what the daemon has not printed already."""
    already_said = ("stale", "findings", "fault/", "alert/", "hint/", "gap/", "lost/", "large/")
    try:
        save.tell_after_round(
            settings,
            obj.environ,
            root_error,
            now=now,
            unwatched=True,
            is_round=is_round,
            already_said=already_said,
            adapts=True,
        )
    except OSError:
        raise  # stderr is closed
    except Exception as error:  # noqa: BLE001 - not even a bug in a notice may end a year of saving: it is printed
        tell_error(as_error(error, obj.home))


def _tell_round(obj: CliContext, report: SyncReport) -> None:
    """Print what a scheduled run would have mailed; with `-v` the line of the log too."""
    note_home(obj.home, report.account_id, at=utc_now())
    if obj.verbose > 0:
        echo(run_log.round_line(report))
    if report.reported:
        echo(save.notice_line(report), err=True)
    for complaint in report.complaints:
        echo(visible(complaint), err=True)
    save.tell_alerts(report)


def _tell_error(error: ArchiverError) -> None:
    """Print the sentence that all channels have for this error, then what it says itself where that tells more."""
    if type(error).__name__ in SETTINGS_ERRORS:
        tell_error(error)  # rounds go on with the last good settings
        return
    echo_lines(trouble_lines(error), err=True)


def _tell_over(name: str) -> None:
    sentences = dict.fromkeys(SETTINGS_ERRORS, _("archive.toml can be read again.")) | {
        FINDINGS: _("The archive was verified again, and nothing was found."),
        VERIFICATION: _("The archive can be verified again."),
    }
    echo(sentences.get(name, _("That is over: saving works again.")), err=True)


def _run_all(obj: CliContext) -> bool:
    """Save all archives until a signal comes; whether everything ended in time. Raises NoArchive if none is known."""
    environ = without_token(obj.environ)  # each archive reads its own
    stop = Stop()

    def list_homes() -> Mapping[Path, str]:
        return homes_with_accounts(obj.home, state=state_folder())

    def of_home(home: Path) -> CliContext:
        return replace(obj, home=home, environ=environ)

    known = list_homes()
    if not known:
        raise errors.NoArchive(path=obj.home)
    homes = ManyHomes(
        list_homes,
        lambda home: _opened(of_home(home), stop),
        lambda home: named_messages(DaemonMessages(trouble=_quietly(tell_error)), home),  # the other archives go on
        now=utc_now,
    )
    if obj.verbose >= 0:
        sentence = ngettext(
            "Saving {n} archive again and again. Stop with Ctrl-C.",
            "Saving {n} archives again and again. Stop with Ctrl-C.",
            len(known),
        )
        echo(sentence, err=True, n=len(known))
    return daemon.run_many(homes, stop)


@contextmanager
def _opened(obj: CliContext, stop: Stop) -> Iterator[DaemonWork]:
    """The work of one archive, whose daemon's lock is held."""
    with hold_daemon_lock(obj.home):
        clock = CorrectedClock(utc_now, time.monotonic)
        messages = named_messages(daemon_messages(obj, clock), obj.home)
        yield _new_work(obj, stop, clock, messages, longest_round=LONGEST_ROUND)


def named_messages(messages: DaemonMessages, home: Path) -> DaemonMessages:
    """The same messages, each whole and after the path of its archive, which commands in it name."""

    def after_path(tell: Callable[[Any], None]) -> Callable[[Any], None]:
        def run(subject: Any) -> None:
            with (
                suppress(OSError),  # a closed terminal is no reason to stop saving
                told_under(f"{visible(str(home))}:"),
                own_completion(completion_for(home)),
            ):
                tell(subject)

        return run

    callbacks: dict[str, Any] = {name: after_path(getattr(messages, name)) for name in TELLING}
    return replace(messages, **callbacks)
