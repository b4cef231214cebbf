"""`daemon`: saves again and again in the foreground, until it is stopped."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.text import visible
from archiver.cli.terminal.times import span
from archiver.errors import N_, ArchiverError, SettingsError

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.evidence.verify.findings import Verification
    from archiver.rounds.daemon_messages import DaemonMessages
    from archiver.settings.model import Settings
    from archiver.sync.report import SyncReport


@click.command(
    "daemon",
    help=N_("Save again and again until it is stopped, verify the archive now and then, and say what needs you."),
)
@click.pass_obj
def command_daemon(obj: CliContext) -> int:
    """Ends by a signal alone; what goes wrong is said, and tried again."""
    from archiver.app import build_app, require_archive, utc_now
    from archiver.cli.status import stamp_lines
    from archiver.rounds import daemon
    from archiver.rounds.daemon_work import DaemonWork
    from archiver.schedule.daemon_lock import alone
    from archiver.settings.token import token

    stop = daemon.Stop()

    def build(settings: Settings) -> App:
        return build_app(settings, obj.environ, sleep=stop.sleep)

    duties = DaemonWork(
        obj.settings,
        build,
        lambda settings: token(settings, obj.environ),
        now=utc_now,
        voice=_voice(obj),
        step=stop.step,
    )
    stamp_lines.tell_root_faults(require_archive(build(duties.settings)).root_faults)
    with alone(obj.home):
        if obj.verbose >= 0:
            begun = _("Saving again and again ({every} apart). Stop with Ctrl-C.")
            click.echo(begun.format(every=span(duties.settings.sync.every)), err=True)
        ended = daemon.run(duties, stop)
        if obj.verbose >= 0:
            _unheard(lambda: click.echo(_("Stopped. What was saved until now is kept."), err=True))
        if not ended:
            _leave()
    return 0


def _voice(obj: CliContext) -> DaemonMessages:
    from archiver.cli.saving import after_run
    from archiver.rounds.daemon_messages import DaemonMessages

    settings = _last_good(obj)
    return DaemonMessages(
        lambda report: _unheard(lambda: _tell_round(obj, report), lambda: _notice(settings(), obj, None)),
        lambda fault: _unheard(lambda: _tell_trouble(fault)),
        lambda name: _unheard(lambda: _tell_over(name)),
        lambda told: _unheard(lambda: _tell_findings(told), lambda: _notice(settings(), obj, None)),
        lambda copy: _unheard(lambda: after_run.tell_upgraded(copy)),
        unverified=lambda fault: _unheard(lambda: _tell_trouble(fault)),
        unsaved=lambda fault: _unheard(lambda: _notice(settings(), obj, fault)),
    )


def _last_good(obj: CliContext) -> Callable[[], Settings]:
    """Settings as `Duties` has them: while they cannot be read the last good ones stand."""
    held = obj.settings()

    def load() -> Settings:
        nonlocal held
        with contextlib.suppress(SettingsError):
            held = obj.settings()
        return held

    return load


def _notice(settings: Settings, obj: CliContext, fault: ArchiverError | None) -> None:
    """The same on the desktop and elsewhere; on stderr only what was not said already."""
    from archiver.cli.status import notify
    from archiver.rounds.daemon_messages import as_error

    said = ("stale", "findings", "fault/", "alert/", "hint/", "gap/", "lost/")
    try:
        notify.after_round(settings, obj.environ, fault, unwatched=True, told=said, adapts=True)
    except OSError:
        raise  # nobody hears what is said
    except Exception as error:  # noqa: BLE001 - not even a bug in a notice may end a year of saving: it is said
        _tell_trouble(as_error(error, obj.home))


def _unheard(*ways: Callable[[], None]) -> None:
    """Say it; a terminal that was closed, or a pipe that nobody reads, is no reason to stop saving."""
    for tell in ways:
        with contextlib.suppress(OSError):
            tell()


def _tell_round(obj: CliContext, report: SyncReport) -> None:
    """What a scheduled run would have mailed; with `-v` the line of the log too."""
    from archiver.cli.saving import after_run as upkeep
    from archiver.cli.saving import sync_report
    from archiver.rounds import run_log

    upkeep.leave_word(obj.home, report.account_id)
    if obj.verbose > 0:
        click.echo(run_log.line(report))
    if report.reported:
        click.echo(sync_report.notice(report), err=True)
    for complaint in report.complaints:
        click.echo(visible(complaint), err=True)
    sync_report.tell_alerts(report)


def _tell_trouble(fault: ArchiverError) -> None:
    click.echo(_("Error: {message}").format(message=visible(str(fault))), err=True)
    if fault.advice():
        click.echo(visible(fault.advice()), err=True)


def _tell_over(name: str) -> None:
    from archiver.rounds import daemon_messages

    if name == daemon_messages.FINDINGS:
        sentence = _("The archive was verified again, and nothing was found.")
    elif name == daemon_messages.VERIFICATION:
        sentence = _("The archive can be verified again.")
    elif name in daemon_messages.OF_SETTINGS:
        sentence = _("archive.toml can be read again.")
    else:
        sentence = _("That is over: saving works again.")
    click.echo(sentence, err=True)


def _tell_findings(told: Verification) -> None:
    number = len(told.findings)
    sentence = ngettext("{n} thing does not match.", "{n} things do not match.", number).format(n=number)
    click.echo(sentence + " " + _("See: archive verify --deep"), err=True)


def _leave() -> None:
    """Leave although a duty hangs in a call to the network: at no moment is anything half written."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(0)
