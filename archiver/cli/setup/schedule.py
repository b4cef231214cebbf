"""The first save of the first run, and the job in this computer's scheduler."""

from __future__ import annotations

import click

from archiver import errors
from archiver.app import App
from archiver.cli.context import CliContext
from archiver.cli.output import WIDTH, ProgressScreen, columns, echo, echo_lines, visible
from archiver.cli.prompts import ask_yes_no, say_choice, tell, tell_head
from archiver.render.times import interval_words
from archiver.rounds.round import last_round, run_round
from archiver.schedule import schedulers
from archiver.settings.home import has_archive
from archiver.settings.model import exports_folder
from archiver.setup import unattended
from archiver.setup.answers import SCHEDULE, STAMPS, note_answer, recall_answers
from archiver.setup.archive_setup import choose_authorities, lasting_settings
from archiver.standing.outcome_words import count_saved, counts_line, left_out_sentence
from archiver.store.archive import Archive
from archiver.store.working.remembered_values import SCHEDULED_RUN
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options
from archiver.wording import gettext as _


def change_schedule(obj: CliContext, off: bool, show: bool, kind: str | None) -> None:
    """Register the archive's job, show it, or remove it."""
    if off and show:
        raise click.UsageError(_("--off and --show cannot be used together."))
    if show:
        _show(obj)
    else:
        (_remove if off else _install)(obj, kind)


def _install(obj: CliContext, kind: str | None) -> None:
    """Register the job and print what it will lack; the token is never written into it."""
    if not has_archive(obj.home):
        raise Archive(obj.home).absence()
    settings, environ = lasting_settings(obj), obj.environ
    chosen_kind = kind or schedulers.choose_backend(environ)
    job = unattended.build_job(obj)
    others = schedulers.install(job, environ, kind=chosen_kind)
    is_idle = unattended.is_idle(chosen_kind)
    if not is_idle:
        pace = schedulers.pace_words(job, settings.sync.every)
        echo(_("Registered with {scheduler}: {pace}."), scheduler=schedulers.title(chosen_kind), pace=pace)
    for other in others:
        echo(_("It was removed from {scheduler}, so that it does not run twice."), scheduler=schedulers.title(other))
    if not is_idle:
        echo(_("To see in a few minutes whether it ran: archive status --full"))
    echo_lines(schedulers.missing_for_job(settings, environ, kind=chosen_kind, cron_runs=not is_idle), err=True)


def _show(obj: CliContext) -> None:
    """Print the archive's jobs in every scheduler that this computer has."""
    jobs = schedulers.show(obj.home, obj.environ)
    for kind, text in jobs.items():
        echo(f"{schedulers.title(kind)}  ({schedulers.job_name(obj.home)})")
        echo("\n".join(f"  {visible(line)}" for line in text.splitlines()))
    if not jobs:
        echo(_("Nothing is registered for this archive. To do so: archive init schedule"))


def _remove(obj: CliContext, kind: str | None) -> None:
    """Remove the archive's jobs, and nothing that this program did not write."""
    removed_kinds = unattended.remove_job(obj, kind)
    for removed_kind in removed_kinds:
        echo(_("Removed from {scheduler}. What is saved stays."), scheduler=schedulers.title(removed_kind))
    if not removed_kinds:
        echo(_("Nothing was registered for this archive; nothing was changed."))


def arrange(obj: CliContext, app: App, timestamps: str | None, *, is_rest_left: bool) -> None:
    """Ask about the job and the time stamps, then register the job and let it run once.

    Where no job will fetch what the first save left, it is fetched now.
    """
    tell_head(5, _("Automatic saving and time stamps"))
    scheduler = schedulers.find_starters(obj.home, obj.environ)
    is_wanted = scheduler is not None or _ask_schedule(app)
    _ask_stamps(obj, app, timestamps)
    if scheduler is not None:
        sentence = _("It is already registered ({scheduler}); nothing was changed. See: archive status --full")
        tell(sentence, scheduler=scheduler)
        return
    if not is_wanted:
        if is_rest_left:
            tell(_("The first save goes on (Ctrl-C ends it; what has come is kept)."))
            _save(app)
        tell(_("Automatic saving is not set up yet. Later: archive init schedule   Or keep running: archive daemon"))
        return
    kind = _register(obj)
    if kind is None:
        _save_here(app)
    else:
        _try_job(obj, app, kind)


# --- the questions -------------------------------------------------------------------------------


def _ask_schedule(app: App) -> bool:
    """Whether the user wants the job; the question is asked once."""
    answer = recall_answers(app.archive).get(SCHEDULE)
    if answer is None:
        every = interval_words(app.settings.sync.every)
        sentence = _("Save every {every} while this computer runs?").format(every=every)
        answer = "yes" if ask_yes_no(sentence, default=True) else "no"
        note_answer(app.archive, SCHEDULE, answer)
    return answer == "yes"


def _ask_stamps(obj: CliContext, app: App, timestamps: str | None) -> None:
    """Ask once whether a third party confirms the time of the seals, unless option or settings say so already."""
    if timestamps is None:
        if STAMPS in recall_answers(app.archive) or app.settings.timestamp.authorities:
            return
        tell(
            _(
                "A time stamp shows that your records existed on that day. Each day, 64 unreadable characters go to "
                "two outside companies; no message, name or file does."
            )
        )
        timestamps = "on" if ask_yes_no(_("Add time stamps?"), default=True) else "off"
    say_choice(choose_authorities(obj.home, timestamps))
    note_answer(app.archive, STAMPS, timestamps)


# --- the job -------------------------------------------------------------------------------------


def _register(obj: CliContext) -> str | None:
    """Register the job and return the scheduler's kind; None, after printing why, if no scheduler takes it."""
    try:
        kind = schedulers.choose_backend(obj.environ)
        if unattended.is_token_unreadable(obj, kind):
            tell(
                _("The job of {scheduler} cannot read the token where it is stored."), scheduler=schedulers.title(kind)
            )
            if ask_yes_no(_("Put it into a file that only you can read?"), default=True):
                unattended.move_token(obj)
        warnings = unattended.register_job(obj, kind)
    except (errors.SchedulerMissing, errors.SchedulerRefused) as error:
        tell(f"{visible(str(error))} {visible(error.advice())}".rstrip())
        return None
    for warning in warnings:
        tell(warning)
    return kind


def _try_job(obj: CliContext, app: App, kind: str) -> None:
    """Let the scheduler run the job once and print whether it saved; if not in time, save in this process."""
    if not unattended.is_idle(kind):  # else that was said already, with what starts it
        pace = schedulers.pace_words(unattended.build_job(obj), app.settings.sync.every)
        tell(_("Registered with {scheduler}: {pace}."), scheduler=schedulers.title(kind), pace=pace)
    tell(_("It is now run once in this way (a minute at most)."))
    try:
        trial = unattended.try_job(obj, app, kind)
    except (errors.SchedulerMissing, errors.SchedulerRefused) as error:
        tell(visible(str(error)))
    else:
        if trial.has_saved:
            tell(unattended.success_sentence(kind))
            return
        if trial.error_name is not None:
            tell(visible(unattended.failure_sentence(trial.error_name)))
            _save_here(app)  # `archive` still shows the failure, as the run itself remembered it
            tell(_("Until that is fixed, nothing is saved automatically. Then see: archive status --full"))
            return
        if trial.is_saving:
            tell(_("It runs in this way and is still saving; see how far with: archive status"))
            return
    tell(_("It could not be seen yet whether it works there. In a few minutes, see: archive status --full"))
    _save_here(app)


def _save_here(app: App) -> None:
    """Run one round in this process instead."""
    _save(app)
    tell(_("It was saved once more from here instead."))


def tell_end(obj: CliContext, app: App) -> None:
    """Print whether it was seen to save by itself, where packages go, and the two commands to remember."""
    run = app.archive.read(SCHEDULED_RUN.recall)
    if run is None or run.error is not None:
        tell(_("It has not saved automatically yet. What is missing: archive status --full"), indent=0)
    folder = visible(str(exports_folder(obj.settings())))
    head = _("Done. Exports are put into:")
    echo(f"{head} {folder}" if columns(f"{head} {folder}") <= WIDTH else f"{head}\n  {folder}")
    echo(_("Two to remember:   archive (how it stands)   archive save --all (when it may vanish)"))


PATIENCE = 60.0
"""Seconds that the first save takes at most before the next question; large files take longer."""


def save_first(app: App) -> bool:
    """Save for the first time, at most for a minute, and print what came; whether the next save must fetch a rest.

    Nothing is saved if an earlier call did. Raises the round's error.
    """
    tell_head(3, _("The first save (it takes a minute at most)"))
    is_rest_left = last_round(app.archive) is None and _save(app, PATIENCE).has_rest
    tell_counts(app.archive)
    if is_rest_left:
        tell(_("What is still missing, such as large files, comes with the next save."))
    echo()
    return is_rest_left


def _save(app: App, seconds: float | None = None) -> SyncReport:
    with ProgressScreen(quiet=False) as progress:
        app.chatwork.transport.on_wait = progress.wait
        return run_round(app, Options(max_seconds=seconds), progress.callbacks())


def tell_counts(archive: Archive) -> None:
    """Print the counts, what Chatwork's limit of 100 messages leaves out, and how to get that."""
    counts = count_saved(archive)
    tell(counts_line(counts))
    if counts.left_out:
        tell(left_out_sentence(counts))

        tell("archive guide old", indent=4)
