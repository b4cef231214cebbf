"""会話: the chats under their jobs beside one conversation; its chosen messages, and what makes an export of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from gettext import gettext as _
from typing import Any, NamedTuple

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.records import Contract, Message, begin_of_day
from archiver.records.contract import contract_name
from archiver.render.invisible_characters import visible
from archiver.render.times import iso_date
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.queries.current_state import room_names
from archiver.store.queries.looks_and_gaps import last_list_time
from archiver.store.queries.people import names_in_room
from archiver.store.queries.viewing import message_summaries, messages
from archiver.store.queries.viewing.calendar import first_on_or_after
from archiver.store.queries.viewing.message_summaries import MessageSummary
from archiver.web.context import Chat, chat, view_context
from archiver.web.talk.flow import Flow, answered_place, flow
from archiver.web.talk.message_links import conversation_url, message_line, owner_of, references_by_room
from archiver.web.talk.search_pane import chat_list
from archiver.wording import shell_line

pages = Blueprint("conversation", __name__)

MESSAGES = 100
"""Messages on a page at most."""

NEIGHBOURS = 3
"""Messages on each side that a button adds to the chosen ones."""

CHAIN = 50
"""Messages of a chain of replies at most."""


@pages.get("/room/<int:room>", endpoint="room")
def show(room: int) -> Response | str:
    """The page of a conversation that the address asks for; a day leads to its first message."""
    is_adding = "add" in request.args
    here = {name.removeprefix("here_"): value for name, value in request.args.items() if name.startswith("here_")}
    address = parse_address(here if is_adding else request.args)  # the form of chosen messages carries its place
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        if address.anchor is Anchor.DAY and (at := _message_of_day(reading, room, address)):
            return redirect(url_for("conversation.room", room=room, at=at, day=address.day, _anchor=f"m{at}"))
        picked = _picked(reading, room)
        if is_adding and picked:
            place: dict[str, Any] = {} if address.anchor is Anchor.NEWEST else {address.anchor.value: address.position}
            last = f"m{picked[-1].partition('-')[2]}"
            return redirect(
                url_for(
                    "conversation.room",
                    room=room,
                    pick=1,
                    m=picked,
                    order=request.args.get("order"),
                    **place,
                    _anchor=last,
                )
            )
        talk, note = _flow(reading, room, address)
        asked = f"{address.position}" if address.anchor is Anchor.AT else ""
        values = {"chat": room_chat, "flow": talk, "asked": asked, "picked": picked}
        if note:
            talk.rows.insert(_note_place(talk, address.position), {"kind": "note", "text": note})
        if request.headers.get("HX-Request"):
            return render_template("talk_part.html", **values)
        return render_template(
            "conversations.html",
            list=chat_list(reading),
            **values,
            **_head(reading, room_chat, address),
            day=_shown_day(talk, address),
            place=address,
            chain_of=conversation_url(room, f"{address.position}") if address.anchor is Anchor.CHAIN else "",
            is_end=not talk.has_later and address.anchor is not Anchor.CHAIN,
            last_read=last_list_time(reading, room),
        )


def _picked(reading: Reading, room: int) -> list[str] | None:
    """The chosen messages, with those that a button adds to them; None where none are being chosen."""
    if "pick" not in request.args:
        return None
    places = read_selection(request.args.getlist("m"))[0]
    added: dict[tuple[int, int], None] = {}
    for one in places:
        near = [one[1]]
        if one[0] == room and request.args.get("add") == "day":
            near = message_summaries.positions_of_day(reading, room, one[1], LIMIT)
        elif one[0] == room and request.args.get("add") == "around":
            near = message_summaries.positions_around(reading, room, one[1], NEIGHBOURS)
        added.update({(one[0], position): None for position in near})
    return [checkbox_value(*one) for one in [*added][:LIMIT]]


def _head(reading: Reading, room_chat: Chat, address: ConversationAddress) -> dict[str, object]:
    """Who is in the chat, how many messages changed, and the one before that of the address."""
    room, owner = room_chat.room_id, owner_of(reading)
    names = names_in_room(reading, room)
    others = [name for account, name in sorted(names.items()) if account != owner and name]
    changed = message_summaries.count_changed(reading, room)
    position = address.position if address.anchor is Anchor.AT else 2**63 - 1
    before = message_summaries.changed_before(reading, room, position) if changed else None
    return {
        "people": [*others, *([_("You")] if owner in names else [])],
        "changed": changed,
        "to_changed": before and conversation_url(room, f"{before}"),
    }


# --- which messages ------------------------------------------------------------------------------


def _flow(reading: Reading, room: int, address: ConversationAddress) -> tuple[Flow, str]:
    """The rows of a page, and a note on how it was found, which may be empty."""
    if address.anchor is Anchor.CHAIN:
        chain = _chain(reading, room, address.position)
        if chain:
            return flow(reading, room, chain, len(chain) - 1, before=None, has_later=True, with_breaks=False), ""
    page, centre = _page(reading, room, address)
    first = page.messages[0] if page.messages else None
    before = (
        messages.page_before(reading, room, int(first.message_id), 1).messages[-1]
        if first and page.has_earlier
        else None
    )
    return flow(reading, room, page.messages, centre, before=before, has_later=page.has_later), _note(page, address)


def _page(reading: Reading, room: int, address: ConversationAddress) -> tuple[messages.MessagePage, int]:
    """The messages that a page may show, and the place of the one that must be on it."""
    position = address.position
    match address.anchor:
        case Anchor.AT:
            page = messages.page_around(reading, room, position, MESSAGES)
            later = [place for place, one in enumerate(page.messages) if int(one.message_id) >= position]
            return page, later[0] if later else max(0, len(page.messages) - 1)
        case Anchor.AFTER if (page := messages.page_after(reading, room, position, MESSAGES)).messages:
            return page, 0
        case Anchor.BEFORE:
            page = messages.page_before(reading, room, position, MESSAGES)
            page = page if page.messages else messages.page_after(reading, room, messages.FIRST, MESSAGES)
        case _:
            page = messages.page_before(reading, room, messages.LAST, MESSAGES)
    return page, max(0, len(page.messages) - 1)


def _chain(reading: Reading, room: int, position: int) -> list[Message]:
    """A message of this chat under those that it answers, the first one on top."""
    found: list[Message] = []
    place: tuple[int, int] | None = (room, position)
    while place is not None and place[0] == room and len(found) < CHAIN:
        message = messages.message_by_id(reading, room, f"{place[1]}")
        if message is None or message in found:
            break
        found.insert(0, message)
        place = answered_place(message)
    return sorted(found, key=lambda one: int(one.message_id))


def _message_of_day(reading: Reading, room: int, address: ConversationAddress) -> str:
    """The first message of a day or later, else the last of all; empty in a chat without any."""
    first = first_on_or_after(reading, room, address.begin)
    if first is not None:
        return first
    return next((one.message_id for one in messages.page_before(reading, room, messages.LAST, 1).messages), "")


def _note(page: messages.MessagePage, address: ConversationAddress) -> str:
    """What is said where the page does not show what the address asks for."""
    if address.anchor is not Anchor.AT:
        return ""
    asked = next((one for one in page.messages if int(one.message_id) == address.position), None)
    if asked is None:
        note = _("No message with the id {id} is kept in this chat; this is where it would be.")
        return note.format(id=address.position)
    shown = iso_date(asked.send_time)
    if address.day is None or shown == address.day.isoformat():
        return ""
    if shown < address.day.isoformat():
        return _("No message of this day or later is kept; this is the end.")
    return _("No message of this day is kept; this is the next day that has some.")


def _note_place(talk: Flow, position: int) -> int:
    """Before the row of the first message from a position on."""
    for place, row in enumerate(talk.rows):
        if row["kind"] == "message" and int(row["message"].message_id) >= position:
            return place
    return len(talk.rows)


def _shown_day(talk: Flow, address: ConversationAddress) -> str:
    """The value of the date field."""
    if address.day is not None:
        return address.day.isoformat()
    asked = [one for one in talk.messages if int(one.message_id) == address.position] or list(talk.messages[-1:])
    return iso_date(asked[0].send_time) if asked else ""


_ID = re.compile("[0-9]{1,19}")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST = 2**63 - 1


class Anchor(StrEnum):
    """How a page is chosen; the values are the parameter names in the address."""

    AT = "at"
    """Around a message."""
    DAY = "day"
    """From the beginning of a day on."""
    AFTER = "after"
    BEFORE = "before"
    CHAIN = "chain"
    """A message with those that it answers."""
    NEWEST = "newest"


class ConversationAddress(NamedTuple):
    """A parsed address; `position` is a message's id as a number."""

    anchor: Anchor
    position: int = 0
    day: date | None = None

    @property
    def begin(self) -> datetime:
        """When the day begins in Japan."""
        return begin_of_day(self.day or date.min)


def parse_address(arguments: Mapping[str, str]) -> ConversationAddress:
    """Parse an address by the first of `Anchor` that it has. Raises UsageError for a wrong id or day."""
    for anchor in (Anchor.AT, Anchor.CHAIN, Anchor.DAY, Anchor.AFTER, Anchor.BEFORE):
        text = arguments.get(anchor, "").strip()
        if text:
            day = arguments.get(Anchor.DAY, "").strip() if anchor in (Anchor.AT, Anchor.DAY) else ""
            number = 0 if anchor is Anchor.DAY else position(text)
            return ConversationAddress(anchor, number, _day(day) if day else None)
    return ConversationAddress(Anchor.NEWEST)


def position(text: str) -> int:
    """The number of a message's id. Raises UsageError."""
    if not _ID.fullmatch(text) or int(text) > _LAST:
        raise errors.UsageError(detail=_("This address has no message id where one belongs."))
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise errors.UsageError(detail=_("This address has no day where one belongs, like 2026-11-03.")) from error


chosen_pages = Blueprint("chosen", __name__)

ORDER = "packages.index"
"""The page on which a package is ordered; only an application that writes has it."""


@chosen_pages.get("/chosen", endpoint="index")
def chosen() -> Response | str:
    """The messages that the address names, in its order."""
    places, ignored, surplus = read_selection(request.args.getlist("m"), without=request.args.get("without", ""))
    context = view_context()
    with context.reading() as reading:
        summaries = message_summaries.message_summaries(reading, places)
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
        of_it = [one for one in messages if contract.holds(one.room_id, one.sent)]
        if of_it:
            yield contract, of_it


def messages_argument(message_ids: Sequence[str]) -> str:
    """The ids as `--messages` takes them."""
    return ",".join("m" * (len(one) < _SHORT_ID) + one for one in message_ids)


LIMIT = 200
"""Chosen messages that are shown; more would make an address too long for browsers."""

_VALUE = re.compile("([0-9]{1,19})-([0-9]{1,19})")


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
    return (room, message) if max(room, message) <= _LAST else None
