"""ホーム: what stands first, one next step, the jobs; saving now or by itself, and how far a job is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.app import App
from archiver.health.words import IDLE_ADVICE, IDLE_SENTENCE
from archiver.notices import sentences
from archiver.render.invisible_characters import visible
from archiver.rounds.round import run_round
from archiver.schedule import schedulers
from archiver.settings.other_archives import note_home
from archiver.setup import unattended
from archiver.standing.home_document import page_marks
from archiver.standing.outcome_words import count_saved, counts_line, left_out_sentence, round_lines
from archiver.standing.waiting_state import note_state
from archiver.store.queries.contracts import contracts, find_contract, required_rooms
from archiver.store.queries.room_holdings import WantedFile
from archiver.store.working.alerts import put_aside_changes
from archiver.sync.plan import PlanStep
from archiver.sync.run_start import Options, ProgressCallbacks
from archiver.web.app import frame_facts
from archiver.web.background_work import Job, JobLink, JobOutcome
from archiver.web.console_context import ConsoleContext, begin_job, console_context
from archiver.web.context import view_context
from archiver.web.lost_archive import home_obstacle
from archiver.web.trouble_words import first_to_do, trouble_words
from archiver.wording import N_
from archiver.wording import gettext as _

pages = Blueprint("home", __name__)

LINKS, SET_UP_LINKS = (JobLink(N_("Home"), "home.index"),), (JobLink(N_("Go on"), "start.index"),)


@pages.get("/home")
def index() -> str | tuple[str, int]:
    """The whole page; where it asks by itself whether it is still true, only what stands first, or nothing."""
    view, context, mark = view_context(), console_context(), request.args.get("mark")
    with view.reading() as reading:
        if mark in page_marks(reading):
            return "", 204
        document = view.home_document(reading, view.status(reading))
    closed = home_obstacle(context.home)
    if closed is not None:  # where the folder can only be read, saving would fail, and does not begin
        closed = closed._replace(advice=trouble_words(errors.HomeNotWritable(path=context.home)).advice)
    template = "home.html" if mark is None else "home_head.html"
    return render_template(template, home=document, job=context.jobs.last, closed=closed)


@pages.post("/home/seen")
def seen() -> Response:
    """Keep that the changes of a job up to an entry and an alert were seen; the first page then tells of later ones."""
    context = console_context()
    upto, last_alert = (request.form.get(name, 0, type=int) for name in ("upto", "last_alert"))
    with context.archive.writing() as writing:
        contract = find_contract(writing, request.form.get("job", ""))
        put_aside_changes(writing, contract, upto=upto, last_alert=last_alert, at=context.now())
    return redirect(url_for("home.index"))


@pages.post("/home/save")
def save() -> Response:
    """Save now; while a job runs, show that one."""
    return begin_job(_("Saving now"), partial(save_now, context=console_context()))


ENOUGH_BYTES = 1_000_000
"""Size from which a file's own progress is shown."""


def save_now(job: Job, context: ConsoleContext, *, is_first: bool = False) -> JobOutcome:
    """The work of saving what Chatwork shows now; the first time it says how to get what the lists leave out."""
    app = context.app(job)
    if not is_first:  # a round would save nothing where every contract was ended: the error says what to do
        with app.archive.reading() as reading:
            if contracts(reading):
                required_rooms(reading, app.now())
    try:
        with failure_remembered(app):
            report = run_round(app, Options(every_list=True), round_progress(app, job))
    except errors.ChatworkError as error:
        if not is_first:
            raise
        return _first_failed(app, error)
    note_home(context.home, report.account_id, at=app.now())
    lines = (*map(str.strip, round_lines(report)), *report.complaints)
    counts = count_saved(app.archive)
    sentence = _("Saved. {counts}") if report.complete else _("Not everything could be saved. Kept so far: {counts}")
    head = sentence.format(counts=counts_line(counts))
    hint = f"{left_out_sentence(counts)} archive save FILE" if is_first and counts.left_out else ""
    return JobOutcome(head, lines, LINKS, is_complete=report.complete and not report.complaints, hint=hint)


def _first_failed(app: App, error: errors.ChatworkError) -> JobOutcome:
    """The first save ended early; nothing else will try again by itself yet."""
    counts = count_saved(app.archive)
    head = _("Not everything could be saved yet. {counts}") if counts.messages else _("Nothing could be saved yet.")
    advice = _("{first} Then press “Save again”. You can answer the questions meanwhile.")
    advice, sentence = advice.format(first=first_to_do(error)), trouble_words(error).sentence
    return JobOutcome(head.format(counts=counts_line(counts)), (sentence, advice), is_complete=False)


@contextlib.contextmanager
def failure_remembered(app: App) -> Iterator[None]:
    """Let the overview, the next notices and what waits know how a round ends, as after one that was typed."""
    try:
        yield
    except errors.ArchiverError as error:
        sentences.take_pending_notices(app.archive, app.settings, error, now=app.now())
        raise
    finally:
        note_state(app.settings, app.now())


def round_progress(app: App, job: Job) -> ProgressCallbacks:
    """The callbacks of a round that show in a job where it is, and end it where the user asks for that."""

    def on_step(step: PlanStep, name: str) -> None:
        words = {"messages": _("Messages"), "files": _("List of files"), "people": _("People and tasks")}
        job.tell(f"{words.get(step.kind, '')} {visible(name)}".strip() + f" ({counts_line(count_saved(app.archive))})")

    def on_file(file: WantedFile, have: int) -> None:
        is_large = file.size >= ENOUGH_BYTES
        job.tell(_("Saving files"), have if is_large else 0, file.size if is_large else None)

    return ProgressCallbacks(on_step, on_file)


def set_up(job: Job, context: ConsoleContext) -> JobOutcome:
    """The work of letting this computer save by itself."""
    kind = schedulers.choose_backend(context.environ)
    if unattended.is_token_unreadable(context, kind):
        unattended.move_token(context)
    warnings = unattended.register_job(context, kind, is_typed=False)
    is_idle = unattended.is_idle(kind)
    if is_idle:
        title = schedulers.title(kind)
        warnings += [_(text).format(scheduler=title) for text in (IDLE_SENTENCE, IDLE_ADVICE)]
    job.tell(_("It is now run once in this way (a minute at most)."))
    trial = unattended.try_job(context, context.app(job), kind, sleep=job.sleep)
    works = not is_idle and (trial.has_saved or trial.is_saving)
    return JobOutcome(_head(context, kind, works), (_said(trial, kind), *warnings), SET_UP_LINKS, is_complete=works)


def _head(context: ConsoleContext, kind: str, works: bool) -> str:
    if not works:
        return _("Automatic saving does not run yet.")
    pace = schedulers.pace_words(unattended.build_job(context), context.settings().sync.every, is_typed=False)
    return _("Registered with {scheduler}: {pace}.").format(scheduler=schedulers.title(kind), pace=pace)


def _said(trial: unattended.JobTrial, kind: str) -> str:
    if trial.has_saved:
        return unattended.success_sentence(kind)
    if trial.error_name is None:
        return _("It could not be seen yet whether it works there. This page says so as soon as it has saved.")
    return unattended.failure_sentence(trial.error_name)


job_pages = Blueprint("job", __name__)


@job_pages.get("/job", endpoint="index")
def job_page() -> str:
    """The whole page; without scripts it reloads itself while the job runs."""
    return render_template("job.html", job=_seen_job())


@job_pages.get("/job/progress")
def progress() -> str:
    """The part of a page that changes while a job runs; `brief`: of a page on which something else is asked."""
    template = "start_state.html" if request.args.get("brief") else "job_part.html"
    return render_template(template, job=_seen_job())


@job_pages.get("/pulse")
def pulse() -> str:
    """What an open page asks for every 20 seconds: how old the last save is; the answer says that the app runs."""
    return render_template("pulse.html", frame=frame_facts(view_context()))


def _seen_job() -> Job | None:
    """The job that is shown now; once it has ended, its result has been seen."""
    job = console_context().jobs.last
    if job is not None and not job.is_running:
        console_context().jobs.note_seen(job)
    return job


@job_pages.post("/job/cancel")
def cancel() -> Response:
    """Ask the job to end between two steps."""
    job = console_context().jobs.last
    if job is not None:
        job.cancel()
    return redirect(url_for("job.index"))
