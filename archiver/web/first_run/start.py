"""はじめる: the five steps of the first run as pages; each is kept at once, so it can be left and resumed."""

from __future__ import annotations

from collections.abc import Callable
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.notices import delivery
from archiver.records import Contract
from archiver.render.invisible_characters import visible
from archiver.render.times import interval_words
from archiver.rounds.round import last_round
from archiver.setup.answers import (
    FAILED,
    FINISHED,
    NOTICE,
    ORGANISATION,
    SCHEDULE,
    STAMPS,
    TRIED,
    InvalidAnswer,
    note_answer,
    recall_answers,
)
from archiver.setup.archive_setup import choose_authorities
from archiver.setup.contract_facts import enter_contracts, facts_key, first_run_contract, keep_contract
from archiver.setup.first_run import (
    FirstRunStep,
    check_token,
    first_open_step,
    prepare_archive,
)
from archiver.setup.notice_ways import remember_trial
from archiver.setup.token_source import clean_token, keep_token, place_words
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.web import automatic
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.first_run import chat_choice
from archiver.web.job import fact_form
from archiver.web.saving import save_now
from archiver.web.trouble.trouble_words import first_to_do, trouble_words

pages = Blueprint("start", __name__, url_prefix="/start")

TOKEN_PAGE = "https://www.chatwork.com/service/packages/chatwork/subpackages/api/token.php"  # noqa: S105 - an address
"""Where Chatwork shows the API token; the page also says how to get there by Chatwork's own menu."""

Answer = str | Response | tuple[str, int]


@pages.get("")
def index() -> Answer:
    """Lead to the step that is not done yet; at the very first, say what the program does."""
    context = console_context()
    step = first_open_step(context)
    if step is None:
        return redirect(url_for("home.index"))
    if step is FirstRunStep.TOKEN and not context.archive.exists():
        return render_template("start_welcome.html", step=0, home=visible(str(context.home)))
    return redirect(url_for(f"start.{step.value}"))


@pages.post("")
def begin() -> Answer:
    """Create the folder and the empty archive."""
    prepare_archive(console_context())
    return redirect(url_for("start.token"))


# --- the token -----------------------------------------------------------------------------------


@pages.get("/token")
def token() -> Answer:
    """Ask for the token; what is stored is never shown."""
    if not console_context().archive.exists():
        return redirect(url_for("start.index"))
    return _token_page()


@pages.post("/token")
def try_token() -> Answer:
    """Ask Chatwork whose token it is, and store it only if it is accepted."""
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
    return redirect(url_for("start.account"))


def _token_page(problem: str = "", first: str = "") -> str:
    return render_template("start_token.html", step=1, problem=problem, first=first, token_page=TOKEN_PAGE)


@pages.get("/account")
def account() -> Answer:
    """Say whose token it is, and ask whom the organisation belongs to."""
    context = console_context()
    with context.archive.reading() as reading:
        owner = current_state.owner(reading)
    if owner is None:
        return redirect(url_for("start.token"))
    place = place_words(context.settings().token_source)
    return render_template("start_account.html", step=1, owner=owner, place=place)


@pages.post("/account")
def keep_account() -> Answer:
    """Remember whose the organisation is."""
    answer = request.form.get("organisation", "")
    if answer in {"client", "own"}:
        note_answer(console_context().archive, ORGANISATION, answer)
    return redirect(url_for("start.index"))


# --- the chats -----------------------------------------------------------------------------------


@pages.get("/chats")
def chats() -> Answer:
    """Show the chats; none is chosen beforehand."""
    return _asked(_chats_page)


@pages.get("/people/<int:room>")
def people(room: int) -> str:
    """Who is in a chat, as a part of the page that asks for it when the chat comes into sight."""
    return chat_choice.people_part(console_context(), room)


@pages.post("/chats")
def choose_chats() -> Answer:
    """Enter the first jobs, once it is said which chat belongs to which; then save."""
    return _asked(_choose_chats)


@pages.post("/save")
def save_again() -> Answer:
    """Begin the first save once more, after one that failed; what was typed beside the button stays in its fields."""
    context = console_context()
    _save_first(context)
    if "automatic" in request.form:
        return schedule()
    return _facts_page(context, request.form, {}) if "job" in request.form else redirect(url_for("start.index"))


def _asked(page: Callable[[], Answer]) -> Answer:
    """A page that asks Chatwork; where it does not answer, what happened and what to press."""
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
    if first_run_contract(context.archive) is None:
        enter_contracts(app, jobs)
    _save_first(context)
    return redirect(url_for("start.facts"))


def _chats_page() -> str:
    return chat_choice.choice_page(console_context().hurried_app(), 2)


def _save_first(context: ConsoleContext) -> None:
    """Begin the first save, unless there was one or a job runs."""
    if last_round(context.archive) is None and not context.jobs.is_busy:
        context.jobs.start(_("The first save"), save_now(context, is_first=True))


# --- the contract --------------------------------------------------------------------------------


@pages.get("/facts")
def facts() -> Answer:
    """Ask for the facts, while the first save goes on."""
    context = console_context()
    _save_first(context)
    return _facts_page(context, {}, {})


@pages.post("/facts")
def keep_facts() -> Answer:
    """Keep what was given; what is blank stays unknown."""
    context = console_context()
    contract = _asked_contract(context)
    if contract is not None:
        updated, problems = fact_form.read(contract, request.form, fact_form.first_run_facts(contract), context.now())
        keep_contract(context.archive, contract, updated, at=context.now())
        if problems:
            return _facts_page(context, request.form, problems), 422
        note_answer(context.archive, facts_key(contract))
    return redirect(url_for("start.index"))


def _asked_contract(context: ConsoleContext) -> Contract | None:
    """The contract that the form is about; else the next one."""
    with context.archive.reading() as reading:
        named = [one for one in contracts(reading) if one.id == request.form.get("job")]
    return named[0] if named else first_run_contract(context.archive)


def _facts_page(context: ConsoleContext, given: fact_form.Given, problems: dict[str, str]) -> str:
    contract = _asked_contract(context)
    fields = (
        []
        if contract is None
        else fact_form.fields(contract, fact_form.first_run_facts(contract, problems), given=given, problems=problems)
    )
    return render_template("start_facts.html", step=3, fields=fields, contract=contract, job=context.jobs.last)


# --- saving by itself ----------------------------------------------------------------------------


@pages.get("/schedule")
def schedule() -> Answer:
    """Ask whether this computer saves by itself."""
    context = console_context()
    return render_template(
        "start_schedule.html",
        step=4,
        every=interval_words(context.settings().sync.every),
        given=request.form,
        job=context.jobs.last,
    )


@pages.post("/schedule")
def keep_schedule() -> Answer:
    """Register the job and let it run once, or remember that it is not wanted."""
    context = console_context()
    is_wanted = request.form.get("automatic") == "yes"
    if is_wanted:
        title = _("Automatic saving")
        if context.jobs.start(title, automatic.set_up(context)).title == title:
            note_answer(context.archive, SCHEDULE, "yes")
        return redirect(url_for("job.index"))
    note_answer(context.archive, SCHEDULE, "no")
    return redirect(url_for("start.index"))


# --- notices and the time of a third party ---------------------------------------------------------


@pages.get("/notices")
def notices() -> Answer:
    """Ask how to tell about trouble, and whether a third party confirms the time."""
    return _notices_page()


@pages.post("/notices/test")
def send_test() -> Answer:
    """Show a notice on this desktop, to be confirmed."""
    context = console_context()
    is_shown = bool(delivery.send_test_notice(context.settings(), context.environ).desktop)
    if not is_shown:
        remember_trial(context.archive, {"desktop": False}, at=context.now())
    problem = "" if is_shown else _("No alert could be shown on this desktop. Add a mail address in the settings.")
    return _notices_page(problem, is_sent=is_shown)


@pages.post("/notices")
def keep_notices() -> Answer:
    """Keep both answers; the first run is finished then."""
    context = console_context()
    stamps = "on" if request.form.get("stamps") == "on" else "off"
    choose_authorities(context.home, stamps)
    is_seen = request.form.get("seen") == "yes"
    if "seen" in request.form:
        remember_trial(context.archive, {"desktop": is_seen}, at=context.now())
    for question, answer in (
        (NOTICE, "seen" if is_seen else "not seen"),
        (STAMPS, stamps),
        (FINISHED, ""),
    ):
        note_answer(context.archive, question, answer)
    return redirect(url_for("home.index"))


def _notices_page(problem: str = "", *, is_sent: bool = False) -> str:
    answers = recall_answers(console_context().archive)
    return render_template(
        "start_notices.html",
        step=5,
        failed=4 if answers.get(TRIED) == FAILED else 0,
        problem=problem,
        is_sent=is_sent,
        stamps=request.form.get("stamps", ""),
        wants_schedule=answers.get(SCHEDULE) == "yes",
    )
