"""The forms on the page of a job: its facts, the days of its chats, money and terms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from gettext import gettext as _
from typing import Any, NamedTuple

from flask import request, url_for

from archiver import errors
from archiver.claims.invoices_and_payments import money_standing, state_text
from archiver.contract_dates import day_of, has_meaning
from archiver.platforms.job_platform import platform_of, platforms
from archiver.records import JST, TERM_ITEMS, Contract, Delivery, Invoice, Payment, StatedTerm, contract_facts
from archiver.records.contract_facts import ContractFact, FactContext, FactKind
from archiver.render.invisible_characters import visible
from archiver.render.times import day_words, minute_text
from archiver.report_language import in_program_language, of_other_side
from archiver.setup import contract_rooms
from archiver.setup.answers import EXAMPLE_DAY, EXAMPLE_TIME, InvalidAnswer, read_day, read_yen, yen_text
from archiver.setup.fact_questions import place_name, read_fact
from archiver.store import blobs, user_statements
from archiver.store.archive import Reading
from archiver.store.queries.contracts import deliveries
from archiver.store.queries.current_state import room_names
from archiver.store.queries.viewing.calendar import first_and_last_time
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.search.search import term_candidates
from archiver.web.console_context import (
    ConsoleContext,
    as_file,
    console_context,
    keep_enclosure,
    not_listed,
    plain_name,
    stated_day,
    stated_message,
)
from archiver.web.talk.message_links import message_line, references_by_room
from archiver.web.trouble_words import trouble_words

FACTS = contract_facts.FACTS
UNKNOWNS = ("contracted_on", "delivered_on", "contact_approved_on")
"""Those of which one may say that there is nothing to enter, or not yet."""

Given = Mapping[str, str]
"""What a browser sent, by the names of the fields."""


class FactField(NamedTuple):
    """One field of the form."""

    name: str
    label: str
    explanation: str
    kind: FactKind
    value: str
    known: str
    """What is kept now."""
    choices: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    rule: str = ""
    """What the platform says about it."""


def applicable_facts(contract: Contract, held: Collection[str] = ()) -> list[ContractFact]:
    """The facts that have a meaning on the contract's platform, and those named, in the order of the questions."""
    platform = platform_of(contract.platform)
    every = dict.fromkeys((*contract_facts.ASKED, *contract_facts.FACTS))
    return [fact for fact in every if has_meaning(fact, contract, platform) or fact.name in held]


def fields(
    contract: Contract, facts: Sequence[ContractFact], *, given: Given, problems: Mapping[str, str]
) -> list[FactField]:
    """The fields with what is known, or with what was typed if it has to be typed again."""
    found = [_field(contract, fact, given, problems.get(fact.name, "")) for fact in facts]
    told = {field.rule: field.name for field in reversed(found)}  # by the first field that it is about
    return [field if told[field.rule] == field.name else field._replace(rule="") for field in found]


def read(
    contract: Contract, given: Given, facts: Sequence[ContractFact], now: datetime
) -> tuple[Contract, dict[str, str]]:
    """The contract with what was given, and for each field that cannot be kept the sentence why."""
    problems: dict[str, str] = {}
    for fact in facts:
        known = _known(contract, fact)
        answer = given[fact.name].strip() if fact.name in given else None
        if answer is None or answer in {known, given.get(f"was_{fact.name}")}:
            continue  # what the page already showed was not entered with it: another page may have kept more since
        try:
            stated = read_fact(fact, answer, contract, now=now) if answer else {fact.name: None}
        except InvalidAnswer as error:
            problems[fact.name] = str(error)
            continue
        contract = replace(contract, **stated)
    return contract, problems


def _known(contract: Contract, fact: ContractFact) -> str:
    value = getattr(contract, fact.name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or ""


def _field(contract: Contract, fact: ContractFact, given: Given, problem: str) -> FactField:
    platform = platform_of(contract.platform)
    known = _known(contract, fact)
    explanation = fact.explanation or fact.help
    return FactField(
        name=fact.name,
        label=of_other_side(_(fact.label)).format(permission=platform.outside),
        explanation=of_other_side(_(explanation)).format(screen=platform.contract_screen, permission=platform.outside),
        kind=fact.kind,
        value=given.get(fact.name, known),
        known=known,
        choices=_choices(fact),
        problem=problem,
        rule=in_program_language(platform.rule or "") if fact.context is FactContext.PERMISSION else "",
    )


def _choices(fact: ContractFact) -> tuple[tuple[str, str], ...]:
    known = {
        FactKind.PLATFORM: [(name, place_name(name)) for name in platforms()],
        FactKind.SIDE: [(key, _(words)) for key, words in contract_facts.SIDES.items()],
        FactKind.YES_NO: [("no", _("no")), ("yes", _("yes"))],
    }
    return (("", _("unknown")), *known[fact.kind]) if fact.kind in known else ()


def room_fields(
    reading: Reading, contract: Contract, given: Given, problems: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each chat with its period, or with what was typed; a problem opens it."""
    first = _("The first day (blank: from the beginning of the chat)")
    last = _("The last day, included (blank: no end)")
    names, rows = room_names(reading), []
    for room in contract.rooms:
        days = ("first", first, contract_rooms.first_day(room)), ("last", last, contract_rooms.last_day(room))
        fields = [(f"{which}_{room.room_id}", label, known) for which, label, known in days]
        row = {"room_id": int(room.room_id), "name": names.get(room.room_id, "")}
        shown = [
            FactField(name, label, "", FactKind.DAY, given.get(name, known), known) for name, label, known in fields
        ]
        rows.append(row | {"fields": shown, "is_open": f"room_{room.room_id}" in problems})
    return rows


def read_periods(reading: Reading, contract: Contract, given: Given) -> tuple[Contract, dict[str, str]]:
    """The contract with the periods of its chats as given, and for each that cannot be kept the sentence why."""
    problems: dict[str, str] = {}
    for room in contract.rooms:
        number = int(room.room_id)
        try:
            first = _changed(f"first_{number}", contract_rooms.first_day(room), given)
            last = _changed(f"last_{number}", contract_rooms.last_day(room), given)
            begins = [] if first is None else [(number, contract_rooms.read_bound(first, _("the first day")))]
            ends = [] if last is None else [(number, contract_rooms.read_bound(last, _("the last day"), is_last=True))]
            saved = first_and_last_time(reading, number)
            if saved and any(end and end <= saved[0] for _room, end in ends):
                text = _("What is saved of this chat begins on {day}: with this last day the job has no messages.")
                problems[f"room_{number}"] = text.format(day=saved[0].astimezone(JST).date())
                continue
            contract = replace(contract, rooms=contract_rooms.with_periods(contract.rooms, begins, ends))
        except errors.UsageError as error:
            problems[f"room_{number}"] = trouble_words(error).together
    return contract, problems


def outside_note(reading: Reading, contract: Contract) -> dict[str, Any] | None:
    """What exports do not hold although it is bound to the job, with the addresses of its messages; None: nothing."""
    found = contract_rooms.messages_outside(reading, contract, contract.bound_messages)
    if not found:
        return None
    messages = [
        (url_for("message.one", room=room, message_id=message), minute_text(sent)) for sent, message, room in found
    ]
    return {"sentence": contract_rooms.outside_sentence(found, ids=False), "messages": messages}


def _changed(name: str, known: str, given: Given) -> str | None:
    """What was typed; None if it is what the page showed or what is kept."""
    typed = given[name].strip() if name in given else None
    return None if typed in {known, given.get(f"was_{name}")} else typed


CANDIDATES = 3


def keep_entries(context: ConsoleContext, contract: Contract) -> dict[str, str]:
    """Take back and enter what the page holds of money and deliveries; what cannot be kept, with its sentence."""
    problems = _take_back(context, contract)  # first, as it makes room for the right one
    for place, (enter, *names) in ENTRIES.items():
        if _is_typed(*names) or request.files.get(f"{place}_file"):
            try:
                enter(context, contract)
            except errors.ArchiverError as error:
                problems[place] = _sentence(error)
    return problems


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


def _add_invoice(context: ConsoleContext, contract: Contract) -> None:
    """Enter an invoice; its file, if one is given, is kept with the contract."""
    given, now = request.form, context.now()
    amount = read_yen(given.get("invoice_amount", ""), _("the amount"))
    issued_on = read_day(given.get("invoice_on", ""), _("the day"), EXAMPLE_DAY, now=now)
    due_on, message = stated_day("invoice_due"), stated_message(context, contract, "invoice_message")
    kept = keep_enclosure(context, contract, "invoice", message, issued_on, name="invoice_file")
    own_name = given.get("invoice_name", "").strip() or None
    draft = Invoice(0, amount, issued_on, due_on, own_name, message, None if kept is None else kept.number)
    contract_rooms.add_invoice(context.archive, contract.id, draft, at=now, again="invoice_again" in given)


def _add_payment(context: ConsoleContext, contract: Contract) -> None:
    """Enter a payment that came in."""
    given, now, number = request.form, context.now(), request.form.get("payment_invoice", "")
    amount = read_yen(given.get("payment_amount", ""), _("the amount"))
    received_on = read_day(given.get("payment_on", ""), _("the day"), EXAMPLE_DAY, now=now)
    if number and not (number.isascii() and number.isdecimal() and len(number) < 9):
        raise errors.UsageError(detail=not_listed(number))
    kept = given.get("payment_withheld", "").strip()
    withheld = read_yen(kept, _("the tax that was withheld")) if kept else 0
    draft = Payment(0, amount, received_on, int(number) if number else None, withheld)
    contract_rooms.add_payment(context.archive, contract.id, draft, at=now, again="payment_again" in given)


def _add_reminder(context: ConsoleContext, contract: Contract) -> None:
    """Enter a reminder that the user sent: the message that it was, or the day and the way."""
    given, day = request.form, request.form.get("reminder_on", "")
    message = stated_message(context, contract, "reminder_message")
    sent_on = read_day(day, _("the day"), EXAMPLE_DAY, now=context.now()) if day.strip() else None
    how = given.get("reminder_how", "").strip() or None
    contract_rooms.enter_reminder(context.archive, contract, message, sent_on, how, at=context.now())


def _add_delivery(context: ConsoleContext, contract: Contract) -> None:
    """Record one more delivery; its file is measured, not kept."""
    given, file = request.form, request.files.get("delivered_file")
    day = read_day(given.get("delivered", "").strip(), _("the day"), EXAMPLE_TIME, now=context.now())
    draft = Delivery(0, day, note=given.get("delivered_note", "").strip() or None)
    if file:
        with as_file(file) as path:
            size, sha256 = blobs.measure(path, limit=context.settings().files.max_bytes)
        draft = replace(draft, name=plain_name(file), size=size, sha256=sha256)
    context.archive.write(user_statements.add_delivery, contract.id, draft, at=context.now())


ENTRIES: Mapping[str, tuple[Callable[[ConsoleContext, Contract], None], *tuple[str, ...]]] = {
    "invoice": (_add_invoice, "invoice_amount", "invoice_on", "invoice_due", "invoice_name", "invoice_message"),
    "payment": (_add_payment, "payment_amount", "payment_on", "payment_withheld", "payment_invoice"),
    "reminder": (_add_reminder, "reminder_message", "reminder_on", "reminder_how"),
    "delivered": (_add_delivery, "delivered", "delivered_note"),
}
"""Place of the page → what enters it, and its fields: with none of them typed, and no file given, it is left out."""


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
        "balances": [(one, state_text(one, say_day=words)) for one in balances],
        "yen": yen_text,
        "day": typed_day,
        "reminder_rooms": {int(one.message_id): int(one.room_id) for one in found},
    }


def term_rows(reading: Reading, contract: Contract) -> list[dict[str, Any]]:
    """Each term that the client must state: where it was told, or the first messages that hold a word of it."""
    stated = {term.item: term for term in contract.terms}
    names, references_of, rows = room_names(reading), references_by_room(reading), []
    lacking = [item for item in TERM_ITEMS if item.name not in stated]
    candidates = term_candidates(reading, contract.rooms, lacking, limit=CANDIDATES)
    for item in TERM_ITEMS:
        term = stated.get(item.name)
        found = [message for message, _excerpt in candidates.get(item.name, ())]
        if term is not None and term.message_id is not None:
            found = [term.message_id]
        places = ((int(room), int(message)) for message in found for room in contract.room_ids)
        summaries = message_summaries(reading, places)
        lines = [message_line(one, names, references=references_of(one.room_id)) for one in summaries]
        rows.append({"item": item, "term": term, "lines": lines})
    return rows


def _sentence(error: errors.ArchiverError) -> str:
    if isinstance(error, errors.AlreadyEntered):  # its advice is an option to type; the page has a box to check
        return visible(str(error))
    return trouble_words(error).together
