"""The page of the chosen messages, with the commands that make a package of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver.records import Contract, ContractRoom
from archiver.records.contract import contract_name
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.store.search.query import room_names
from archiver.web.context import view_context
from archiver.web.talk.message_context import message_line, references_by_room
from archiver.wording import shell_line

pages = Blueprint("chosen", __name__)

ORDER = "packages.index"
"""The page on which a package is ordered; only an application that writes has it."""


@pages.get("/chosen")
def index() -> Response | str:
    """The messages that the address names, in its order."""
    places, ignored, surplus = read_selection(request.args.getlist("m"), without=request.args.get("without", ""))
    context = view_context()
    with context.reading() as reading:
        summaries = message_summaries(reading, places)
        names = room_names(reading)
        references_of = references_by_room(reading)
        rows = [message_line(one, names, references=references_of(one.room_id)) for one in summaries]
        package_orders, outside = selection_orders(reading, summaries, context.command, platform=sys.platform)
    is_one = len(package_orders) == 1 and not outside
    if "make" in request.args and is_one and ORDER in current_app.view_functions:
        only = package_orders[0]
        return redirect(
            url_for(ORDER, contract=only["contract_id"], messages=only["messages"], order=request.args.get("order"))
        )
    values = [checkbox_value(one.room_id, one.message_id) for one in summaries]
    unknown = ignored + len(places) - len(summaries)
    return render_template(
        "selection.html",
        rows=rows,
        values=values,
        unknown=unknown,
        surplus=surplus,
        orders=package_orders,
        outside=outside,
        windows=sys.platform == "win32",
        mac=sys.platform == "darwin",
    )


def selection_orders(
    reading: Reading, messages: Sequence[MessageSummary], program: Sequence[str], *, platform: str
) -> tuple[list[dict[str, Any]], int]:
    """What makes a package for each contract that has some of the messages, and the number of messages without one.

    `commands` are profile and command line, `messages` is as `--messages` takes them.
    """
    every_contract, found, placed = contracts(reading), list[dict[str, Any]](), set[MessageSummary]()
    for contract, of_it in messages_by_contract(messages, every_contract):
        placed.update(of_it)
        ids = messages_argument([one.message_id for one in of_it])
        base = [*program, "export", contract_name(contract, every_contract), "--messages", ids]
        lines = (shell_line([*base, *more], platform=platform) for more in ([], ["--for", "lawyer"]))
        row = {"contract": visible(contract.called), "contract_id": contract.id, "count": len(of_it), "messages": ids}
        found.append(row | {"commands": list(zip(("support", "lawyer"), lines, strict=True))})
    return found, sum(message not in placed for message in messages)


_SHORT_ID = 8
"""`export --messages` takes a bare number with fewer digits for a number of a package (No.)."""


def messages_by_contract(
    messages: Sequence[MessageSummary], contracts: Sequence[Contract]
) -> Iterator[tuple[Contract, list[MessageSummary]]]:
    """Each contract that has some of the messages, with these in their order."""
    for contract in contracts:
        of_it = [one for one in messages if _is_of_contract(one, contract)]
        if of_it:
            yield contract, of_it


def messages_argument(message_ids: Sequence[str]) -> str:
    """The ids as `--messages` takes them."""
    return ",".join("m" * (len(one) < _SHORT_ID) + one for one in message_ids)


def _is_of_contract(message: MessageSummary, contract: Contract) -> bool:
    return any(room.room_id == message.room_id and _is_within(message, room) for room in contract.rooms)


def _is_within(message: MessageSummary, room: ContractRoom) -> bool:
    """Whether the message is in the period that the user gave the chat in the contract, if any."""
    if message.sent is None:
        return True
    return (room.start is None or room.start <= message.sent) and (room.end is None or message.sent < room.end)


LIMIT = 200
"""Chosen messages that are shown; more would make an address too long for browsers."""

_VALUE = re.compile("([0-9]{1,19})-([0-9]{1,19})")
_FIRST_TOO_LARGE_ID = 2**63


def read_selection(values: Sequence[str], *, without: str = "") -> tuple[list[tuple[int, int]], int, int]:
    """Room and id of each message that an address names, how many values name none, and how many are too many.

    An empty value means that nothing is chosen, and `without` is left out.
    """
    messages = [_message_place(value) for value in values if value not in ("", without)]
    distinct = [*dict.fromkeys(place for place in messages if place is not None)]
    return distinct[:LIMIT], messages.count(None), max(0, len(distinct) - LIMIT)


def checkbox_value(room_id: int, message_id: int | str) -> str:
    """The value that names a message in an address."""
    return f"{room_id}-{message_id}"


def _message_place(value: str) -> tuple[int, int] | None:
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    room, message = int(match[1]), int(match[2])
    return (room, message) if max(room, message) < _FIRST_TOO_LARGE_ID else None
