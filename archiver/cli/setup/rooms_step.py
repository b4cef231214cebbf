"""Second step of the first run: the user chooses the chats for work from a list."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver.cli.contracts.job_question import ask_jobs
from archiver.cli.contracts.room_choice import pick_rooms
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import Postponed, tell, tell_head
from archiver.setup.contract_rooms import choosable_rooms

if TYPE_CHECKING:
    from archiver.app import App


def choose_rooms(app: App) -> None:
    """Enter the first jobs with the chats that the user chose. Raises Postponed if there is none to choose."""
    from archiver.setup.contract_facts import enter_contracts

    rooms = choosable_rooms([one.model for one in app.chatwork.rooms().items])
    _tell_head(len(rooms))
    if not rooms:
        tell(_("There is no chat yet besides your own. Come back when your client has opened one."))
        raise Postponed
    enter_contracts(app, ask_jobs(app, pick_rooms(app, rooms)))
    echo()


def _tell_head(number: int) -> None:
    sentence = ngettext(
        "Chats to save (choose those for work from your {n} chat; no other chat is saved)",
        "Chats to save (choose those for work from your {n} chats; no other chat is saved)",
        number,
    )
    tell_head(2, sentence.format(n=number))
