"""Which saved room is meant: its number, its name or a part of it; a question where several fit."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask, is_asked, tell
from archiver.cli.terminal.text import visible
from archiver.search_folding import fold
from archiver.setup.written_values import InvalidAnswer

if TYPE_CHECKING:
    from archiver.store.archive import Reading


def find_room(reading: Reading, wanted: str | None) -> int:
    """The saved room that a word names; left out, the only one. On a terminal the user chooses where several fit.

    Raises UnknownRoom, NoContract, UsageError where several fit and nobody can be asked.
    """
    from archiver.store.queries.contracts import contracts
    from archiver.store.search.scope import room_names

    names = room_names(reading)
    saved = dict.fromkeys(room.room_id for contract in contracts(reading) for room in contract.rooms)
    if (wanted or "").isdecimal() and int(wanted or "") in names:  # one that belongs to no job any more, too
        return int(wanted or "")
    if not saved:
        raise errors.NoContract
    return one_room({room: names.get(room, "") for room in saved}, wanted or "")


def one_room(names: Mapping[int, str], wanted: str) -> int:
    """The one of these rooms that a word names; the user chooses where several fit. Raises UnknownRoom, UsageError."""
    fitting = matching(names, wanted)
    if not fitting:
        raise errors.UnknownRoom(room=visible(wanted))
    return next(iter(fitting)) if len(fitting) == 1 else _choose(fitting)


def matching(names: Mapping[int, str], wanted: str) -> dict[int, str]:
    """Those whose number is this, else those of this name, else those with this in it, folded as for a search."""
    word = fold(wanted)
    if numbered := {room: name for room, name in names.items() if str(room) == word}:
        return numbered
    whole = {room: name for room, name in names.items() if fold(name) == word}
    return whole or {room: name for room, name in names.items() if word in fold(name)}


def _choose(rooms: Mapping[int, str]) -> int:
    """Let the user choose one of several; without a terminal name them all."""
    lines = [f"{room}  {visible(name)}" for room, name in rooms.items()]
    if not is_asked():
        detail = _("Say which chat is meant, by its number: {rooms}")
        raise errors.UsageError(detail=detail.format(rooms=", ".join(lines)))
    tell(_("Which chat?"), indent=0)
    for number, line in enumerate(lines, 1):
        echo(f"  {number:>3} {line}")
    return ask(_("Number:"), lambda answer: _read_choice(answer, rooms))


def _read_choice(answer: str, rooms: Mapping[int, str]) -> int:
    """The room of this place in the list, else the one that the answer names. Raises InvalidAnswer."""
    places = {str(place): room for place, room in enumerate(rooms, 1)}
    if answer in places:
        return places[answer]
    fitting = matching(rooms, answer) if answer else {}
    if len(fitting) == 1:
        return next(iter(fitting))
    raise InvalidAnswer(_("Please give a number from 1 to {n}.").format(n=len(rooms)))
