"""Fourth step of the first run: asks for the facts of the contract; Enter leaves a fact unknown."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.answered_questions import note_answer, recall_answers
from archiver.cli.contracts.fact_questions import Question, first_question
from archiver.cli.terminal.prompts import ask, tell, tell_head
from archiver.platforms.job_platform import platform_of
from archiver.records.contract_facts import FactContext

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.records import Contract

PREFIX = "fact/"


def state_facts(app: App) -> None:
    """Ask for the facts that are neither known nor asked for yet; each answer is kept at once."""
    tell_head(4, _("The contract (Enter leaves a fact unknown; later: archive contract set)"))
    contract = first_run_contract(app)
    while contract is not None:
        asked_names = {name.removeprefix(PREFIX) for name in recall_answers(app.archive) if name.startswith(PREFIX)}
        question = first_question(contract, asked_names, now=app.now())
        if question is None:
            break
        contract = _ask_fact(app, contract, question)
        note_answer(app.archive, PREFIX + question.name)
    click.echo()


def first_run_contract(app: App) -> Contract | None:
    """The only contract there is; None if the user has entered several, whose facts the `contract` commands edit."""
    from archiver.store.queries.contracts import contracts

    with app.archive.reading() as reading:
        all_contracts = contracts(reading)
    return all_contracts[0] if len(all_contracts) == 1 else None


def _ask_fact(app: App, contract: Contract, question: Question) -> Contract:
    from archiver.store.statements import state_contract

    rule = platform_of(contract.platform).rule
    if question.fact.context is FactContext.PERMISSION and rule is not None:
        tell(rule)
    tell(question.explanation)
    updated = replace(contract, **ask(question.prompt, question.understand, exact=question.exact))
    if updated != contract:
        state_contract(app.archive, updated, None, at=app.now())
    return updated
