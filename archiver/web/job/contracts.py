"""契約: the facts in a form, who is who, what was delivered, and what is kept beside the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.records import Contract, Delivery, Role
from archiver.records.contract_facts import FACTS
from archiver.render.invisible_characters import visible
from archiver.setup.contract_facts import keep_contract
from archiver.setup.fact_questions import check_client
from archiver.setup.written_values import EXAMPLE_TIME, read_day
from archiver.store import blobs, statements
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts, find_contract, is_read
from archiver.store.queries.departures import counterparts
from archiver.store.queries.roles import mapped_accounts, undecided_room
from archiver.store.queries.statements import deliveries, enclosures
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.enclosing import kind_words, take_enclosure
from archiver.web.job import fact_form, period_form
from archiver.web.job.adding import added_sentence
from archiver.web.trouble.trouble_words import trouble_words
from archiver.web.uploads import as_file, plain_name

pages = Blueprint("contracts", __name__, url_prefix="/contracts")

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """Somebody of the contract's chats, and who they are said to be."""

    account: int
    name: str
    messages: int
    first_sent: datetime | None
    last_sent: datetime | None
    role: str
    reason: str


@pages.get("")
def index() -> Answer:
    """The only job, or the page that lists them; without one, what comes first."""
    with console_context().archive.reading() as reading:
        every = contracts(reading)
    if len(every) == 1:
        return redirect(url_for("contracts.contract", name=every[0].id))
    return redirect(url_for("home.index", _anchor="jobs") if every else url_for("start.index"))


@pages.get("/<name>")
def contract(name: str) -> Answer:
    """Everything about one contract."""
    return _page(name, {})


@pages.get("/<name>/aloud")
def aloud(name: str) -> Answer:
    """The contract on one screen, in the order in which a person reads it out on the phone."""
    context = console_context()
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
        head, rows = context.words.contract_aloud(reading, contract)
    said = [(label, texts) for label, texts in rows if any(text.strip() for text in texts)]
    return render_template("contract_aloud.html", contract=contract, head=head, rows=said)


@pages.post("/<name>")
def keep(name: str) -> Answer:
    """Keep all that the page holds, whichever button was pressed; what cannot be kept comes back with its sentence."""
    context, given = console_context(), request.form
    with context.archive.reading() as reading:
        before = find_contract(reading, name)
    facts = fact_form.applicable_facts(before, _stated(before))
    updated, problems = fact_form.read(before, given, facts, context.now())
    try:
        with context.archive.reading() as reading:
            check_client(reading, updated.client)
    except errors.ClientIsOwner as error:
        updated, problems["client"] = replace(updated, client=before.client), trouble_words(error).sentence
    updated, wrong_periods = period_form.read_periods(updated, given)
    state = given.get("state", "")
    if state in {"open", "stopped"}:
        updated = replace(updated, state=state, closed_at=None if state == "open" else before.closed_at)
    keep_contract(context.archive, before, updated, at=context.now())
    problems |= {
        **wrong_periods,
        **_keep_people(context, before),
        **_add_delivery(context, before),
        **_withdraw(context, before),
    }
    if wrong_file := take_enclosure(context, before):
        problems["file"] = wrong_file
    if problems:
        return _page(name, problems), 422
    return redirect(url_for("contracts.contract", name=name, said=state or "kept"))


def _keep_people(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Record who somebody is, with the reason, or take that back; only of whom something else was shown."""
    problems, given = dict[str, str](), request.form
    with context.archive.reading() as reading:
        people = _people(reading, contract)
    for person in people:
        name, number = f"role_{person.account}", person.account
        role, reason = given.get(name, person.role), given.get(f"reason_{number}", person.reason).strip()
        shown = given.get(f"was_{name}"), given.get(f"was_reason_{number}")
        if (role, reason) in {(person.role, person.reason), shown}:
            continue
        if role not in {"", *Role} or not (reason if role else reason in {"", person.reason}):
            problems[name] = _("Say who it is, and how you know; it is printed in exports.")
            continue
        with context.archive.writing() as writing:
            if role:
                statements.state_role(writing, contract.id, number, Role(role), reason, at=context.now())
            else:
                statements.withdraw_role(writing, contract.id, number, at=context.now())
    return problems


def _add_delivery(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Record a delivery, if one was entered; its file is measured, not kept."""
    typed, file = fact_form.written_day("delivered", request.form), request.files.get("delivered_file")
    note = request.form.get("delivered_note", "").strip() or None
    if not (typed or note or file):
        return {}
    try:
        draft = Delivery(0, read_day(typed or "", _("the day"), EXAMPLE_TIME, now=context.now()), note=note)
        if file:
            with as_file(file) as path:
                measured = blobs.measure(path, limit=context.settings().files.max_bytes)
            draft = replace(draft, name=plain_name(file), size=measured.size, sha256=measured.sha256)
    except errors.ArchiverError as error:
        return {"delivered": trouble_words(error).together}
    with context.archive.writing() as writing:
        statements.add_delivery(writing, contract.id, draft, at=context.now())
    return {}


def _withdraw(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Take deliveries and attachments back; the record that they were entered stays."""
    problems = dict[str, str]()
    for place, listed_in in (("deliveries", deliveries), ("enclosures", enclosures)):
        taken = request.form.getlist(place)
        with context.archive.writing() as writing:
            found = [one for one in listed_in(writing, contract.id) if str(one.number) in taken]
            for one in found:
                statements.withdraw_statement(writing, contract.id, one, at=context.now())
        if len(found) < len(taken):
            problems[place] = _("It is not in this list any more, so nothing was done.")
    return problems


def _stated(contract: Contract) -> set[str]:
    """The facts that are stated, also where the platform that was chosen since has none such."""
    return {fact.name for fact in FACTS if getattr(contract, fact.name) is not None}


def _page(name: str, problems: Mapping[str, str]) -> str:
    context, given = console_context(), request.form
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
        people = _people(reading, contract)
        rooms = period_form.room_fields(reading, contract, given or request.args)
        outside = period_form.outside_note(reading, contract)
        delivered, attached = deliveries(reading, contract.id), enclosures(reading, contract.id)
    facts = fact_form.applicable_facts(contract, {*problems, *_stated(contract)})
    said = {
        "kept": _("Kept."),
        "open": _("Its chats are saved again, from the next round on."),
        "stopped": _("The saving of this job is ended."),
        "added": added_sentence(),
    }
    return render_template(
        "contract.html",
        contract=contract,
        is_read=is_read(contract, context.now()),
        fields=fact_form.fields(contract, facts, given=given, problems=problems),
        given=given,
        problems=problems,
        rooms=rooms,
        outside=outside,
        people=people,
        deliveries=delivered,
        enclosures=attached,
        kinds=kind_words(),
        said=said.get(request.args.get("said", ""), ""),
    )


def _people(reading: Reading, contract: Contract) -> list[PersonChoice]:
    """Everybody ever seen in the contract's chats besides the owner, those with the most messages first."""
    stated = {one.account_id: one for one in mapped_accounts(reading, contract.id)}
    found: dict[int, PersonChoice] = {}
    for room in contract.rooms:
        accounts = counterparts(reading, [room.room_id])
        for one in undecided_room(reading, room.room_id, accounts).candidates:
            mapped = stated.get(one.account_id)
            earlier = found.get(one.account_id)
            found[one.account_id] = PersonChoice(
                one.account_id,
                visible(one.name),
                one.messages + (earlier.messages if earlier else 0),
                one.first_sent,
                one.last_sent,
                "" if mapped is None else mapped.role.value,
                "" if mapped is None else mapped.reason,
            )
    return sorted(found.values(), key=lambda person: -person.messages)
