"""Fourth step of the first run: asks for the facts of the contract; Enter leaves a fact unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask, tell, tell_head
from archiver.platforms.job_platform import platform_of
from archiver.records.contract_facts import FactContext
from archiver.setup.answered_questions import asked_facts, note_answer
from archiver.setup.answers import FACT_PREFIX
from archiver.setup.contract_facts import first_run_contract, keep_contract
from archiver.setup.fact_questions import Question, first_question
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.records import Contract


def state_facts(app: App) -> None:
    """Ask for the facts that are neither known nor asked for yet; each answer is kept at once."""
    tell_head(4, _("The contract (Enter leaves a fact unknown; later: archive contract set)"))
    contract = first_run_contract(app.archive)
    while contract is not None:
        question = first_question(contract, asked_facts(app.archive), now=app.now())
        if question is None:
            break
        contract = _ask_fact(app, contract, question)
        note_answer(app.archive, FACT_PREFIX + question.name)
    echo()


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
