"""Second step of the first run: which chats are for work, chosen by number from a list."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.cli.contracts.pick_rooms import listed, pick
from archiver.cli.terminal.prompts import Postponed, tell, tell_head
from archiver.records import Contract

if TYPE_CHECKING:
    from archiver.app import App


FIRST_ID = "job1"


def choose(app: App) -> None:
    """Enter the first contract with the chats that the user chose. Raises Left if there is none to choose from."""
    from archiver.store.statements import state_contract

    rooms = listed([one.model for one in app.chatwork.rooms().items])
    _tell_head(len(rooms))
    if not rooms:
        tell(_("There is no chat yet besides your own. Come back when your client has opened one."))
        raise Postponed
    state_contract(app.archive, Contract(FIRST_ID, pick(app, rooms)), None, at=app.now())
    click.echo()


def _tell_head(number: int) -> None:
    sentence = ngettext(
        "Chats to save (those for work of your {n} chat; no other chat is saved)",
        "Chats to save (those for work of your {n} chats; no other chat is saved)",
        number,
    )
    tell_head(2, sentence.format(n=number))
