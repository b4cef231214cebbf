"""The chats of Chatwork as choices on a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from flask import render_template, request

from archiver.app import App
from archiver.chatwork.models import Room
from archiver.render.invisible_characters import visible
from archiver.setup.room_choice import choosable_rooms, direct_chats_beside


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A chat that can be chosen."""

    room_id: int
    name: str
    kind: str
    messages: int
    files: int
    is_chosen: bool


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


def _line(room: Room, *, is_chosen: bool) -> ChatLine:
    kinds = {"group": _("group"), "direct": _("direct")}
    name, kind = visible(room.name), visible(kinds.get(room.type, room.type))
    return ChatLine(room.room_id, name, kind, room.message_num, room.file_num, is_chosen)
