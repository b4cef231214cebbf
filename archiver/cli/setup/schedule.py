"""The first save, which continues while the next questions are answered, and the job in this computer's scheduler."""

from __future__ import annotations

import sys
import threading
import time

import click

from archiver import errors
from archiver.app import App, build_app
from archiver.cli.context import CliContext
from archiver.cli.output import WIDTH, columns, echo, echo_lines, visible
from archiver.cli.prompts import ask_yes_no, say_choice, tell, tell_head
from archiver.render.times import interval_words
from archiver.rounds.round import last_round, run_round
from archiver.schedule import schedulers
from archiver.settings.home import has_archive
from archiver.settings.model import exports_folder
from archiver.setup import unattended
from archiver.setup.answers import SCHEDULE, STAMPS, note_answer, recall_answers
from archiver.setup.archive_setup import choose_authorities, lasting_settings
from archiver.setup.outcome_words import count_saved, counts_line, left_out_sentence
from archiver.store.archive import Archive
from archiver.store.working.remembered_values import SCHEDULED_RUN
from archiver.sync.run_start import Options, ProgressCallbacks
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


def arrange(obj: CliContext, app: App, saving: BackgroundRound | None, timestamps: str | None) -> None:
    """Ask about the job and the time stamps, then register the job and let it run once."""
    tell_head(5, _("Automatic saving and time stamps"))
    scheduler = schedulers.find_starters(obj.home, obj.environ)
    is_wanted = scheduler is not None or _ask_schedule(app)
    _ask_stamps(obj, app, timestamps)
    if scheduler is not None:
        _finish_saving(app, saving)
        sentence = _("It is already registered ({scheduler}); nothing was changed. See: archive status --full")
        tell(sentence, scheduler=scheduler)
        return
    if not is_wanted:
        _finish_saving(app, saving)
        tell(_("Automatic saving is not set up yet. Later: archive init schedule   Or keep running: archive daemon"))
        return
    if saving is not None:
        saving.leave()  # two rounds at once cannot be; what it left, the job fetches
    kind = _register(obj)
    if kind is None:
        _save_here(obj, app)
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
            _save_here(obj, app)  # `archive` still shows the failure, as the run itself remembered it
            tell(_("Until that is fixed, nothing is saved automatically. Then see: archive status --full"))
            return
        if trial.is_saving:
            tell(_("It runs in this way and is still saving; see how far with: archive status"))
            return
    tell(_("It could not be seen yet whether it works there. In a few minutes, see: archive status --full"))
    _save_here(obj, app)


def _save_here(obj: CliContext, app: App) -> None:
    """Run one round in this process instead."""
    saving = BackgroundRound(obj)
    show_counts(saving, app.archive, seconds=None)
    saving.check()
    tell(_("It was saved once more from here instead."))


def _finish_saving(app: App, saving: BackgroundRound | None) -> None:
    if saving is not None and not saving.wait(0):
        tell(_("The first save goes on (Ctrl-C ends it; what has come is kept)."))
        show_counts(saving, app.archive, seconds=None)
    if saving is not None:
        saving.check()


def tell_end(obj: CliContext, app: App) -> None:
    """Print whether it was seen to save by itself, where packages go, and the two commands to remember."""
    run = app.archive.read(SCHEDULED_RUN.recall)
    if run is None or run.error is not None:
        tell(_("It has not saved automatically yet. What is missing: archive status --full"), indent=0)
    folder = visible(str(exports_folder(obj.settings())))
    head = _("Done. Exports are put into:")
    echo(f"{head} {folder}" if columns(f"{head} {folder}") <= WIDTH else f"{head}\n  {folder}")
    echo(_("Two to remember:   archive (how it stands)   archive save --all (when it may vanish)"))


PATIENCE = 30.0
"""Seconds for which the counts are shown before the next question; large files take longer."""

GRACE = 5.0
"""Seconds to wait for a clean end of the round; it may be cut off anywhere without loss."""


class _RoundLeft(BaseException):
    """Ends the round between two steps because the first run ends; no `Exception`, so nothing else catches it."""


class BackgroundRound:
    """One save round in a thread beside the questions, with its own archive and connections."""

    def __init__(self, obj: CliContext) -> None:
        """Start the round at once."""
        self.app = build_app(obj.settings(), obj.environ, sleep=self._sleep)
        self.error: Exception | None = None
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)  # a daemon: Ctrl-C must not wait for a file
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait at most this long; whether the round has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def leave(self) -> None:
        """Ask the round to end between two steps; the next round fetches what is missing."""
        self._leaving.set()
        self._thread.join(GRACE)

    def check(self) -> None:
        """Raise the error that ended the round, if one did."""
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            run_round(self.app, Options(), ProgressCallbacks(on_step=self._step, on_file=self._step))
        except _RoundLeft:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by `check`, in the thread of the questions
            self.error = error
        finally:
            self.app.archive.close()

    def _step(self, *_what: object) -> None:
        if self._leaving.is_set():
            raise _RoundLeft

    def _sleep(self, seconds: float) -> None:
        if self._leaving.wait(seconds):
            raise _RoundLeft


def begin_first_save(obj: CliContext, app: App) -> BackgroundRound | None:
    """Begin the first save and show its counts; None if an earlier call has already saved. Raises the round's error."""
    tell_head(3, _("The first save (it goes on while you answer the next questions)"))
    saving = None
    if last_round(app.archive) is None:
        saving = BackgroundRound(obj)
        show_counts(saving, app.archive, seconds=PATIENCE)
        saving.check()
    tell_counts(app.archive)
    if saving is not None and not saving.wait(0):
        tell(_("It goes on: large files take longer."))
    echo()
    return saving


def show_counts(saving: BackgroundRound, archive: Archive, *, seconds: float | None) -> None:
    """Show the counts while they grow, for at most `seconds`; None: until the round ends."""
    until = None if seconds is None else time.monotonic() + seconds
    is_terminal = sys.stdout.isatty()
    while not saving.wait(0.5):
        if until is not None and time.monotonic() >= until:
            break
        if is_terminal:
            click.echo("\r  " + counts_line(count_saved(archive))[: WIDTH - 4], nl=False)
    if is_terminal:
        click.echo("\r" + " " * (WIDTH - 1) + "\r", nl=False)


def tell_counts(archive: Archive) -> None:
    """Print the counts, what Chatwork's limit of 100 messages leaves out, and how to get that."""
    counts = count_saved(archive)
    tell(counts_line(counts))
    if counts.left_out:
        tell(left_out_sentence(counts))

        tell("archive guide old", indent=4)
