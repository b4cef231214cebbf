"""The facts of a contract as options of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from archiver.errors import N_
from archiver.records import contract_facts
from archiver.records.contract_facts import ContractFact, FactKind

_METAVARS = {
    FactKind.TEXT: N_("TEXT"),
    FactKind.NUMBER: "ID",
    FactKind.PLATFORM: N_("NAME"),
    FactKind.PAGE: "URL",
    FactKind.ADDRESS: "URL",
    FactKind.DAY: N_("DAY"),
    FactKind.TIME: N_("TIME"),
}


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `add` and `set` share, in the order in which the help shows them."""
    note = click.option("--note", metavar=N_("TEXT"), help=N_("A note for yourself; it never leaves this archive."))
    command = note(command)
    for fact in reversed(contract_facts.FACTS):
        command = _fact_option(fact)(command)
    return command


def _fact_option(fact: ContractFact) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    if fact.kind is FactKind.YES_NO:
        return click.option(fact.option, type=click.Choice(["yes", "no"]), help=fact.help)
    if fact.kind is FactKind.SIDE:
        return click.option(fact.option, type=click.Choice(list(contract_facts.SIDES)), help=fact.help)
    return click.option(fact.option, metavar=_METAVARS[fact.kind], help=fact.help)
