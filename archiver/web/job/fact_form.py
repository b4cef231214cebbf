"""The facts of a contract as the fields of a form, read by the same readers as the answers on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _

from archiver import errors
from archiver.platforms.job_platform import platform_of, platforms
from archiver.records import Contract, contract_facts
from archiver.records.contract_facts import ContractFact, FactContext, FactKind
from archiver.report_language import in_program_language
from archiver.setup.fact_questions import has_meaning, place_name, read_fact, short_month
from archiver.setup.written_values import InvalidAnswer
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
