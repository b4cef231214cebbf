"""The page of the chosen messages, with the commands that make a package of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import shell_command
from archiver.records import Contract
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.store.search.scope import room_names
from archiver.web.context import view_context
from archiver.web.talk import selection_box
from archiver.web.talk.contract_messages import messages_argument, messages_by_contract
from archiver.web.talk.message_context import references_by_room
from archiver.web.talk.message_line import message_line

pages = Blueprint("chosen", __name__)

ORDER = "packages.index"
"""The page on which a package is ordered; only an application that writes has it."""


@dataclass(frozen=True, slots=True)
class SelectionOrder:
    """The commands that make a package for one contract."""

    contract: str
    count: int
    commands: tuple[tuple[str, str], ...]
    """Profile and command line."""
    contract_id: str = ""
    messages: str = ""
    """As `--messages` takes them."""


@pages.get("/chosen")
def index() -> Response | str:
    """The messages that the address names, in its order."""
    selection = selection_box.read_selection(request.args.getlist("m"), without=request.args.get("without", ""))
    context = view_context()
    with context.reading() as reading:
        summaries = message_summaries(reading, selection.places)
        names = room_names(reading)
        references_of = references_by_room(reading)
        rows = [message_line(one, names, references=references_of(one.room_id)) for one in summaries]
        package_orders, outside = selection_orders(reading, summaries, context.command, platform=sys.platform)
    is_one = len(package_orders) == 1 and not outside
    if "make" in request.args and is_one and ORDER in current_app.view_functions:
        only = package_orders[0]
        return redirect(
            url_for(ORDER, contract=only.contract_id, messages=only.messages, order=request.args.get("order"))
        )
    values = [selection_box.checkbox_value(one.room_id, one.message_id) for one in summaries]
    unknown = selection.ignored + len(selection.places) - len(summaries)
    return render_template(
        "selection.html",
        rows=rows,
        values=values,
        unknown=unknown,
        surplus=selection.surplus,
        orders=package_orders,
        outside=outside,
        windows=sys.platform == "win32",
        mac=sys.platform == "darwin",
    )


def selection_orders(
    reading: Reading, messages: Sequence[MessageSummary], program: Sequence[str], *, platform: str
) -> tuple[list[SelectionOrder], int]:
    """The commands for each contract that has some of the messages, and the number of messages without a contract."""
    every_contract = contracts(reading)
    of_contract = list(messages_by_contract(messages, every_contract))
    package_orders = [_order(one, every_contract, of_it, program, platform) for one, of_it in of_contract]
    placed = {message for _one, of_it in of_contract for message in of_it}
    return package_orders, sum(message not in placed for message in messages)


def _order(
    contract: Contract,
    every_contract: Sequence[Contract],
    of_contract: Sequence[MessageSummary],
    program: Sequence[str],
    platform: str,
) -> SelectionOrder:
    messages = messages_argument([one.message_id for one in of_contract])
    base = [*program, "export", shell_command.contract_name(contract, every_contract), "--messages", messages]
    commands = tuple(_commands(base, platform))
    return SelectionOrder(visible(contract.called), len(of_contract), commands, contract.id, messages)


def _commands(base: Sequence[str], platform: str) -> Iterator[tuple[str, str]]:
    yield "support", shell_command.line(base, platform=platform)
    yield "lawyer", shell_command.line([*base, "--for", "lawyer"], platform=platform)
