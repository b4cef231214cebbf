"""The chats of Chatwork as choices on a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from flask import render_template, request

from archiver import errors
from archiver.app import App
from archiver.chatwork.models import Room
from archiver.console.context import ConsoleContext
from archiver.records import RoomId
from archiver.render.invisible_characters import visible
from archiver.render.times import typed_date
from archiver.setup.room_choice import choosable_rooms, direct_chats_beside
from archiver.store.queries import current_state

NAMED_PEOPLE = 4
"""So many people of a chat are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A chat that can be chosen."""

    room_id: int
    name: str
    kind: str
    messages: int
    files: int
    is_chosen: bool
    kind_name: str = ""
    """As Chatwork names it."""
    active: str = ""
    """The day of the last activity; empty if Chatwork names none."""


def chats(app: App) -> list[Room]:
    """The chats that Chatwork shows and that can be saved. Raises ChatworkError."""
    return choosable_rooms([one.model for one in app.chatwork.rooms().items])


def chosen_chats(rooms: Sequence[Room]) -> list[Room]:
    """Those that were ticked on the page."""
    ticked = set(request.form.getlist("room"))
    return [room for room in rooms if str(room.room_id) in ticked]


def lines(rooms: Sequence[Room], *, chosen: Collection[Room]) -> list[ChatLine]:
    """One line for each chat; those chosen are ticked."""
    return [_line(room, is_chosen=room in chosen) for room in rooms]


def beside_lines(app: App, rooms: Sequence[Room], chosen: Sequence[Room]) -> list[ChatLine]:
    """Direct chats with people of the chosen groups, ticked; none once they were offered. Raises ChatworkError."""
    if "offered" in request.form:
        return []
    beside = [rooms[position] for position in direct_chats_beside(app, rooms, chosen)]
    return lines(beside, chosen=beside)


def choice_page(app: App, step: int, problem: str = "") -> str:
    """The page on which chats are chosen; `step` of the first run, 0 outside it. Raises ChatworkError."""
    rooms = chats(app)
    return render_template(
        "start_chats.html", step=step, chats=lines(rooms, chosen=chosen_chats(rooms)), problem=problem
    )


def read_choice(app: App, step: int) -> list[int] | str | tuple[str, int]:
    """The chats of the form, once direct chats with the same people were offered; else the page that asks on.

    Raises ChatworkError.
    """
    rooms = chats(app)
    chosen = chosen_chats(rooms)
    if not chosen:
        return choice_page(app, step, _("Choose at least one chat. Nothing else is saved.")), 422
    beside = beside_lines(app, rooms, chosen)
    if beside:
        return render_template("start_direct.html", step=step, beside=beside, chosen=lines(chosen, chosen=chosen))
    return [room.room_id for room in chosen]


def people_part(context: ConsoleContext, room_id: int) -> str:
    """Who is in a chat, the first few by name, without this account; nothing if Chatwork does not say it now."""
    try:
        members = [one.model for one in context.hurried_app().chatwork.members(RoomId(room_id)).items]
        with context.archive.reading() as reading:
            own = (current_state.owner(reading) or {}).get("account_id")
    except errors.ArchiverError:
        return ""
    names = [visible(one.name) for one in members if one.account_id != own]
    return render_template("chat_people.html", names=names[:NAMED_PEOPLE], more=max(0, len(names) - NAMED_PEOPLE))


def _line(room: Room, *, is_chosen: bool) -> ChatLine:
    kinds = {"group": _("group"), "direct": _("direct")}
    name, kind = visible(room.name), visible(kinds.get(room.type, room.type))
    active = typed_date(room.last_update_time) if room.last_update_time > 0 else ""
    return ChatLine(room.room_id, name, kind, room.message_num, room.file_num, is_chosen, room.type, active)
