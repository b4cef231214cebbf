"""`job chats`: lists the chats of the account and their numbers."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import pad, visible
from archiver.errors import N_
from archiver.standing.contract_names import contract_names

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.chatwork.models import Room


@click.command("chats", help=N_("Your chats and their numbers, as Chatwork shows them now. Nothing is saved."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def job_chats(obj: CliContext, as_json: bool) -> int:
    """Print all chats, those without a job too; nothing is saved."""
    from archiver.app import build_app, require_archive
    from archiver.store.queries.contracts import contracts

    app = require_archive(build_app(obj.settings(), obj.environ))
    rooms = [one.model for one in app.chatwork.rooms().items]
    ids_by_room = _contract_ids_by_room(app)
    if as_json:
        documents = [_room_document(room, ids_by_room.get(room.room_id, [])) for room in rooms]
        click.echo(json.dumps({"rooms": documents}, ensure_ascii=False))
        return 0
    with app.archive.reading() as reading:
        names = contract_names(contracts(reading))
    kinds = {"group": _("group"), "direct": _("direct"), "my": _("my chat")}
    width = max([10, *(len(str(room.room_id)) for room in rooms)]) + 2
    header = pad(_("Number"), width) + pad(_("Kind"), 14) + pad(_("Messages"), 10) + pad(_("Files"), 10) + _("Name")
    echo(header)
    for room in rooms:
        cells = pad(str(room.room_id), width) + pad(kinds.get(room.type, visible(room.type)), 14)
        named = ", ".join(names[contract] for contract in ids_by_room.get(room.room_id, ()))
        contract_words = f"  ({named})" if named else ""
        echo(f"{cells}{room.message_num:<9} {room.file_num:<9} {visible(room.name)}{contract_words}")
    return 0


def _contract_ids_by_room(app: App) -> dict[int, list[str]]:
    from archiver.store.queries.contracts import contracts

    found: dict[int, list[str]] = {}
    with app.archive.reading() as reading:
        for contract in contracts(reading):
            for room in contract.rooms:
                found.setdefault(room.room_id, []).append(contract.id)
    return found


def _room_document(room: Room, contracts: list[str]) -> dict[str, object]:
    head = {"room_id": room.room_id, "name": room.name, "type": room.type}
    return {**head, "messages": room.message_num, "files": room.file_num, "jobs": contracts}
