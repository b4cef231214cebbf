"""契約: the facts in a form, who is who, what was delivered, and what is kept beside the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.console import fact_form, period_form
from archiver.console.context import ConsoleContext, console_context
from archiver.console.enclosing import KINDS, keep_enclosure, kind_words, stated_day, stated_message
from archiver.console.pages.adding import added_sentence
from archiver.console.trouble_words import trouble_words
from archiver.console.uploads import as_file, plain_name
from archiver.records import Contract, Delivery, Enclosure, Role
from archiver.render.invisible_characters import visible
from archiver.setup.contract_facts import keep_contract
from archiver.setup.written_days import EXAMPLE_TIME, read_day
from archiver.store import local_files, statements
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts, find_contract, is_read
from archiver.store.queries.departures import counterparts
from archiver.store.queries.roles import mapped_accounts, undecided_room
from archiver.store.queries.statements import deliveries, enclosures

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
    """The contracts; the only one is opened at once."""
    with console_context().archive.reading() as reading:
        every = contracts(reading)
    if len(every) == 1:
        return redirect(url_for("contracts.contract", name=every[0].id))
    return render_template("contracts.html", contracts=every)


@pages.get("/<name>")
def contract(name: str) -> Answer:
    """Everything about one contract."""
    return _page(name, {}, {})


@pages.get("/<name>/aloud")
def aloud(name: str) -> Answer:
    """The contract on one screen, in the order in which a person reads it out on the phone."""
    context = console_context()
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
        head, rows = context.words.contract_aloud(reading, contract)
    said = [(label, texts) for label, texts in rows if any(text.strip() for text in texts)]
    return render_template("contract_aloud.html", contract=contract, head=head, rows=said)


@pages.post("/<name>/facts")
def keep_facts(name: str) -> Answer:
    """Keep what was given; an emptied field becomes unknown, and what was stated before stays on record."""
    context = console_context()
    before = _contract(context, name)
    updated, problems = fact_form.read(before, request.form, fact_form.applicable_facts(before), context.now())
    keep_contract(context.archive, before, updated, at=context.now())
    if problems:
        return _page(name, request.form, problems), 422
    return _done(name, _("Kept."))


@pages.post("/<name>/period")
def keep_period(name: str) -> Answer:
    """Keep the first and the last day of a chat; what was stated before stays on record."""
    context = console_context()
    before = _contract(context, name)
    try:
        updated = period_form.read_period(before, request.form)
    except errors.ArchiverError as error:
        return _page(name, request.form, {"periods": _sentence(error)}), 422
    keep_contract(context.archive, before, updated, at=context.now())
    return _done(name, _("Kept."))


@pages.post("/<name>/reopen")
def reopen(name: str) -> Answer:
    """Save the chats of a contract again, which was stopped or closed."""
    context = console_context()
    before = _contract(context, name)
    keep_contract(context.archive, before, replace(before, state="open", closed_at=None), at=context.now())
    return _done(name, _("Its chats are saved again, from the next round on."))


@pages.post("/<name>/stop")
def stop(name: str) -> Answer:
    """End the saving of a contract's chats; what was saved stays."""
    context = console_context()
    before = _contract(context, name)
    keep_contract(context.archive, before, replace(before, state="stopped"), at=context.now())
    return _done(name, _("The saving of this contract is ended."))


@pages.post("/<name>/people")
def keep_person(name: str) -> Answer:
    """Record who somebody is, with the reason; or take that back."""
    context = console_context()
    contract = _contract(context, name)
    account, reason = request.form.get("account", ""), request.form.get("reason", "").strip()
    with context.archive.reading() as reading:
        known = {str(person.account) for person in _people(reading, contract)}
    if account not in known:
        return _page(name, {}, {"people": _("This person is not in the chats of the contract.")}), 422
    role = request.form.get("role", "")
    if role not in {"", *Role} or (role and not reason):
        return _page(name, {}, {"people": _("Say who it is, and how you know; it is printed in packages.")}), 422
    with context.archive.writing() as writing:
        if role:
            statements.state_role(writing, contract.id, int(account), Role(role), reason, at=context.now())
        else:
            statements.withdraw_role(writing, contract.id, int(account), at=context.now())
    return _done(name, _("Kept."))


@pages.post("/<name>/deliveries")
def add_delivery(name: str) -> Answer:
    """Record a delivery on the platform; the file is measured, not kept."""
    context = console_context()
    contract = _contract(context, name)
    typed = f"{request.form.get('day', '')} {request.form.get('clock', '')}".strip()
    note, given = request.form.get("note", "").strip() or None, request.files.get("file")
    try:
        at = read_day(typed, _("the day"), EXAMPLE_TIME, now=context.now())
        draft = Delivery(0, at, note=note)
        if given is not None and given.filename:
            with as_file(given) as path:
                measured = local_files.measure(path, limit=context.settings().files.max_bytes)
            draft = Delivery(0, at, plain_name(given), measured.size, measured.sha256, note=note)
    except errors.ArchiverError as error:
        return _page(name, {}, {"deliveries": _sentence(error)}), 422
    with context.archive.writing() as writing:
        statements.add_delivery(writing, contract.id, draft, at=context.now())
    return _done(name, _("The delivery is recorded."))


@pages.post("/<name>/enclosures")
def add_enclosure(name: str) -> Answer:
    """Keep a screenshot, notice, mail or invoice with the contract."""
    context = console_context()
    contract = _contract(context, name)
    kind = request.form.get("kind", "")
    try:
        dated, message = stated_day("day"), stated_message(context, contract)
        kept = keep_enclosure(context, contract, kind if kind in KINDS else "other", message, dated)
    except errors.ArchiverError as error:
        return _page(name, {}, {"enclosures": _sentence(error)}), 422
    if kept is None:
        return _page(name, {}, {"enclosures": _("Choose at least one file.")}), 422
    return _done(name, _("Kept with the contract."))


@pages.post("/<name>/withdraw")
def withdraw(name: str) -> Answer:
    """Take a delivery or an attachment back; the record that it was entered stays."""
    context = console_context()
    contract = _contract(context, name)
    number, kind = request.form.get("number", ""), request.form.get("what", "")
    with context.archive.writing() as writing:
        listed: tuple[Delivery | Enclosure, ...] = (
            deliveries(writing, contract.id) if kind == "delivery" else enclosures(writing, contract.id)
        )
        found = [one for one in listed if str(one.number) == number]
        for one in found:
            statements.withdraw_statement(writing, contract.id, one, at=context.now())
    if not found:
        place = "deliveries" if kind == "delivery" else "enclosures"
        return _page(name, {}, {place: _("It is not in this list any more, so nothing was done.")}), 422
    return _done(name, _("Taken back. The record that it was entered stays."))


def _contract(context: ConsoleContext, name: str) -> Contract:
    with context.archive.reading() as reading:
        return find_contract(reading, name)


def _done(name: str, said: str) -> Response:
    return redirect(url_for("contracts.contract", name=name, said=said))


def _sentence(error: errors.ArchiverError) -> str:
    return trouble_words(error).together


def _page(name: str, given: Mapping[str, str], problems: Mapping[str, str]) -> str:
    context = console_context()
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
        people = _people(reading, contract)
        rooms = period_form.room_fields(reading, contract, given or request.args)
        outside = period_form.outside_note(reading, contract)
        delivered, attached = deliveries(reading, contract.id), enclosures(reading, contract.id)
    facts = fact_form.applicable_facts(contract)
    said = {
        one: one
        for one in (
            _("Kept."),
            _("The delivery is recorded."),
            _("Kept with the contract."),
            _("Taken back. The record that it was entered stays."),
            _("Its chats are saved again, from the next round on."),
            _("The saving of this contract is ended."),
            added_sentence(),
        )
    }
    return render_template(
        "contract.html",
        contract=contract,
        is_read=is_read(contract, context.now()),
        fields=fact_form.fields(contract, facts, given=given, problems=problems),
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
