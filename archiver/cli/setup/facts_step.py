"""Fourth step of the first run: asks for the facts of the contract; Enter leaves a fact unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask, tell, tell_head
from archiver.cli.terminal.text import visible
from archiver.platforms.job_platform import platform_of
from archiver.records.contract_facts import FactContext
from archiver.setup.answers import asked_facts, fact_prefix, note_answer
from archiver.setup.contract_facts import keep_contract
from archiver.setup.fact_questions import Question, first_question
from archiver.store.queries.contracts import contracts
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.records import Contract


def state_facts(app: App) -> None:
    """Ask for the facts that are neither known nor asked for yet; each answer is kept at once."""
    tell_head(4, _("The job (Enter leaves a fact unknown; later: archive job set)"))
    with app.archive.reading() as reading:
        every = contracts(reading)
    for contract in every:
        if len(every) > 1:
            tell(_("The job “{job}”:").format(job=visible(contract.called)))
        _state_facts(app, contract)
    echo()


def _state_facts(app: App, contract: Contract) -> None:
    while question := first_question(contract, asked_facts(app.archive, contract.id), now=app.now()):
        contract = _ask_fact(app, contract, question)
        note_answer(app.archive, fact_prefix(contract.id) + question.name)


def _ask_fact(app: App, contract: Contract, question: Question) -> Contract:
    rule = platform_of(contract.platform).rule
    if question.fact.context is FactContext.PERMISSION and rule is not None:
        tell(rule)
    tell(question.explanation)
    updated = replace(contract, **ask(question.prompt, question.understand, exact=question.exact))
    if question.fact.is_day and (value := getattr(updated, question.name)):
        tell(_("Kept: {value}").format(value=value))  # a day may have been typed without its year
    keep_contract(app.archive, contract, updated, at=app.now())
    return updated
