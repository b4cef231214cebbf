"""Sentences on the screen after a contract was entered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.records import Contract, ContractRoom
from archiver.setup.contract_rooms import last_day
from archiver.wording import typed

if TYPE_CHECKING:
    from archiver.app import App

ID = re.compile(r"[a-z0-9-]{1,32}")


def tell_added(contract: Contract, contracts: list[Contract], *, unchecked: bool) -> None:
    """Print what was entered, and which of its rooms belong to other contracts too."""
    rooms = ", ".join(str(room.room_id) for room in contract.rooms)
    echo(_("Entered: {contract}, chats {rooms}.").format(contract=visible(contract.label), rooms=rooms))
    if unchecked:
        echo(_("The chats were not checked (unchecked), as Chatwork could not be asked."))
    for room in (one for one in contract.rooms if one.start is None):  # of one with a first day `tell_shared` tells
        others = [one.label for one in contracts if room.room_id in one.room_ids]
        if others:
            sentence = _("Chat {room} also belongs to {contracts}; that is allowed.")
            echo(sentence.format(room=room.room_id, contracts=visible(", ".join(others))))
            hint = _("Its exports contain the whole chat. For this job's part only: {command}")
            command = f"archive job set {contract.id} --chat-from {room.room_id} 2026-11-01"
            echo(hint.format(command=typed(command)))
    warn_of_shared_number(contract, contracts)


def tell_shared(contract: Contract, every: Iterable[Contract], rooms: Collection[int]) -> None:
    """Print which of these chats go on in another contract once this one's part has begun, and how to end them there.

    A part of another contract that begins later is left alone.
    """
    parts = [(other, part) for other in every if other.id != contract.id for part in other.rooms]
    begun = [(one.room_id, one.start) for one in contract.rooms if one.room_id in rooms and one.start]
    for room, start in begun:
        for other, part in parts:
            if part.room_id == room and (not part.start or part.start < start) and (not part.end or part.end > start):
                day = last_day(ContractRoom(room, end=start))
                sentence = _("Chat {room} stays in {contract} after {day} too. To end it there: {command}")
                command = typed(f"archive job set {other.id} --chat-to {room} {day.replace(' ', 'T')}")
                echo(sentence.format(room=room, contract=visible(other.label), day=day, command=command))


def warn_of_shared_number(contract: Contract, contracts: list[Contract]) -> None:
    """Print a warning if another contract has the same number on the platform."""
    others = [one.id for one in contracts if one.id != contract.id and one.platform_id == contract.platform_id]
    if contract.platform_id is not None and others:
        sentence = _(
            "[Note] The number {number} also belongs to {contracts}. If that is right, use the jobs' names "
            "in this archive."
        )
        warning = sentence.format(number=visible(contract.platform_id), contracts=", ".join(others))
        echo(warning, err=True)


def tell_strangers(app: App, contract: Contract) -> None:
    """Print which rooms of a contract have no person in common, as those are another client's as a rule."""
    from archiver.setup.contract_rooms import people_of_rooms, strangers_sentence

    rooms = [int(room.room_id) for room in contract.rooms]
    try:
        sentence = strangers_sentence(people_of_rooms(app, rooms), {}) if len(rooms) > 1 else ""
    except errors.ChatworkError:  # it is entered already, and this is only a hint
        return
    if sentence:
        echo(sentence, err=True)
