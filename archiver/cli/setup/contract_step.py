"""Fourth step of the first run: what the platform's contract says; Enter leaves a fact unknown."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.answers import answered, note
from archiver.cli.contracts.questions import Question, first_question
from archiver.cli.terminal.prompts import ask, tell, tell_head
from archiver.platforms.platform import platform_of

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.records import Contract

PREFIX = "fact/"


def state_facts(app: App) -> None:
    """Ask for what is not known yet and was not asked; each answer is kept at once."""
    tell_head(4, _("The contract (Enter leaves a fact unknown; later: archive contract set)"))
    contract = the_first(app)
    while contract is not None:
        asked = {name.removeprefix(PREFIX) for name in answered(app.archive) if name.startswith(PREFIX)}
        question = first_question(contract, asked, now=app.now())
        if question is None:
            break
        contract = _ask_fact(app, contract, question)
        note(app.archive, PREFIX + question.name)
    click.echo()


def the_first(app: App) -> Contract | None:
    """The contract of the first run; None where the user has entered several: those are known better by `contract`."""
    from archiver.store.queries.contracts import contracts

    with app.archive.reading() as reading:
        held = contracts(reading)
    return held[0] if len(held) == 1 else None


def _ask_fact(app: App, contract: Contract, question: Question) -> Contract:
    from archiver.store.statements import state_contract

    rule = platform_of(contract.platform).rule
    if question.name == "contact_approved_on" and rule is not None:
        tell(rule)
    tell(question.told)
    stated = replace(contract, **ask(question.asked, question.understand, exact=question.exact))
    if stated != contract:
        state_contract(app.archive, stated, None, at=app.now())
    return stated
