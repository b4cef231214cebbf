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


_HIDDEN = {"platform", "platform_id", "client_url", "worker_url", "contact_requested_on", "payment_due_on", "nda"} | {
    "cancelled_on",
    "first_client_pays_on",
}
"""Facts whose options the help does not list, as the wizard and the page ask for them."""
_ENTERED = "end_request_at"
"""`job enter` takes it."""


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `add` and `set` share, in the order in which the help shows them."""
    note = click.option(
        "--note", metavar=N_("TEXT"), help=N_("A note for yourself; it never leaves this archive."), hidden=True
    )
    command = note(command)
    for fact in reversed(contract_facts.FACTS):
        command = command if fact.name == _ENTERED else _fact_option(fact)(command)
    return command


def _fact_option(fact: ContractFact) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    choices = {FactKind.YES_NO: ("yes", "no"), FactKind.SIDE: tuple(contract_facts.SIDES)}.get(fact.kind)
    kind = click.Choice(choices) if choices else None
    return click.option(
        fact.option, type=kind, metavar=_METAVARS.get(fact.kind), help=fact.help, hidden=fact.name in _HIDDEN
    )
