"""契約を追加: chats of another job, which are saved from then on."""

from __future__ import annotations

from gettext import gettext as _

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from archiver.console import chat_choice
from archiver.console.context import console_context
from archiver.setup.contract_facts import enter_contract

pages = Blueprint("adding", __name__, url_prefix="/add-contract")

Answer = str | Response | tuple[str, int]


@pages.get("")
def index() -> Answer:
    """Show the chats of Chatwork; none is chosen beforehand."""
    return _page()


@pages.post("")
def add() -> Answer:
    """Enter the contract, after the direct chats with the same people were offered; its facts are asked next."""
    app = console_context().hurried_app()
    rooms = chat_choice.chats(app)
    chosen = chat_choice.chosen_chats(rooms)
    if not chosen:
        return _page(_("Choose at least one chat. Nothing else is saved.")), 422
    beside = chat_choice.beside_lines(app, rooms, chosen)
    if beside:
        return render_template(
            "start_direct.html", step=0, beside=beside, chosen=chat_choice.lines(chosen, chosen=chosen)
        )
    contract = enter_contract(app, [room.room_id for room in chosen])
    said = _("The contract is added. Its chats are saved from the next round on.")
    return redirect(url_for("contracts.contract", name=contract.id, said=said))


def _page(problem: str = "") -> str:
    return chat_choice.choice_page(console_context().hurried_app(), 0, problem)
