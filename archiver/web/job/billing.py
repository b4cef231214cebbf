"""お金 and 取引条件 on the page of a job: what was billed and came in, and in which message each term was told."""

from __future__ import annotations

from datetime import date
from gettext import gettext as _
from typing import Any

from flask import request

from archiver import errors
from archiver.claims.money import money_standing, state_text
from archiver.contract_dates import day_of
from archiver.records import JST, TERM_ITEMS, Contract, Invoice, MessageId, Payment, StatedTerm
from archiver.render.invisible_characters import visible
from archiver.render.times import day_words
from archiver.setup import contract_rooms
from archiver.setup.written_values import EXAMPLE_DAY, read_day, read_yen, yen_text
from archiver.store.archive import Reading
from archiver.store.queries.contracts import deliveries
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.search.scope import room_names
from archiver.store.search.term_candidates import term_candidates
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.context import view_context
from archiver.web.talk.message_context import message_line, references_by_room
from archiver.web.trouble.trouble_words import trouble_words
from archiver.web.uploads import keep_enclosure, stated_day, stated_message

CANDIDATES = 3
WAY_LIMIT = 200


def keep_money(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Take back and enter what the page holds of money; what cannot be kept, with its sentence."""
    entries = (_take_back, _add_invoice, _add_payment, _add_reminder)  # what is taken back makes room for the right one
    return {place: sentence for enter in entries for place, sentence in enter(context, contract).items()}


def _take_back(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Take invoices, payments and reminders back; the record that they were entered stays."""
    problems = dict[str, str]()
    for what in ("invoices", "payments", "reminders"):
        for number in request.form.getlist(what):
            try:
                wanted = int(number) if number.isdecimal() and len(number) < 9 else 0
                contract_rooms.take_back(context.archive, contract.id, what, wanted, at=context.now())
            except errors.UsageError as error:
                problems[what] = _sentence(error)
    return problems


def _add_invoice(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Enter an invoice, if one was typed; its file, if one is given, is kept with the contract."""
    given, now = request.form, context.now()
    names = ("invoice_amount", "invoice_on", "invoice_due", "invoice_name", "invoice_message")
    if not _is_typed(*names) and not request.files.get("invoice_file"):
        return {}
    try:
        amount = read_yen(given.get("invoice_amount", ""), _("the amount"))
        issued_on = read_day(given.get("invoice_on", ""), _("the day"), EXAMPLE_DAY, now=now)
        due_on, message = stated_day("invoice_due"), stated_message(context, contract, "invoice_message")
        kept = keep_enclosure(context, contract, "invoice", message, issued_on, name="invoice_file")
        own_name = given.get("invoice_name", "").strip() or None
        draft = Invoice(0, amount, issued_on, due_on, own_name, message, None if kept is None else kept.number)
        contract_rooms.add_invoice(context.archive, contract.id, draft, at=now, again="invoice_again" in given)
    except errors.ArchiverError as error:
        return {"invoice": _sentence(error)}
    return {}


def _add_payment(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Enter a payment that came in, if one was typed."""
    given, now = request.form, context.now()
    if not _is_typed("payment_amount", "payment_on", "payment_invoice"):
        return {}
    try:
        number = given.get("payment_invoice", "")
        amount = read_yen(given.get("payment_amount", ""), _("the amount"))
        received_on = read_day(given.get("payment_on", ""), _("the day"), EXAMPLE_DAY, now=now)
        draft = Payment(0, amount, received_on, int(number) if number.isdecimal() and len(number) < 9 else None)
        contract_rooms.add_payment(context.archive, contract.id, draft, at=now, again="payment_again" in given)
    except errors.UsageError as error:
        return {"payment": _sentence(error)}
    return {}


def _add_reminder(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Enter a reminder that the user sent, if one was typed: the message that it was, or the day and the way."""
    given, day = request.form, request.form.get("reminder_on", "")
    if not _is_typed("reminder_message", "reminder_on", "reminder_how"):
        return {}
    try:
        message = stated_message(context, contract, "reminder_message")
        sent_on = read_day(day, _("the day"), EXAMPLE_DAY, now=context.now()) if day.strip() else None
        how = given.get("reminder_how", "").strip()[:WAY_LIMIT] or None
        contract_rooms.enter_reminder(context.archive, contract, message, sent_on, how, at=context.now())
    except errors.ArchiverError as error:
        return {"reminder": _sentence(error)}
    return {}


def _is_typed(*names: str) -> bool:
    return any(request.form.get(name, "").strip() for name in names)


def keep_terms(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Say in which message each term was told, or take that back; what cannot be kept, with its sentence."""
    given, problems = request.form, dict[str, str]()
    for item in (one.name for one in TERM_ITEMS):
        is_taken_back, note = item in given.getlist("terms"), given.get(f"note_{item}", "").strip() or None
        told = [field for field in (f"told_{item}", f"message_{item}") if _is_typed(field)]
        if not (is_taken_back or told or note):
            continue
        try:
            if len(told) > 1:
                raise errors.UsageError(detail=_("Give one message only."))
            message = stated_message(context, contract, told[0]) if told else None
            term = None if is_taken_back else StatedTerm(item, message, None, note)
            contract_rooms.state_term(context.archive, contract.id, item, term, at=context.now())
        except errors.ArchiverError as error:
            problems[item] = _sentence(error)
    return problems


def money_rows(reading: Reading, contract: Contract) -> dict[str, Any]:
    """What was billed and received, as one sum, and what stands beside each invoice."""
    today = console_context().now().astimezone(JST).date()
    standing = money_standing(contract, deliveries(reading, contract.id), today)
    ids = [int(one.message_id) for one in contract.reminders if one.message_id is not None]
    found = message_summaries(reading, [(int(room.room_id), one) for one in ids for room in contract.rooms])
    balances = () if standing is None else standing.balances

    def words(day: date) -> str:
        return day_words(day, console_context().now())

    def typed_day(typed: str) -> str:
        at = day_of(typed)
        return typed if at is None else words(at.astimezone(JST).date())

    return {
        "standing": standing,
        "balances": [(one, state_text(one, view_context().language, say_day=words)) for one in balances],
        "yen": yen_text,
        "day": typed_day,
        "reminder_rooms": {int(one.message_id): int(one.room_id) for one in found},
    }


def term_rows(reading: Reading, contract: Contract) -> list[dict[str, Any]]:
    """Each term that the client must state: where it was told, or the first messages that hold a word of it."""
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
        rows.append({"item": item, "term": term, "lines": lines})
    return rows


def _sentence(error: errors.ArchiverError) -> str:
    if isinstance(error, errors.AlreadyEntered):  # its advice is an option to type; the page has a box to check
        return visible(str(error))
    return trouble_words(error).together
