"""Fifth step of the first run: the job that saves by itself, tried once, and the third party's time."""

from __future__ import annotations

import os
import sys
import time
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.answers import answered, note, was_saved
from archiver.cli.setup import first_save_step
from archiver.cli.terminal.prompts import WIDTH, ask_yes_no, tell, tell_head
from archiver.cli.terminal.text import columns, visible

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.app import App
    from archiver.cli.context import CliContext
    from archiver.cli.setup.first_save_step import Saving

SCHEDULE, STAMPS, TRIED = "schedule", "stamps", "tried"
"""What is remembered: yes or no, yes or no, and that the job was tried."""

KEYRING = "keyring"

PATIENCE = 60.0
"""Seconds for the scheduler's first run."""


def arrange(obj: CliContext, app: App, saving: Saving | None, timestamps: str | None) -> None:
    """Ask both questions, then register the job and let it run once."""
    from archiver.schedule import schedulers

    tell_head(5, _("Saving by itself, and the time of a third party"))
    by = schedulers.installed(obj.home, obj.environ)
    wanted = by is not None or _ask_schedule(app)
    _ask_stamps(obj, app, timestamps)
    if by is not None:
        _finish_saving(app, saving)
        tell(_("It saves by itself already ({scheduler}); that was not changed. archive check").format(scheduler=by))
        return
    if not wanted:
        _finish_saving(app, saving)
        tell(_("Nothing saves by itself yet. Later: archive schedule install, or leave this running: archive daemon"))
        return
    if TRIED in answered(app.archive):
        return
    if saving is not None:
        saving.leave()  # two rounds at once cannot be; what it left, the job fetches
    kind = _register(obj)
    if kind is None:
        _save_here(obj, app)
    else:
        _try(obj, app, kind)
    note(app.archive, TRIED)


# --- the questions -------------------------------------------------------------------------------


def _ask_schedule(app: App) -> bool:
    """Whether the job is wanted; asked once."""
    from archiver.cli.terminal.times import span

    known = answered(app.archive).get(SCHEDULE)
    if known is None:
        every = span(app.settings.sync.every)
        sentence = _("Save every {every} while this computer runs?").format(every=every)
        known = "yes" if ask_yes_no(sentence, default=True) else "no"
        note(app.archive, SCHEDULE, known)
    return known == "yes"


def _ask_stamps(obj: CliContext, app: App, timestamps: str | None) -> None:
    """Whether the seals get the time of a third party; asked once, and not where it is settled already."""
    from archiver.cli.setup.account import choose_authorities

    if timestamps is None:
        if STAMPS in answered(app.archive) or app.settings.timestamp.authorities:
            return
        tell(
            _(
                "Only the fingerprint of your records (64 signs from which nothing can be read) can go to two outside "
                "time-stamp authorities each day, to show that they existed then. No message, name or file is sent."
            )
        )
        timestamps = "on" if ask_yes_no(_("Have the time confirmed?"), default=True) else "off"
    choose_authorities(obj.home, timestamps)
    note(app.archive, STAMPS, timestamps)


# --- the job -------------------------------------------------------------------------------------


def _register(obj: CliContext) -> str | None:
    """Put the job into this computer's scheduler and give its kind; None, and a sentence: none takes it."""
    from archiver.schedule import commands
    from archiver.schedule import schedulers as system

    try:
        kind = system.choose(obj.environ)
        _token_for(obj, kind)
        settings = obj.settings()
        job = system.job(settings, obj.environ, spoken=_spoken(), argv0=sys.argv[0])
        system.install(job, obj.environ, kind=kind)
    except (errors.SchedulerMissing, errors.SchedulerRefused) as error:
        tell(f"{visible(str(error))} {visible(error.advice())}".rstrip())
        return None
    for warning in system.lacking(settings, obj.environ, kind=kind, cron_runs=commands.is_cron_running()):
        tell(warning)
    return kind


def _token_for(obj: CliContext, kind: str) -> None:
    """Offer to lay the token where a job without a desktop session can read it."""
    from archiver.cli.setup.account import keep_settings
    from archiver.schedule import schedulers as system
    from archiver.settings.file import TOKEN_VARIABLE, load
    from archiver.settings.token import store_token, token

    lasting = load(obj.home, {name: value for name, value in obj.environ.items() if name != TOKEN_VARIABLE})
    hidden = lasting.token_source == KEYRING and kind in system.WITHOUT_SESSION and sys.platform != "darwin"
    if not hidden and not lasting.token_source.startswith("env:"):
        return
    tell(_("The job of {scheduler} cannot read the token where it lies.").format(scheduler=system.title(kind)))
    if ask_yes_no(_("Lay it into a file that only you can read?"), default=True):
        store_token(obj.home, "file:token", token(lasting, obj.environ))
        keep_settings(obj, "file:token")


def _try(obj: CliContext, app: App, kind: str) -> None:
    """Let the scheduler run the job once, and say whether it saved; if not in time, save here and say so."""
    from archiver.schedule import schedulers as system

    before, known, begun_at = was_saved(app.archive), _standing(app), app.now()
    job = system.job(obj.settings(), obj.environ, spoken=_spoken(), argv0=sys.argv[0])
    begun = _("Registered with {scheduler}: {pace}.")
    tell(begun.format(scheduler=system.title(kind), pace=system.paced(job, app.settings.sync.every)))
    tell(_("It is run once in this way now (a minute at most)."))
    try:
        system.start(job, obj.environ, kind=kind)
    except (errors.SchedulerMissing, errors.SchedulerRefused) as error:
        tell(visible(str(error)))
    else:
        failed = _waited(app, before, known, since=begun_at)
        if was_saved(app.archive) != before:
            tell(_was_run(kind))
            return
        if failed is not None:
            _tell_failed(obj, app, failed)
            return
        if _is_saving(app):
            tell(_("It runs in this way and is still saving; archive status shows how far it is."))
            return
    tell(_("Whether it works there could not be seen yet. In a few minutes this says so: archive check"))
    _save_here(obj, app)


def _was_run(kind: str) -> str:
    """Cron starts nothing on demand, so that cron itself would start it was not seen."""
    from archiver.schedule import schedulers as system

    if kind == system.CRON:
        return _("It was run once with what cron gives a job, and it saved.")
    return _("It was run once in this way, and it saved.")


def _waited(app: App, before: str | None, known: str | None, *, since: datetime) -> str | None:
    """Wait until the run has saved or failed, or for nothing any more; the name of the error if it failed.

    `before`, `known`: the last save and the last fault from before it; the same fault again is seen in the log.
    """
    from archiver.rounds import run_log

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and was_saved(app.archive) == before:
        fault = _standing(app)
        if fault is not None and (fault != known or _is_after(run_log.last_failure(app.settings.home), since)):
            return fault
        time.sleep(0.3)
    return None


def _standing(app: App) -> str | None:
    from archiver.rounds.last_fault import standing

    with app.archive.reading() as reading:
        return standing(reading)


def _is_after(at: datetime | None, since: datetime) -> bool:
    return at is not None and at >= since


def _tell_failed(obj: CliContext, app: App, fault: str) -> None:
    """Why the run by itself failed; that it saves from here does not mend that, so `archive` goes on to say it."""
    from archiver.health import fault_reasons
    from archiver.rounds import last_fault

    words = fault_reasons.reason(fault) or fault
    sentence = _("The run by itself failed: {reason}. {advice}")
    tell(sentence.format(reason=words, advice=fault_reasons.advice(fault)))
    _save_here(obj, app)
    tell(_("Until that is mended, nothing is saved by itself. Then see: archive check"))
    with app.archive.writing() as writing:
        last_fault.keep_fault(writing, fault)


def _is_saving(app: App) -> bool:
    """Whether somebody holds the lock of a round."""
    try:
        with app.archive.round_lock():
            return False
    except errors.ArchiveInUse:
        return True


def _save_here(obj: CliContext, app: App) -> None:
    """One round in this process instead."""
    saving = first_save_step.Saving(obj)
    first_save_step.watch(saving, app.archive, seconds=None)
    saving.check()
    tell(_("It was saved once more from here instead."))


def _finish_saving(app: App, saving: Saving | None) -> None:
    if saving is not None and not saving.wait(0):
        tell(_("The first save goes on (Ctrl-C ends it; what came is kept)."))
        first_save_step.watch(saving, app.archive, seconds=None)
    if saving is not None:
        saving.check()


def _spoken() -> str:
    return os.environ.get("LANGUAGE", "")[:2] or "ja"


def tell_end(obj: CliContext) -> None:
    """Where packages go, and the two commands to remember."""
    from archiver.settings.model import exports_folder

    folder = visible(str(exports_folder(obj.settings())))
    head = _("Done. Packages go to:")
    click.echo(f"{head} {folder}" if columns(f"{head} {folder}") <= WIDTH else f"{head}\n  {folder}")
    click.echo(_("Two to remember:   archive (how it stands)   archive rescue (when it may vanish)"))
