"""はじめの設定: four steps as pages; each is kept at once, so it can be left and resumed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.notices import delivery
from archiver.render.times import interval_words
from archiver.settings.file import update_settings
from archiver.setup import menu_entry
from archiver.setup.archive_setup import (
    FirstRunStep,
    check_token,
    choose_authorities,
    clean_token,
    first_open_step,
    keep_token,
    prepare_archive,
)
from archiver.setup.contract_facts import enter_contracts
from archiver.setup.scheduled_job import remember_trial
from archiver.setup.work_words import count_saved
from archiver.setup.written_values import FINISHED, SCHEDULE, STAMPS, InvalidAnswer, note_answer, recall_answers
from archiver.store.working.remembered_values import NOTICE_TRIAL
from archiver.web import automatic
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.first_run import chat_choice
from archiver.web.jobs import Job, JobOutcome, Work
from archiver.web.saving import save_now
from archiver.web.trouble.trouble_words import first_to_do, trouble_words

pages = Blueprint("start", __name__, url_prefix="/start")

TOKEN_PAGE = "https://www.chatwork.com/service/packages/chatwork/subpackages/api/token.php"  # noqa: S105 - an address
"""Where Chatwork shows the API token; the page also says how to get there by Chatwork's own menu."""

Answer = str | Response | tuple[str, int]


@pages.get("")
def index() -> Response:
    """Lead to the step that is not done yet."""
    step = first_open_step(console_context())
    return redirect(url_for("home.index" if step is None else f"start.{step.value}"))


# --- the token -----------------------------------------------------------------------------------


@pages.get("/token")
def token() -> str:
    """Ask for the token; what is stored is never shown."""
    return _token_page()


@pages.post("/token")
def try_token() -> Answer:
    """Create the empty archive, ask Chatwork whose token it is, and store it only if it is accepted."""
    context = console_context()
    prepare_archive(context)
    try:
        typed = clean_token(request.form.get("token", ""))
        check_token(context, typed, is_hurried=True)
    except InvalidAnswer as error:
        return _token_page(str(error)), 422
    except errors.ChatworkError as error:
        return _token_page(trouble_words(error).sentence, first_to_do(error)), 502
    keep_token(context, typed)
    return redirect(url_for("start.index"))


def _token_page(problem: str = "", first: str = "") -> str:
    return render_template("start_token.html", step=1, problem=problem, first=first, token_page=TOKEN_PAGE)


# --- the chats -----------------------------------------------------------------------------------


@pages.get("/chats")
def chats() -> Answer:
    """Show the chats; none is chosen beforehand."""
    return _asked(lambda: chat_choice.choice_page(console_context().hurried_app(), 2))


@pages.get("/people/<int:room>")
def people(room: int) -> str:
    """Who is in a chat and what was written last, as a part of the page, when the chat comes into sight."""
    return chat_choice.people_part(console_context(), room)


@pages.post("/chats")
def choose_chats() -> Answer:
    """Enter the first jobs, once it is said which chat belongs to which; only then anything is saved."""
    return _asked(_choose_chats)


def _asked(page: Callable[[], Answer]) -> Answer:
    """A page that asks Chatwork, unless the step is done; where it does not answer, what to press."""
    if first_open_step(console_context()) is not FirstRunStep.CHATS:
        return redirect(url_for("start.index"))
    try:
        return page()
    except errors.ChatworkError as error:
        words, first = trouble_words(error), first_to_do(error)
        return render_template("start_unanswered.html", step=2, words=words, first=first), 503


def _choose_chats() -> Answer:
    context = console_context()
    app = context.hurried_app()
    jobs = chat_choice.read_jobs(app, 2)
    if not isinstance(jobs, list):
        return jobs
    enter_contracts(app, jobs)
    context.jobs.start(_("The first save"), _first_save(context))
    return redirect(url_for("start.automatic"))


# --- saving by itself, notices, the time of a third party -------------------------------------------


@pages.get("/automatic", endpoint="automatic")
def automatic_page() -> Answer:
    """Ask what goes on by itself, while the first save goes on."""
    context = console_context()
    if first_open_step(context) is not FirstRunStep.AUTOMATIC:
        return redirect(url_for("start.index"))
    return _automatic_page(context, _notice(context))


def _automatic_page(context: ConsoleContext, notice: str) -> str:
    every = interval_words(context.settings().sync.every)
    return render_template("start_automatic.html", step=4, every=every, job=context.jobs.last, notice=notice)


@pages.post("/automatic")
def keep_automatic() -> Answer:
    """Keep what was chosen; the first run is finished then. The scheduler's job is set up once the save has ended."""
    context, wanted = console_context(), set(request.form)
    choose_authorities(context.home, "on" if "stamps" in wanted else "off")
    if "icon" in wanted:
        with suppress(errors.ArchiverError):  # the last page says how it is opened, as things are then
            menu_entry.place(context.home)
    if "notices" not in wanted:
        update_settings(context.home, {"notify.desktop": False})
    for question, answer in (
        (STAMPS, "on" if "stamps" in wanted else "off"),
        (SCHEDULE, "yes" if "automatic" in wanted else "no"),
        (FINISHED, ""),
    ):
        note_answer(context.archive, question, answer)
    if "automatic" in wanted and not context.jobs.is_busy:
        context.jobs.start(_("Automatic saving"), automatic.set_up(context))
    return redirect(url_for("start.done"))


@pages.post("/notices/test")
def send_test() -> str:
    """Show a notice on this desktop, to be confirmed."""
    context = console_context()
    is_shown = bool(delivery.send_test_notice(context.settings(), context.environ).desktop)
    if not is_shown:
        remember_trial(context.archive, {"desktop": False}, at=context.now())
    return _notice_part(context, "sent" if is_shown else "failed")


@pages.post("/notices/seen")
def keep_answer() -> str:
    """Remember whether the notice was seen."""
    context = console_context()
    remember_trial(context.archive, {"desktop": request.form.get("seen") == "yes"}, at=context.now())
    return _notice_part(context, _notice(context))


def _notice(context: ConsoleContext) -> str:
    """How the trial of the notice stands: not begun, seen or unseen."""
    with context.archive.reading() as reading:
        last = NOTICE_TRIAL.recall(reading)
    return "" if last is None else "seen" if "desktop" in last.seen else "unseen"


def _notice_part(context: ConsoleContext, notice: str) -> str:
    """What is said of the notice, where it was asked for; without scripts, in its whole page."""
    if "HX-Request" in request.headers:
        return render_template("start_notice.html", notice=notice)
    return _automatic_page(context, notice)


# --- the first save ------------------------------------------------------------------------------


@pages.get("/done")
def done() -> Answer:
    """What is saved, how to open it again, and one next step; while the save goes on, how far it is."""
    context = console_context()
    if FINISHED not in recall_answers(context.archive):
        return redirect(url_for("start.index"))
    counts, is_told = count_saved(context.archive), context.settings().notify.desktop and _notice(context) == "seen"
    is_placed = menu_entry.is_placed(context.home)
    return render_template(
        "start_done.html", job=context.jobs.last, counts=counts, is_told=is_told, is_placed=is_placed
    )


@pages.post("/save")
def save_again() -> Response:
    """Begin once more what failed: the first save, or letting this computer save by itself."""
    context = console_context()
    context.jobs.start(_("The first save"), _first_save(context))
    return redirect(url_for("start.done" if FINISHED in recall_answers(context.archive) else "start.automatic"))


def _first_save(context: ConsoleContext) -> Work:
    """The first save; then automatic saving, if it was chosen meanwhile."""

    save, let_it_save = save_now(context, is_first=True), automatic.set_up(context)

    def work(job: Job) -> JobOutcome:
        saved = save(job)
        if recall_answers(context.archive).get(SCHEDULE) != "yes":
            return saved
        set_up = let_it_save(job)
        return set_up if saved.is_complete else replace(saved, lines=(*saved.lines, set_up.head, *set_up.lines))

    return work
