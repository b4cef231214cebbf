"""契約を追加: chats of another job, which are saved from then on."""

from __future__ import annotations

from gettext import gettext as _

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from archiver.console import chat_choice
from archiver.console.context import console_context
from archiver.setup.contract_facts import NewJob, enter_contracts

pages = Blueprint("adding", __name__, url_prefix="/add-contract")

Answer = str | Response | tuple[str, int]


@pages.get("")
def index() -> Answer:
    """Show the chats of Chatwork; none is chosen beforehand."""
    return chat_choice.choice_page(console_context().hurried_app(), 0)


@pages.post("")
def add() -> Answer:
    """Enter the contract, after the direct chats with the same people were offered; its facts are asked next."""
    app = console_context().hurried_app()
    chosen = chat_choice.read_choice(app, 0)
    if not isinstance(chosen, list):
        return chosen
    (contract,) = enter_contracts(app, [NewJob("", chosen)])
    return redirect(url_for("contracts.contract", name=contract.id, said=added_sentence()))


def added_sentence() -> str:
    """What is said of a new contract; the command in it becomes the button's page."""
    return _("The contract is added. Nothing of its chats is kept before the next save: archive sync")
