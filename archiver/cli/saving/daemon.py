"""The command `daemon`: saves again and again in the foreground, until it is stopped."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.error_output import tell_root_errors
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_, ArchiverError, SettingsError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from archiver.corrected_clock import CorrectedClock
    from archiver.evidence.verify.findings import Verification
    from archiver.notices.heartbeat import Heartbeat
    from archiver.rounds.daemon_messages import DaemonMessages
    from archiver.rounds.daemon_work import DaemonWork
    from archiver.rounds.stop import Stop
    from archiver.settings.model import Settings
    from archiver.sync.report import SyncReport


@click.command(
    "daemon",
    help=N_("Save again and again until it is stopped, verify the archive now and then, and send alerts."),
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help=N_("Save every archive of yours that is known on this computer, in one process."),
)
@click.pass_obj
def command_daemon(obj: CliContext, every: bool) -> int:
    """Run until a signal comes; errors are printed, and the work is tried again."""
    from archiver.cli.saving import daemon_of_all

    is_ended = daemon_of_all.run_all(obj, _work_of_many) if every else _run_one(obj)
    if obj.verbose >= 0:
        _ignore_closed_output(lambda: echo(_("Stopped. What was saved until now is kept."), err=True))
    if not is_ended:
        _exit_now()
    return 0


def _run_one(obj: CliContext) -> bool:
    """Save one archive until a signal comes; whether everything ended in time."""
    from archiver.app import build_app, require_archive, utc_now
    from archiver.corrected_clock import CorrectedClock
    from archiver.rounds import daemon
    from archiver.rounds.stop import Stop
    from archiver.schedule.daemon_lock import hold_daemon_lock

    stop, clock = Stop(), CorrectedClock(utc_now, time.monotonic)
    work = _new_work(obj, stop, clock, daemon_messages(obj, clock))
    tell_root_errors(require_archive(build_app(work.settings, obj.environ)).root_errors)
    with hold_daemon_lock(obj.home):
        if obj.verbose >= 0:
            echo(_("Saving again and again, every minute or few minutes. Stop with Ctrl-C."), err=True)
        return daemon.run(work, stop)


def _work_of_many(
    obj: CliContext, stop: Stop, named: Callable[[DaemonMessages], DaemonMessages], longest_round: timedelta
) -> DaemonWork:
    """The work on one of many archives, with a clock of its own."""
    from archiver.app import utc_now
    from archiver.corrected_clock import CorrectedClock

    clock = CorrectedClock(utc_now, time.monotonic)
    return _new_work(obj, stop, clock, named(daemon_messages(obj, clock)), longest_round=longest_round)


def _new_work(
    obj: CliContext, stop: Stop, clock: CorrectedClock, messages: DaemonMessages, **limits: timedelta
) -> DaemonWork:
    """The work on one archive, as DaemonWork takes its limits. Raises SettingsError if the settings cannot be read."""
    from archiver.app import build_app
    from archiver.rounds.daemon_work import DaemonWork
    from archiver.rounds.scheduled_backup import copy_if_due
    from archiver.settings.token import read_token

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
    from archiver.cli.saving import after_run
    from archiver.rounds.daemon_messages import DaemonMessages

    settings = _last_good_settings(obj)
    heartbeats = _Heartbeats(settings, obj.environ, now)
    return DaemonMessages(
        lambda report: _ignore_closed_output(
            lambda: heartbeats.end(report, None),
            lambda: _tell_round(obj, report),
            lambda: _send_notices(settings(), obj, None, now=now()),
        ),
        lambda error: _ignore_closed_output(lambda: _tell_error(error)),
        lambda name: _ignore_closed_output(lambda: _tell_over(name)),
        lambda verification: _ignore_closed_output(
            lambda: _tell_findings(verification, now()),
            lambda: _send_notices(settings(), obj, None, now=now(), is_round=False),
        ),
        lambda copy: _ignore_closed_output(lambda: after_run.tell_upgraded(copy)),
        unverified=lambda error: _ignore_closed_output(lambda: _print_error(error)),
        unsaved=lambda error: _ignore_closed_output(
            lambda: heartbeats.end(None, error), lambda: _send_notices(settings(), obj, error, now=now())
        ),
        begun=heartbeats.begin,
    )


class _Heartbeats:
    """The heartbeat of each round, by the settings as they are then."""

    def __init__(
        self, settings: Callable[[], Settings], environ: Mapping[str, str], now: Callable[[], datetime]
    ) -> None:
        self._settings, self._environ, self._now = settings, environ, now
        self._heartbeat: Heartbeat | None = None

    def begin(self) -> None:
        """Tell that a round begins."""
        self._heartbeat = self._new()
        self._heartbeat.begin()

    def end(self, report: SyncReport | None, error: ArchiverError | None) -> None:
        """Tell how it ended; a round that was not even begun, as the token was refused, has failed too."""
        (self._heartbeat or self._new()).end(report, error, has_code=False)
        self._heartbeat = None

    def _new(self) -> Heartbeat:
        from archiver.notices.heartbeat import Heartbeat

        return Heartbeat(self._settings(), self._environ, now=self._now)


def _last_good_settings(obj: CliContext) -> Callable[[], Settings]:
    """A function that reads the settings, or returns the last good ones while they cannot be read."""
    settings = obj.settings()

    def load() -> Settings:
        nonlocal settings
        with contextlib.suppress(SettingsError):
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
    from archiver.cli.status import notice_delivery
    from archiver.rounds.daemon_messages import as_error

    already_said = ("stale", "findings", "fault/", "alert/", "hint/", "gap/", "lost/")
    try:
        notice_delivery.tell_after_round(
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
        _print_error(as_error(error, obj.home))


def _ignore_closed_output(*actions: Callable[[], None]) -> None:
    """Run the actions; a closed terminal, or a pipe that nobody reads, is no reason to stop saving."""
    for action in actions:
        with contextlib.suppress(OSError):
            action()


def _tell_round(obj: CliContext, report: SyncReport) -> None:
    """Print what a scheduled run would have mailed; with `-v` the line of the log too."""
    from archiver.cli.saving import after_run, sync_report
    from archiver.rounds import run_log

    after_run.note_home(obj.home, report.account_id)
    if obj.verbose > 0:
        echo(run_log.round_line(report))
    if report.reported:
        echo(sync_report.notice_line(report), err=True)
    for complaint in report.complaints:
        echo(visible(complaint), err=True)
    sync_report.tell_alerts(report)


def _tell_error(error: ArchiverError) -> None:
    """Print the sentence that all channels have for this error, then what it says itself where that tells more."""
    from archiver.rounds.daemon_messages import SETTINGS_ERRORS

    if type(error).__name__ in SETTINGS_ERRORS:
        _print_error(error)  # rounds go on with the last good settings
        return
    for line in trouble_lines(error):
        echo(line, err=True)


def trouble_lines(error: ArchiverError) -> list[str]:
    """An error that keeps rounds from going through: its condition in words, and its details if it has any."""
    from archiver.health import error_reasons, words
    from archiver.health.conditions import ConditionKind, condition_of
    from archiver.health.judgements import fault

    condition = condition_of(ConditionKind.FAULT, fault(type(error).__name__))
    line = words.graded(condition, words.sentence(condition))
    has_reason = error_reasons.reason(type(error).__name__) is not None
    return [line] if has_reason and not error.data else [line, visible(str(error))]


def _print_error(error: ArchiverError) -> None:
    echo(_("Error: {message}").format(message=visible(str(error))), err=True)
    if error.advice():
        echo(visible(error.advice()), err=True)


def _tell_over(name: str) -> None:
    from archiver.rounds import daemon_messages

    if name == daemon_messages.FINDINGS:
        sentence = _("The archive was verified again, and nothing was found.")
    elif name == daemon_messages.VERIFICATION:
        sentence = _("The archive can be verified again.")
    elif name in daemon_messages.SETTINGS_ERRORS:
        sentence = _("archive.toml can be read again.")
    else:
        sentence = _("That is over: saving works again.")
    echo(sentence, err=True)


def _tell_findings(verification: Verification, at: datetime) -> None:
    echo(findings_line(len(verification.findings), at), err=True)


def findings_line(number: int, at: datetime) -> str:
    """What a verification found, in the words of the condition that follows from it."""
    from archiver.health import words
    from archiver.health.conditions import ConditionKind, condition_of

    condition = condition_of(ConditionKind.FINDINGS, {"n": number, "at": at})
    return words.graded(condition, words.sentence(condition))


def _exit_now() -> None:
    """End the process although a thread hangs in a call to the network: nothing is ever half written."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(0)
