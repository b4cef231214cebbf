"""仕事: one page for a job, whose fields save themselves; without scripts it is one form with one button.

And what can be done with one message, by clicking it in the conversation: a file or a term bound to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from archiver import errors
from archiver.platforms.job_platform import STRANGER
from archiver.records import ENCLOSURE_KINDS, TERM_ITEMS, Contract, ContractRoom, MessageId, Role, RoomId, StatedTerm
from archiver.render.times import clock_words
from archiver.report_language import current_language, report_language
from archiver.setup import contract_rooms
from archiver.setup.answers import EXAMPLE_TIME, fact_prefix, note_answer, read_day
from archiver.setup.contracted_chats import change_rooms, enter_contracts, given_room, released
from archiver.setup.fact_questions import check_client, short_month
from archiver.store import user_statements
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts, deliveries, enclosures, find_contract, mapped_accounts
from archiver.store.queries.current_state import room_names
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.user_statements import keep_typed, state_typed, typed_contract, typed_facts
from archiver.store.working.remembered_values import TypedFacts
from archiver.web import setup_pages
from archiver.web.console_context import Answer, ConsoleContext, console_context, not_listed, take_enclosure
from archiver.web.context import chat
from archiver.web.job import job_forms
from archiver.web.job.job_document import job_document, people_of, strangers
from archiver.web.talk.conversation import position
from archiver.web.talk.message_links import message_line, references_by_room
from archiver.web.trouble_words import trouble_words

pages = Blueprint("contracts", __name__, url_prefix="/contracts")

Problems = dict[str, str]

NO_JOB, ERASED = "none", "erase"
"""What is chosen for a chat in the place of a job: none, or none and what was saved of it is erased."""


@pages.get("")
def index() -> Answer:
    """The only job, or the page that lists them; without one, what comes first."""
    every = console_context().archive.read(contracts)
    if len(every) == 1:
        return redirect(url_for("contracts.contract", name=every[0].id))
    return redirect(url_for("home.index", _anchor="jobs") if every else url_for("start.index"))


@pages.get("/<name>")
def contract(name: str) -> Answer:
    """Everything about one job."""
    return _page(name, {})


@pages.post("/<name>/facts/<field>")
def keep_field(name: str, field: str) -> str:
    """Keep one field at once; the answer is the line below it. The entry is made when nothing more is typed."""
    context, given = console_context(), {one: request.form[one] for one in (field,) if one in request.form}
    if field.startswith("unknown_"):
        _keep_unknown(context, name, field.removeprefix("unknown_"), is_unknown=field in given)
    problems = _keep_fields(context, name, given)
    context.may_be_typed.set()
    if problems:
        sentence = _("{problem} What you typed is still there.").format(problem=" ".join(problems.values()))
        return Markup('<p class="saved err">{}</p>').format(sentence)  # no error: what was typed stays in its field
    words = _("Saved at {time}").format(time=clock_words(context.now()))
    return Markup('<p class="saved ok">{}</p>').format(words)


@pages.post("/<name>/left")
def left(name: str) -> tuple[str, int]:
    """The page was left: what was typed on it is an entry now, as with every form (`web.console`)."""
    return name[:0], 204


@pages.post("/<name>")
def keep(name: str) -> Answer:
    """Keep all that the page holds, whichever button was pressed; what cannot be kept comes back with its sentence."""
    context, given, problems = console_context(), request.form, Problems()
    told, undo, erased = _move_chats(context, name, problems)
    problems |= _keep_fields(context, name, given)
    for unknown in job_forms.UNKNOWNS:
        is_unknown = f"unknown_{unknown}" in given
        if is_unknown != (given.get(f"was_unknown_{unknown}", "yes" if is_unknown else "") == "yes"):
            _keep_unknown(context, name, unknown, is_unknown=is_unknown)
    stated = context.archive.read(find_contract, name)
    problems |= _withdraw(context, stated)
    problems |= {**job_forms.keep_entries(context, stated), **job_forms.keep_terms(context, stated)}
    if wrong_file := take_enclosure(context, stated):
        problems["file"] = wrong_file
    if problems:
        return _page(name, problems), 422
    if erased:
        return redirect(url_for("erasing.index", name=name, room=erased))
    if told:
        return _page(name, {}, told=told, undo=undo)
    said = given.get("state") or "kept"
    return redirect(url_for("contracts.contract", name=name, said=said, _anchor=given.get("at")))


def _keep_fields(context: ConsoleContext, name: str, given: Mapping[str, str]) -> Problems:
    """Keep facts, days of chats, the first delivery and who is who; a whole form is an entry at once."""
    is_whole = "csrf_token" in given
    with context.archive.writing() as writing:
        stated = find_contract(writing, name)
        before, typed = typed_contract(writing, stated), typed_facts(writing, name)
        known = {one.name for one in job_forms.FACTS if getattr(before, one.name) is not None}  # of any platform
        facts = job_forms.applicable_facts(before, known)
        after, problems = job_forms.read(before, given, facts, context.now())
        try:
            check_client(writing, after.client)
        except errors.ClientIsOwner as error:
            after, problems["client"] = replace(after, client=before.client), trouble_words(error).sentence
        after, wrong_periods = job_forms.read_periods(writing, after, given)
        if given.get("state") in {"open", "stopped"}:
            ended = None if given["state"] == "open" else after.closed_at
            after = replace(after, state=given["state"], closed_at=ended)
        typed, wrong = _read_roles_and_delivery(context, writing, stated, typed, given)
        keep_typed(writing, stated, after, replace(typed, at=context.now()))
        if is_whole:
            state_typed(writing, at=context.now())
    return problems | wrong_periods | wrong


def _read_roles_and_delivery(
    context: ConsoleContext, reading: Reading, contract: Contract, typed: TypedFacts, given: Mapping[str, str]
) -> tuple[TypedFacts, Problems]:
    roles, days, problems = dict(typed.roles), dict(typed.deliveries), Problems()
    for person in people_of(reading, contract) if any(one.startswith("role_") for one in given) else ():
        role = given.get(f"role_{person['account']}", person["role"])
        if role not in {"", *Role}:
            problems["people"] = not_listed(role)
        elif role not in {person["role"], given.get(f"was_role_{person['account']}")}:
            roles[person["account"]] = role
    if "delivered_on" in given and given["delivered_on"] != given.get("was_delivered_on"):
        number = max((one.number for one in deliveries(reading, contract.id)), default=0)
        day = given["delivered_on"].strip()
        try:
            days[number] = read_day(day, _("the day"), EXAMPLE_TIME, now=context.now()) if day else ""
        except errors.ArchiverError as error:
            problems["delivered_on"] = short_month(day) or trouble_words(error).together
    return replace(typed, roles=roles, deliveries=days), problems


def _keep_unknown(context: ConsoleContext, name: str, fact: str, *, is_unknown: bool) -> None:
    """Remember that there is nothing to enter, or not yet; it is no fact, only no question any more."""
    if fact in job_forms.UNKNOWNS:
        note_answer(context.archive, fact_prefix(name) + fact, "unknown" if is_unknown else "")


def _withdraw(context: ConsoleContext, contract: Contract) -> Problems:
    """Take deliveries and attachments back; the record that they were entered stays."""
    problems = Problems()
    for place, listed_in in (("deliveries", deliveries), ("enclosures", enclosures)):
        taken = request.form.getlist(place)
        with context.archive.writing() as writing:
            found = [one for one in listed_in(writing, contract.id) if str(one.number) in taken]
            for one in found:
                user_statements.withdraw_statement(writing, contract.id, one, at=context.now())
        if len(found) < len(taken):
            problems[place] = _("It is not in this list any more, so nothing was done.")
    return problems


def _move_chats(context: ConsoleContext, name: str, problems: Problems) -> tuple[list[str], dict[str, str], str]:
    """Move chats to this job or out of it: what is to be told, the fields of a form that undoes it, what to erase."""
    chosen = {one.removeprefix("job_"): job for one, job in request.form.items() if one.startswith("job_") and job}
    with context.archive.reading() as reading:
        every, contract = {one.id: one for one in contracts(reading)}, find_contract(reading, name)
        known = {*room_names(reading)}
    before, undo, erased = {one.id: one.room_ids for one in every.values()}, dict[str, str](), ""
    try:
        for room in (RoomId(int(one)) for one in chosen if one.isascii() and one.isdecimal()):
            job = chosen[str(room)]
            holder = next((one for one in (contract, *every.values()) if room in one.room_ids), None)
            is_left = holder == contract and job != contract.id and job in {*every, NO_JOB, ERASED}
            if not is_left and (holder == contract or job != contract.id or room not in known):
                continue
            if job in every:
                every[job] = given_room(every[job], room, holder)
            if holder is not None:
                every[holder.id] = released(every[holder.id], ContractRoom(room))
            undo[f"job_{room}"] = contract.id if is_left else holder.id if holder else NO_JOB
            erased = str(room) if job == ERASED else erased
    except errors.LastRoom as error:
        problems["chats"] = f"{error} {error.advice()}"
        return [], {}, ""
    roles = _stated_roles(context, name)
    told = change_rooms(context.archive, list(every.values()), at=context.now())
    undo |= {field: role for field, role in roles.items() if field not in _stated_roles(context, name)}
    with context.archive.reading() as reading:
        got = [one for one in every.values() if one.id != contract.id and one.room_ids - before[one.id]]
        told += filter(None, [strangers(reading, one) for one in got])
    return told, undo, erased


def _stated_roles(context: ConsoleContext, name: str) -> dict[str, str]:
    """Who is who as stated, by the field of the page."""
    return {f"role_{one.account_id}": one.role.value for one in context.archive.read(mapped_accounts, name)}


def _page(
    name: str, problems: Mapping[str, str], told: Sequence[str] = (), undo: Mapping[str, str] | None = None
) -> str:
    context = console_context()
    said = {
        "kept": _("Kept."),
        "open": _("Its chats are saved again, from the next round on."),
        "stopped": _("The saving of this job is ended."),
        "added": _("The job is added. Nothing of its chats is kept before the next save: archive save"),
    }
    with context.archive.reading() as reading:
        stated = find_contract(reading, name)
        with report_language(current_language(), hires=not stated.does_work):
            return render_template(
                "job_page.html",
                **job_document(reading, stated, request.form, problems),
                given=request.form,
                problems=problems,
                told=told,
                undo=undo,
                said=said.get(request.args.get("said", ""), ""),
                message=request.args.get("message", ""),
            )


adding_pages = Blueprint("adding", __name__, url_prefix="/add-contract")


@adding_pages.get("", endpoint="index")
def choose_chats() -> Answer:
    """Show the chats of Chatwork; none is chosen beforehand."""
    return setup_pages.choice_page(console_context().hurried_app(), 0)


@adding_pages.post("", endpoint="add")
def add_contracts() -> Answer:
    """Enter the contract, or several, once it is said which chat belongs to which; the facts are asked next."""
    app = console_context().hurried_app()
    jobs = setup_pages.read_jobs(app, 0)
    if not isinstance(jobs, list):
        return jobs
    if request.args.get("kind") == STRANGER:
        jobs = [one._replace(facts={**one.facts, "platform": STRANGER}) for one in jobs]
    try:
        entered = enter_contracts(app, jobs)
    except errors.LastRoom as error:
        return setup_pages.jobs_page_again(app, str(error))
    if len(entered) > 1:
        return redirect(url_for("contracts.index"))
    return redirect(url_for("contracts.contract", name=entered[0].id, said="added"))


message_pages = Blueprint("message_use", __name__)


@message_pages.get("/room/<int:room>/use/<message_id>")
def one(room: int, message_id: str) -> str:
    """The message, and for each contract of its chat what can be bound to it. Raises UnknownRoom, UnknownMessage."""
    return _message_page(room, message_id, {})


@message_pages.post("/room/<int:room>/use/<message_id>", endpoint="keep")
def keep_use(room: int, message_id: str) -> Response | tuple[str, int]:
    """Bind to each contract what was handed in or chosen for it. Raises UnknownRoom, UnknownMessage."""
    context, problems, message = console_context(), dict[str, str](), MessageId(str(position(message_id)))
    _message_page(room, message_id, {})  # refuses a message that is not there
    every = context.archive.read(chat, room).contracts
    for contract in every:
        if wrong := take_enclosure(context, contract, f"_{contract.id}", message):
            problems[contract.id] = wrong
        item = request.form.get(f"item_{contract.id}", "")
        if item in {one.name for one in TERM_ITEMS}:
            term = StatedTerm(item, message, None, None)
            contract_rooms.state_term(context.archive, contract.id, item, term, at=context.now())
    if problems:
        return _message_page(room, message_id, problems), 422
    return redirect(url_for("message_use.one", room=room, message_id=message_id, kept="yes"))


def _message_page(room: int, message_id: str, problems: Mapping[str, str]) -> str:
    with console_context().archive.reading() as reading:
        room_chat = chat(reading, room)
        found = message_summaries(reading, [(room, position(message_id))])
        if not found:
            raise errors.UnknownMessage(contract=room_chat.contracts[0].id, message=message_id)
        references = references_by_room(reading)(room)
        line = message_line(found[0], {room: room_chat.name}, references=references)
    return render_template(
        "message_use.html",
        chat=room_chat,
        line=line,
        items=TERM_ITEMS,
        kinds=[(kind, _(word)) for kind, word in ENCLOSURE_KINDS.items()],
        given=request.form,
        problems=problems,
        is_kept=bool(request.args.get("kept")),
    )
