"""はじめの設定: four steps as pages; each is kept at once, so it can be left and resumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from gettext import gettext as _
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.app import App
from archiver.chatwork.models import Room
from archiver.notices import delivery
from archiver.records import RoomId
from archiver.render.invisible_characters import visible
from archiver.render.times import interval_words
from archiver.schedule.schedulers import find_starters
from archiver.settings.file import update_settings
from archiver.setup import archive_setup, contract_rooms, menu_entry
from archiver.setup.answers import FINISHED, SCHEDULE, STAMPS, InvalidAnswer, note_answer, recall_answers
from archiver.setup.contracted_chats import NewJob, enter_contracts
from archiver.setup.fact_questions import read_facts
from archiver.setup.unattended import remember_trial
from archiver.standing.outcome_words import count_saved
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.store.working.remembered_values import NOTICE_TRIAL
from archiver.web import home
from archiver.web.background_work import Job, JobOutcome
from archiver.web.console_context import Answer, ConsoleContext, console_context
from archiver.web.home import save_now
from archiver.web.talk.message_links import words_line
from archiver.web.trouble_words import first_to_do, trouble_words

pages = Blueprint("start", __name__, url_prefix="/start")

TOKEN_PAGE = "https://www.chatwork.com/service/packages/chatwork/subpackages/api/token.php"  # noqa: S105 - an address
"""Where Chatwork shows the API token; the page also says how to get there by Chatwork's own menu."""


@pages.get("")
def index() -> Response:
    """Lead to the step that is not done yet."""
    step = archive_setup.first_open_step(console_context())
    return redirect(url_for("home.index" if step is None else f"start.{step.value}"))


# --- the token -----------------------------------------------------------------------------------


@pages.get("/token")
def token(problem: str = "", first: str = "") -> str:
    """Ask for the token; what is stored is never shown."""
    return render_template("start_token.html", step=1, problem=problem, first=first, token_page=TOKEN_PAGE)


@pages.post("/token")
def try_token() -> Answer:
    """Create the empty archive, ask Chatwork whose token it is, and store it only if it is accepted."""
    context = console_context()
    archive_setup.prepare_archive(context)
    try:
        typed = archive_setup.clean_token(request.form.get("token", ""))
        archive_setup.check_token(context, typed, is_hurried=True)
    except InvalidAnswer as error:
        return token(str(error)), 422
    except errors.ChatworkError as error:
        return token(trouble_words(error).sentence, first_to_do(error)), 502
    archive_setup.keep_token(context, typed)
    return redirect(url_for("start.index"))


# --- the chats -----------------------------------------------------------------------------------


@pages.get("/chats")
def chats() -> Answer:
    """Show the chats; none is chosen beforehand."""
    return _asked(lambda: choice_page(console_context().hurried_app(), 2))


@pages.get("/people/<int:room>")
def people(room: int) -> str:
    """Who is in a chat without this account and what was written last, when it comes into sight; or nothing now."""
    try:
        app, room_id = console_context().hurried_app(), RoomId(room)
        names = {} if request.args.get("direct") else contract_rooms.people_of_rooms(app, [room_id])[room_id]
        last = max(
            (one.model for one in app.chatwork.messages(room_id).items), key=lambda one: one.number, default=None
        )
    except errors.ArchiverError:
        return ""
    said = None if last is None else (visible(last.account.name), words_line(last.body))
    return render_template("chat_people.html", names=_names(names), last=said)


@pages.post("/chats")
def choose_chats() -> Answer:
    """Enter the first jobs, once it is said which chat belongs to which; only then anything is saved."""
    return _asked(_choose_chats)


def _asked(page: Callable[[], Answer]) -> Answer:
    """A page that asks Chatwork, unless the step is done; where it does not answer, what to press."""
    if archive_setup.first_open_step(console_context()) is not archive_setup.FirstRunStep.CHATS:
        return redirect(url_for("start.index"))
    try:
        return page()
    except errors.ChatworkError as error:
        words, first = trouble_words(error), first_to_do(error)
        return render_template("start_unanswered.html", step=2, words=words, first=first), 503


def _choose_chats() -> Answer:
    context = console_context()
    app = context.hurried_app()
    jobs = read_jobs(app, 2)
    if not isinstance(jobs, list):
        return jobs
    enter_contracts(app, jobs)
    context.jobs.start(_("The first save"), partial(_first_save, context=context))
    return redirect(url_for("start.automatic"))


# --- saving by itself, notices, the time of a third party -------------------------------------------


@pages.get("/automatic", endpoint="automatic")
def automatic_page() -> Answer:
    """Ask what goes on by itself, while the first save goes on."""
    context = console_context()
    if archive_setup.first_open_step(context) is not archive_setup.FirstRunStep.AUTOMATIC:
        return redirect(url_for("start.index"))
    return _automatic_page(context, _notice(context))


def _automatic_page(context: ConsoleContext, notice: str) -> str:
    every = interval_words(context.settings().sync.every)
    return render_template("start_automatic.html", step=4, every=every, job=context.jobs.last, notice=notice)


@pages.post("/automatic")
def keep_automatic() -> Answer:
    """Keep what was chosen; the first run is finished then. The scheduler's job is set up once the save has ended."""
    context, wanted = console_context(), set(request.form)
    archive_setup.choose_authorities(context.home, "on" if "stamps" in wanted else "off")
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
        context.jobs.start(_("Automatic saving"), partial(home.set_up, context=context))
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
    last = context.archive.read(NOTICE_TRIAL.recall)
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
    answers = recall_answers(context.archive)
    if FINISHED not in answers:
        return redirect(url_for("start.index"))
    is_automatic = answers.get(SCHEDULE) == "yes" or find_starters(context.home, context.environ) is not None
    counts, is_told = count_saved(context.archive), context.settings().notify.desktop and _notice(context) == "seen"
    is_placed = menu_entry.is_placed(context.home)
    return render_template(
        "start_done.html",
        job=context.jobs.last,
        counts=counts,
        is_told=is_told,
        is_placed=is_placed,
        is_automatic=is_automatic,
    )


@pages.post("/save")
def save_again() -> Response:
    """Begin once more what failed: the first save, or letting this computer save by itself."""
    context = console_context()
    context.jobs.start(_("The first save"), partial(_first_save, context=context))
    return redirect(url_for("start.done" if FINISHED in recall_answers(context.archive) else "start.automatic"))


def _first_save(job: Job, context: ConsoleContext) -> JobOutcome:
    """The first save; then automatic saving, if it was chosen meanwhile."""
    saved = save_now(job, context, is_first=True)
    if recall_answers(context.archive).get(SCHEDULE) != "yes":
        return saved
    set_up = home.set_up(job, context)
    return set_up if saved.is_complete else saved._replace(lines=(*saved.lines, set_up.head, *set_up.lines))


NAMED_PEOPLE = 4
"""So many people of a chat are named; the others are counted."""

LOOKED_AT = 30
"""So many chats say who is in them and what was written last; each costs two calls of Chatwork's limit."""

RECENT = timedelta(days=30)

NEW_JOB, NO_JOB = "new", "none"
"""What is chosen for a chat that gets a job of its own, and for one that is not saved."""


def chosen_chats(rooms: Sequence[Room]) -> list[Room]:
    """Those that were ticked on the page."""
    ticked = set(request.form.getlist("room"))
    return [room for room in rooms if str(room.room_id) in ticked]


def choice_page(app: App, step: int, problem: str = "") -> str:
    """The page on which chats are chosen; `step` of the first run, 0 outside it. Raises ChatworkError."""
    rooms, recent = contract_rooms.choosable_rooms(app), (app.now() - RECENT).timestamp()
    chosen = chosen_chats(rooms)
    lines = [_line(room) | {"is_chosen": room in chosen, "is_recent": room.last_update_time > recent} for room in rooms]
    owner = visible(str((app.archive.read(current_state.owner) or {}).get("name") or ""))
    return render_template(
        "start_chats.html", step=step, chats=lines, problem=problem, owner=owner, looked_at=LOOKED_AT
    )


def read_jobs(app: App, step: int) -> list[NewJob] | str | tuple[str, int]:
    """The chats of the form by job; else the page that asks on.

    Direct chats with the same people are shown there, not chosen. Of a single chat that no job has, and with whose
    people there is no other, nothing more is asked. Raises ChatworkError.
    """
    rooms = contract_rooms.choosable_rooms(app)
    chosen = chosen_chats(rooms)
    if "back" in request.form:
        return choice_page(app, step)
    if not chosen:
        return choice_page(app, step, _("Choose at least one chat. Nothing else is saved.")), 422
    if f"job_{chosen[0].room_id}" not in request.form:
        beside = [rooms[position] for position in contract_rooms.direct_chats_beside(app, rooms, chosen)]
        if len(chosen) == 1 and not beside and not _holders(app, chosen):
            return [NewJob("", [chosen[0].room_id])]
        return _jobs_page(app, step, chosen, beside)
    try:
        return _parted(app, chosen)
    except (InvalidAnswer, errors.UsageError) as error:
        return _jobs_page(app, step, chosen, problem=str(error)), 422


def jobs_page_again(app: App, problem: str) -> tuple[str, int]:
    """The page on which chats are parted into jobs, with what was chosen there. Raises ChatworkError."""
    return _jobs_page(app, 0, chosen_chats(contract_rooms.choosable_rooms(app)), problem=problem), 422


def _parted(app: App, chosen: Sequence[Room]) -> list[NewJob]:
    """The jobs of the form. Raises InvalidAnswer, UsageError."""
    parted: dict[str, list[Room]] = {}
    for room in chosen:
        answer = request.form.get(f"job_{room.room_id}", NO_JOB)
        if answer != NO_JOB:  # each new job is one of its own: what is to be together is put into a numbered one
            parted.setdefault(f"{room.room_id}/{answer}" if answer == NEW_JOB else answer, []).append(room)
    if not parted:
        raise InvalidAnswer(_("At least one chat has to belong to a job."))
    days = {int(room.room_id): request.form.get(f"from_{room.room_id}", "") for room in chosen}
    begins = {room: at for room, day in days.items() if (at := contract_rooms.read_bound(day, _("the first day")))}
    given = {name: value.strip() for name, value in request.form.items() if value.strip()}
    return [
        NewJob(
            visible(given.get(f"title_{job}") or rooms[0].name),
            [room.room_id for room in rooms],
            begins,
            read_facts({"url": given.get(f"url_{job}")}, now=app.now()),
        )
        for job, rooms in parted.items()
    ]


def _jobs_page(app: App, step: int, chosen: Sequence[Room], beside: Sequence[Room] = (), problem: str = "") -> str:
    rooms = {int(room.room_id): room for room in (*chosen, *beside)}
    people, holders = contract_rooms.people_of_rooms(app, [RoomId(room) for room in rooms]), _holders(app, chosen)
    jobs = [[rooms[room] for room in job] for job in contract_rooms.proposed_jobs(people)]
    for job in jobs:
        job.sort(key=lambda room: (room in beside, room.type == "direct"))
    lines = [[_line(room) for room in job] for job in jobs]
    for number, line in ((number, line) for number, job in enumerate(lines, 1) for line in job):
        line["people"] = _names(people[line["room"]])
        line["holders"] = _(", ").join(holders.get(line["room"], ()))
        line["is_beside"] = rooms[line["room"]] in beside
        line["job"] = request.form.get(f"job_{line['room']}", NO_JOB if line["is_beside"] else str(number))
        line["first_day"] = request.form.get(f"from_{line['room']}", "")
    titles = [request.form.get(f"title_{number}", job[0]["name"]) for number, job in enumerate(lines, 1)]
    return render_template("start_jobs.html", step=step, jobs=lines, titles=titles, given=request.form, problem=problem)


def _holders(app: App, chosen: Sequence[Room]) -> dict[int, list[str]]:
    """What the jobs are called that have one of these chats already, by chat."""
    every = app.archive.read(contracts)
    found = {int(room.room_id): [one.called for one in every if room.room_id in one.room_ids] for room in chosen}
    return {room: names for room, names in found.items() if names}


def _names(people: Mapping[int, str]) -> str:
    """The first few people by name; the others are counted."""
    names, more = [visible(name) for name in people.values()][:NAMED_PEOPLE], len(people) - NAMED_PEOPLE
    return _(", ").join(names) + (_(" and {n} more").format(n=more) if more > 0 else "")


def _line(room: Room) -> dict[str, Any]:
    return {
        "room": int(room.room_id),
        "name": visible(room.name),
        "kind": room.type,
        "kind_name": {"group": _("group"), "direct": _("1-to-1")}.get(room.type, visible(room.type)),
        "messages": room.message_num,
        "moved": datetime.fromtimestamp(room.last_update_time, UTC) if room.last_update_time > 0 else None,
    }
