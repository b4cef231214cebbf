"""The first and the last day of each chat of a contract as fields of a form, and what lies outside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Any

from flask import url_for

from archiver import errors
from archiver.records import JST, Contract, ContractRoom
from archiver.records.contract_facts import FactKind
from archiver.render.times import minute_text
from archiver.setup import contract_rooms
from archiver.setup.written_values import EXAMPLE_TIME, read_day
from archiver.store.archive import Reading
from archiver.store.search.scope import room_names
from archiver.web.job.fact_form import FactField, Given, day_and_clock, written_day
from archiver.web.trouble.trouble_words import trouble_words


@dataclass(frozen=True, slots=True)
class OutsideNote:
    """The sentence that bound messages lie outside the contract's period, and where it can be changed."""

    sentence: str
    ways: tuple[tuple[str, str], ...]
    """Address and name of each such chat; its form there holds the days that take the messages in."""
    messages: tuple[tuple[str, str], ...]
    """Address and time of each of the messages."""


def room_fields(reading: Reading, contract: Contract, given: Given) -> list[dict[str, Any]]:
    """Each chat with its period, or with what was typed or what a link fills in."""
    names = room_names(reading)
    return [
        {
            "room_id": int(room.room_id),
            "name": names.get(room.room_id, ""),
            "fields": _fields(room, given),
            "is_open": any(f"{which}_{room.room_id}" in given for which in ("first", "last")),
        }
        for room in contract.rooms
    ]


def read_periods(contract: Contract, given: Given) -> tuple[Contract, dict[str, str]]:
    """The contract with the periods of its chats as given, and for each that cannot be kept the sentence why."""
    problems: dict[str, str] = {}
    for room in contract.rooms:
        try:
            first, last = _changed("first", room, given), _changed("last", room, given)
            begins = [] if first is None else [(int(room.room_id), _bound(first, _("the first day")))]
            end = None if last is None else _bound(last, _("the last day"), whole_day=timedelta(days=1))
            ends = [] if last is None else [(int(room.room_id), end)]
            contract = replace(contract, rooms=contract_rooms.with_periods(contract.rooms, begins, ends))
        except errors.UsageError as error:
            problems[f"room_{room.room_id}"] = trouble_words(error).together
    return contract, problems


def outside_note(reading: Reading, contract: Contract) -> OutsideNote | None:
    """What packages do not hold although it is bound to the contract; None if there is no such message."""
    found = contract_rooms.messages_outside(reading, contract, contract.bound_messages)
    if not found:
        return None
    names = room_names(reading)
    ways = (
        (_address(contract, wider), names.get(wider.room_id) or str(wider.room_id))
        for wider in contract_rooms.wider_periods(contract, found)
    )
    messages = (
        (url_for("message.one", room=one.room_id, message_id=one.message_id), minute_text(one.sent)) for one in found
    )
    return OutsideNote(contract_rooms.outside_sentence(found, ids=False), tuple(ways), tuple(messages))


def _address(contract: Contract, wider: contract_rooms.WiderPeriod) -> str:
    days = {f"first_{wider.room_id}": wider.first, f"last_{wider.room_id}": wider.last}
    filled: dict[str, Any] = {name: day for name, day in days.items() if day}
    return url_for("contracts.contract", name=contract.id, **filled, _anchor=f"room-{wider.room_id}")


def _fields(room: ContractRoom, given: Given) -> tuple[FactField, FactField]:
    return (
        _field("first", room, given, _("The first day (blank: from the beginning of the chat)")),
        _field("last", room, given, _("The last day, included (blank: no end)")),
    )


def _field(which: str, room: ContractRoom, given: Given, label: str) -> FactField:
    name, known = f"{which}_{room.room_id}", _known(which, room)
    day, clock = day_and_clock(name, given, known)
    return FactField(name, label, explanation="", kind=FactKind.DAY, value=day, known=known, clock=clock)


def _known(which: str, room: ContractRoom) -> str:
    return contract_rooms.first_day(room) if which == "first" else contract_rooms.last_day(room)


def _changed(which: str, room: ContractRoom, given: Given) -> str | None:
    """What was typed; None if it is what the page showed or what is kept."""
    name, known = f"{which}_{room.room_id}", _known(which, room)
    typed = written_day(name, given, known)
    return None if typed in {known, given.get(f"was_{name}")} else typed


def _bound(typed: str, what: str, *, whole_day: timedelta = timedelta()) -> datetime | None:
    """The time that was typed, or of a day its midnight, so much later."""
    if not typed:
        return None
    stated = read_day(typed, what, EXAMPLE_TIME, now=None)
    at = datetime.fromisoformat(stated).replace(tzinfo=JST)
    return at if " " in stated else at + whole_day
