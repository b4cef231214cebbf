"""契約 > お金と条件: what was billed and came in, and in which message each term was told, as the user states it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.claims.money import MoneyStanding, money_standing
from archiver.console.context import console_context
from archiver.console.enclosing import keep_enclosure, stated_day, stated_message
from archiver.console.period_form import outside_note
from archiver.console.trouble_words import trouble_words
from archiver.records import JST, TERM_ITEMS, Contract, Invoice, MessageId, Payment, StatedTerm, TermItem
from archiver.render.invisible_characters import visible
from archiver.setup import billing
from archiver.setup.written_days import EXAMPLE_DAY, read_day
from archiver.setup.yen_amounts import read_yen, yen_text
from archiver.store.archive import Reading
from archiver.store.queries.contracts import find_contract
from archiver.store.queries.statements import deliveries
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.search.scope import room_names
from archiver.store.search.term_candidates import term_candidates
from archiver.web.message_context import references_by_room
from archiver.web.message_line import MessageLine, message_line

pages = Blueprint("billing", __name__, url_prefix="/contracts/<name>")

Answer = str | Response | tuple[str, int]
CANDIDATES = 3
WAY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term that the client must state, and where it was told."""

    item: TermItem
    term: StatedTerm | None
    message: MessageLine | None
    candidates: Sequence[MessageLine]
    """The first messages that hold a word of it, while nothing is stated."""


@pages.get("/money")
def money(name: str) -> Answer:
    """What was billed, received and is open, and the forms to enter more."""
    return _money_page(name, {})


@pages.post("/money/invoices")
def add_invoice(name: str) -> Answer:
    """Enter an invoice; its file, if one is given, is kept with the contract."""
    context = console_context()
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
    try:
        amount = read_yen(request.form.get("amount", ""), _("the amount"))
        issued_on = read_day(request.form.get("on", ""), _("the day"), EXAMPLE_DAY, now=context.now())
        due_on, message = stated_day("due"), stated_message(context, contract)
        kept = keep_enclosure(context, contract, "invoice", message, issued_on)
    except errors.ArchiverError as error:
        return _money_page(name, {"invoice": _sentence(error)}), 422
    own_name = request.form.get("name", "").strip() or None
    draft = Invoice(0, amount, issued_on, due_on, own_name, message, None if kept is None else kept.number)
    try:
        billing.add_invoice(context.archive, name, draft, at=context.now(), again="again" in request.form)
    except errors.UsageError as error:
        return _money_page(name, {"invoice": _sentence(error)}), 422
    return redirect(url_for("billing.money", name=name, kept="yes"))


@pages.post("/money/payments")
def add_payment(name: str) -> Answer:
    """Enter a payment that came in."""
    context, number = console_context(), request.form.get("invoice", "")
    try:
        amount = read_yen(request.form.get("amount", ""), _("the amount"))
        received_on = read_day(request.form.get("on", ""), _("the day"), EXAMPLE_DAY, now=context.now())
        draft = Payment(0, amount, received_on, int(number) if number.isdecimal() and len(number) < 9 else None)
        billing.add_payment(context.archive, name, draft, at=context.now(), again="again" in request.form)
    except errors.UsageError as error:
        return _money_page(name, {"payment": _sentence(error)}), 422
    return redirect(url_for("billing.money", name=name, kept="yes"))


@pages.post("/money/reminders")
def add_reminder(name: str) -> Answer:
    """Enter a reminder that the user sent: the message that it was, or the day and the way."""
    context, day = console_context(), request.form.get("on", "")
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
    try:
        message = stated_message(context, contract)
        sent_on = read_day(day, _("the day"), EXAMPLE_DAY, now=context.now()) if day.strip() else None
        how = request.form.get("how", "").strip()[:WAY_LIMIT] or None
        billing.enter_reminder(context.archive, contract, message, sent_on, how, at=context.now())
    except errors.ArchiverError as error:
        return _money_page(name, {"reminder": _sentence(error)}), 422
    return redirect(url_for("billing.money", name=name, kept="yes", _anchor="reminders"))


@pages.post("/money/withdraw")
def withdraw(name: str) -> Answer:
    """Take an invoice, a payment or a reminder back; the record that it was entered stays."""
    context, number, what = console_context(), request.form.get("number", ""), request.form.get("what", "")
    if what not in ("invoices", "payments", "reminders"):
        return _money_page(name, {}), 422
    try:
        wanted = int(number) if number.isdecimal() and len(number) < 9 else 0
        billing.take_back(context.archive, name, what, wanted, at=context.now())
    except errors.UsageError as error:
        return _money_page(name, {what.removesuffix("s"): _sentence(error)}), 422
    return redirect(url_for("billing.money", name=name, kept="yes"))


@pages.get("/terms")
def terms(name: str) -> Answer:
    """Each term that the client must state, and where it was told."""
    return _terms_page(name, {})


@pages.post("/terms")
def state_term(name: str) -> Answer:
    """Say in which message a term was told, or take that back."""
    context, item = console_context(), request.form.get("item", "")
    if item not in {one.name for one in TERM_ITEMS}:
        return _terms_page(name, {}), 422
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
    term, note = None, request.form.get("note", "").strip() or None
    try:
        if "clear" not in request.form:
            message = stated_message(context, contract)
            if message is None and note is None:
                raise errors.UsageError(detail=_("Give the message that told it, or a few words."))
            term = StatedTerm(item, message, None, note)
    except errors.ArchiverError as error:
        return _terms_page(name, {item: _sentence(error)}), 422
    billing.state_term(context.archive, name, item, term, at=context.now())
    return redirect(url_for("billing.terms", name=name, kept="yes", _anchor=item))


# --- the pages -----------------------------------------------------------------------------------


def standing_of(reading: Reading, contract: Contract) -> MoneyStanding | None:
    """How the money of a contract stands today; None if nothing is entered."""
    today = console_context().now().astimezone(JST).date()
    return money_standing(contract, deliveries(reading, contract.id), today)


def _money_page(name: str, problems: Mapping[str, str]) -> str:
    context = console_context()
    with context.archive.reading() as reading:
        contract = find_contract(reading, name)
        standing = standing_of(reading, contract)
        rooms = _message_rooms(reading, contract)
        outside = outside_note(reading, contract)
    lines = [] if standing is None else [line.strip() for line in context.words.standing_lines(contract, standing)]
    return render_template(
        "contract_money.html",
        contract=contract,
        standing=standing,
        balances=() if standing is None else standing.balances,
        lines=lines,
        yen=yen_text,
        today=context.now().astimezone(JST).date().isoformat(),
        given=request.form if problems else {},
        problems=problems,
        message=request.args.get("message", "") or (request.form.get("message", "") if "invoice" in problems else ""),
        rooms=rooms,
        outside=outside,
        is_kept=bool(request.args.get("kept")),
    )


def _message_rooms(reading: Reading, contract: Contract) -> dict[int, int]:
    """The chat of each message that is a reminder, for its link."""
    ids = [int(one.message_id) for one in contract.reminders if one.message_id is not None]
    found = message_summaries(reading, [(int(room.room_id), one) for one in ids for room in contract.rooms])
    return {int(one.message_id): int(one.room_id) for one in found}


def _terms_page(name: str, problems: Mapping[str, str]) -> str:
    with console_context().archive.reading() as reading:
        contract = find_contract(reading, name)
        rows = _term_rows(reading, contract)
        outside = outside_note(reading, contract)
    return render_template(
        "contract_terms.html",
        contract=contract,
        rows=rows,
        outside=outside,
        problems=problems,
        is_kept=bool(request.args.get("kept")),
    )


def _term_rows(reading: Reading, contract: Contract) -> list[TermRow]:
    stated, rooms = {term.item: term for term in contract.terms}, [room.room_id for room in contract.rooms]
    names, references_of, rows = room_names(reading), references_by_room(reading), []
    for item in TERM_ITEMS:
        term, found = stated.get(item.name), list[MessageId]()
        if term is None:
            found = [one.message_id for one in term_candidates(reading, rooms, item.words, limit=CANDIDATES)]
        elif term.message_id is not None:
            found = [term.message_id]
        summaries = message_summaries(reading, [(int(room), int(message)) for message in found for room in rooms])
        lines = [message_line(one, names, references=references_of(one.room_id)) for one in summaries]
        rows.append(TermRow(item, term, lines[0] if term and lines else None, () if term else lines))
    return rows


def _sentence(error: errors.ArchiverError) -> str:
    if isinstance(error, errors.AlreadyEntered):  # its advice is an option to type; the page has a box to check
        return visible(str(error))
    return trouble_words(error).together
