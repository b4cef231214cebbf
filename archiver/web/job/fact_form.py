"""The facts of a contract, and the first and the last day of each of its chats, as the fields of a form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Any

from flask import request, url_for

from archiver import errors
from archiver.platforms.job_platform import platform_of, platforms
from archiver.records import JST, Contract, contract_facts
from archiver.records.contract_facts import ContractFact, FactContext, FactKind
from archiver.render.times import minute_text
from archiver.report_language import in_program_language
from archiver.setup import contract_rooms
from archiver.setup.fact_questions import has_meaning, place_name, read_fact, short_month
from archiver.setup.written_values import EXAMPLE_TIME, InvalidAnswer, read_day
from archiver.store.archive import Reading
from archiver.store.search.scope import room_names
from archiver.web.trouble.trouble_words import trouble_words

FACTS = contract_facts.FACTS
UNKNOWNS = ("contracted_on", "delivered_on", "contact_approved_on")
"""Those of which one may say that there is nothing to enter, or not yet."""

Given = Mapping[str, str]
"""What a browser sent, by the names of the fields."""


@dataclass(frozen=True, slots=True)
class FactField:
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
    found = [fact for fact in contract_facts.FACTS if has_meaning(fact, contract) or fact.name in held]
    return sorted(found, key=lambda fact: fact.turn or len(contract_facts.FACTS))


def fields(
    contract: Contract, facts: Sequence[ContractFact], *, given: Given, problems: Mapping[str, str]
) -> list[FactField]:
    """The fields with what is known, or with what was typed if it has to be typed again."""
    found = [_field(contract, fact, given, problems.get(fact.name, "")) for fact in facts]
    told = {field.rule: field.name for field in reversed(found)}  # by the first field that it is about
    return [field if told[field.rule] == field.name else replace(field, rule="") for field in found]


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
        label=_(fact.label).format(permission=platform.outside),
        explanation=_(explanation).format(screen=platform.contract_screen, permission=platform.outside),
        kind=fact.kind,
        value=given.get(fact.name, known),
        known=known,
        choices=_choices(fact),
        problem=problem,
        rule=in_program_language(platform.rule or "") if fact.context is FactContext.PERMISSION else "",
    )


def day_problem(error: errors.ArchiverError, typed: str) -> str:
    """What to mend about a day; of one that a month does not have, how long that month is."""
    return short_month(typed) or trouble_words(error).together


def _choices(fact: ContractFact) -> tuple[tuple[str, str], ...]:
    if fact.kind is FactKind.PLATFORM:
        return (("", _("unknown")), *((name, place_name(name)) for name in platforms()))
    if fact.kind is FactKind.SIDE:
        return (("", _("unknown")), *((key, _(words)) for key, words in contract_facts.SIDES.items()))
    if fact.kind is FactKind.YES_NO:
        return (("", _("unknown")), ("no", _("no")), ("yes", _("yes")))
    return ()


def room_fields(reading: Reading, contract: Contract, given: Given) -> list[dict[str, Any]]:
    """Each chat with its period, or with what was typed or what a link fills in, which opens it."""
    first, last = (
        _("The first day (blank: from the beginning of the chat)"),
        _("The last day, included (blank: no end)"),
    )
    names, rows, filled = room_names(reading), [], given or request.args
    for room in contract.rooms:
        days = ("first", first, contract_rooms.first_day(room)), ("last", last, contract_rooms.last_day(room))
        fields = [(f"{which}_{room.room_id}", label, known) for which, label, known in days]
        row = {"room_id": int(room.room_id), "name": names.get(room.room_id, "")}
        shown = [
            FactField(name, label, "", FactKind.DAY, filled.get(name, known), known) for name, label, known in fields
        ]
        rows.append(row | {"fields": shown, "is_open": any(name in request.args for name, _label, _known in fields)})
    return rows


def read_periods(contract: Contract, given: Given) -> tuple[Contract, dict[str, str]]:
    """The contract with the periods of its chats as given, and for each that cannot be kept the sentence why."""
    problems: dict[str, str] = {}
    for room in contract.rooms:
        number = int(room.room_id)
        try:
            first = _changed(f"first_{number}", contract_rooms.first_day(room), given)
            last = _changed(f"last_{number}", contract_rooms.last_day(room), given)
            begins = [] if first is None else [(number, _bound(first, _("the first day")))]
            ends = [] if last is None else [(number, _bound(last, _("the last day"), whole_day=timedelta(days=1)))]
            contract = replace(contract, rooms=contract_rooms.with_periods(contract.rooms, begins, ends))
        except errors.UsageError as error:
            problems[f"room_{number}"] = trouble_words(error).together
    return contract, problems


def outside_note(reading: Reading, contract: Contract) -> dict[str, Any] | None:
    """What exports do not hold although it is bound to the job, with the addresses that change that; None: nothing."""
    found = contract_rooms.messages_outside(reading, contract, contract.bound_messages)
    if not found:
        return None
    names, ways = room_names(reading), []
    for wider in contract_rooms.wider_periods(contract, found):
        days = {f"first_{wider.room_id}": wider.first, f"last_{wider.room_id}": wider.last}
        filled: dict[str, Any] = {name: day for name, day in days.items() if day}
        address = url_for("contracts.contract", name=contract.id, **filled, _anchor=f"room-{wider.room_id}")
        ways.append((address, names.get(wider.room_id) or str(wider.room_id)))
    messages = [
        (url_for("message.one", room=one.room_id, message_id=one.message_id), minute_text(one.sent)) for one in found
    ]
    return {"sentence": contract_rooms.outside_sentence(found, ids=False), "ways": ways, "messages": messages}


def _changed(name: str, known: str, given: Given) -> str | None:
    """What was typed; None if it is what the page showed or what is kept."""
    typed = given[name].strip() if name in given else None
    return None if typed in {known, given.get(f"was_{name}")} else typed


def _bound(typed: str, what: str, *, whole_day: timedelta = timedelta()) -> datetime | None:
    """The time that was typed, or of a day its midnight, so much later."""
    if not typed:
        return None
    stated = read_day(typed, what, EXAMPLE_TIME, now=None)
    at = datetime.fromisoformat(stated).replace(tzinfo=JST)
    return at if " " in stated else at + whole_day
