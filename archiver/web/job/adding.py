"""契約を追加: chats of another job, which are saved from then on."""

from __future__ import annotations

from gettext import gettext as _

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.platforms.job_platform import STRANGER
from archiver.setup.contract_facts import enter_contracts
from archiver.web.console_context import console_context
from archiver.web.first_run import chat_choice

pages = Blueprint("adding", __name__, url_prefix="/add-contract")

Answer = str | Response | tuple[str, int]


@pages.get("")
def index() -> Answer:
    """Show the chats of Chatwork; none is chosen beforehand."""
    return chat_choice.choice_page(console_context().hurried_app(), 0)


@pages.post("")
def add() -> Answer:
    """Enter the contract, or several, once it is said which chat belongs to which; the facts are asked next."""
    app = console_context().hurried_app()
    jobs = chat_choice.read_jobs(app, 0)
    if not isinstance(jobs, list):
        return jobs
    if request.args.get("kind") == STRANGER:
        jobs = [one._replace(facts={**one.facts, "platform": STRANGER}) for one in jobs]
    try:
        entered = enter_contracts(app, jobs)
    except errors.LastRoom as error:
        return chat_choice.jobs_page_again(app, 0, str(error))
    if len(entered) > 1:
        return redirect(url_for("contracts.index"))
    return redirect(url_for("contracts.contract", name=entered[0].id, said="added"))


def added_sentence() -> str:
    """What is said of a new contract; the command in it becomes the button's page."""
    return _("The job is added. Nothing of its chats is kept before the next save: archive save")
