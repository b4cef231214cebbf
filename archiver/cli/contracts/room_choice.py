"""Lets the user choose rooms on a terminal, by number or by part of a name, page by page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, NamedTuple

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask, ask_yes_no, tell
from archiver.cli.terminal.text import pad
from archiver.render.screen_text import shorten
from archiver.setup.answers import InvalidAnswer
from archiver.setup.contract_rooms import direct_chats_beside

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.chatwork.models import Room


PAGE = 15
"""How many chats are shown at once, the ones with the latest messages first."""


class RoomWish(NamedTuple):
    """What an answer asks for: chats by number, chats with words in their name, or, with neither, the next page."""

    numbers: tuple[int, ...] = ()
    words: str = ""


def pick_rooms(app: App, rooms: Sequence[Room]) -> dict[int, Room]:
    """Let the user choose among these chats by number, and offer the direct chats beside them; number → chat."""
    numbers = _ask_numbers(rooms)
    beside = _offer_direct_chats(app, rooms, [rooms[number - 1] for number in numbers])
    return {number: rooms[number - 1] for number in (*numbers, *beside)}


def _ask_numbers(rooms: Sequence[Room]) -> tuple[int, ...]:
    page = range(min(PAGE, len(rooms)))
    _tell_rooms(rooms, page)
    while True:
        wish = ask(_("Numbers:"), lambda answer: read_room_wish(answer, len(rooms), more=len(rooms) > PAGE))
        if wish.numbers:
            return wish.numbers
        if wish.words:
            positions = find_names([room.name for room in rooms], wish.words)
            if not positions:
                tell(_("No chat has this in its name."))
            _tell_rooms(rooms, positions)
        else:
            begin = page.stop if page.stop < len(rooms) else 0
            page = range(begin, min(begin + PAGE, len(rooms)))
            _tell_rooms(rooms, page)


def read_room_wish(answer: str, count: int, *, more: bool) -> RoomWish:
    """What the user wants to see or to save; `more`: there are more chats than one page shows. Raises InvalidAnswer."""
    words = [word for word in re.split(r"[\s,、]+", answer) if word]
    if words and all(word.isdecimal() and len(word) < 7 for word in words):
        numbers = tuple(dict.fromkeys(int(word) for word in words))
        if all(1 <= number <= count for number in numbers):
            return RoomWish(numbers)
        raise InvalidAnswer(_("Please give numbers from 1 to {n}, such as: 1 or 1 3").format(n=count))
    if not more:
        raise InvalidAnswer(_("Please give numbers from 1 to {n}, such as: 1 or 1 3").format(n=count))
    return RoomWish(words=answer)


def find_names(names: Sequence[str], words: str) -> list[int]:
    """Positions of the names that contain these words, whatever their width and case."""
    folded = _fold(words)
    return [position for position, name in enumerate(names) if folded in _fold(name)]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _tell_rooms(rooms: Sequence[Room], positions: Collection[int], *, more: bool = True) -> None:
    kinds = {"group": _("group"), "direct": _("direct")}
    for position in positions:
        room = rooms[position]
        name = pad(shorten(room.name, 28), 28)
        kind = pad(kinds.get(room.type, shorten(room.type, 12)), 14)
        counts = _("messages {messages}  files {files}").format(
            messages=f"{room.message_num:>5}", files=f"{room.file_num:>4}"
        )
        echo(f"  {position + 1:>3} {name} {kind} {counts}")
    if more and len(rooms) > PAGE:
        tell(_("({n} in all. Enter: the next ones; part of a name: search for it)").format(n=len(rooms)), indent=6)


def _offer_direct_chats(app: App, rooms: Sequence[Room], chosen: Sequence[Room]) -> list[int]:
    """Offer the direct chats with people of the chosen groups, as work often moves there; those taken, by number."""
    positions = direct_chats_beside(app, rooms, chosen)
    if not positions:
        return []
    _tell_rooms(rooms, positions, more=False)
    sentence = ngettext(
        "This is a direct chat with somebody of the chats you chose.",
        "These are direct chats with people of the chats you chose.",
        len(positions),
    )
    tell(sentence)
    return [position + 1 for position in positions] if ask_yes_no(_("Save it too?"), default=True) else []
