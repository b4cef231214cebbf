"""The first and the last day of each chat of a job as fields of a form, and what lies outside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Any

from flask import request, url_for

from archiver import errors
from archiver.records import JST, Contract
from archiver.records.contract_facts import FactKind
from archiver.render.times import minute_text
from archiver.setup import contract_rooms
from archiver.setup.written_values import EXAMPLE_TIME, read_day
from archiver.store.archive import Reading
from archiver.store.search.scope import room_names
from archiver.web.job.fact_form import FactField, Given
from archiver.web.trouble.trouble_words import trouble_words


def room_fields(reading: Reading, contract: Contract, given: Given) -> list[dict[str, Any]]:
    """Each chat with its period, or with what was typed or what a link fills in, which opens it."""
    first, last = (
        _("The first day (blank: from the beginning of the chat)"),
        _("The last day, included (blank: no end)"),
    )
    names, rows, filled = room_names(reading), [], given or request.args
    for room in contract.rooms:
        days = ("first", first, contract_rooms.first_day(room)), ("last", last, contract_rooms.last_day(room))
        fields = [(f"{which}_{room.room_id}", label, known) for which, label, known in days]
        row = {"room_id": int(room.room_id), "name": names.get(room.room_id, "")}
        shown = [
            FactField(name, label, "", FactKind.DAY, filled.get(name, known), known) for name, label, known in fields
        ]
        rows.append(row | {"fields": shown, "is_open": any(name in request.args for name, _label, _known in fields)})
    return rows


def read_periods(contract: Contract, given: Given) -> tuple[Contract, dict[str, str]]:
    """The contract with the periods of its chats as given, and for each that cannot be kept the sentence why."""
    problems: dict[str, str] = {}
    for room in contract.rooms:
        number = int(room.room_id)
        try:
            first = _changed(f"first_{number}", contract_rooms.first_day(room), given)
            last = _changed(f"last_{number}", contract_rooms.last_day(room), given)
            begins = [] if first is None else [(number, _bound(first, _("the first day")))]
            ends = [] if last is None else [(number, _bound(last, _("the last day"), whole_day=timedelta(days=1)))]
            contract = replace(contract, rooms=contract_rooms.with_periods(contract.rooms, begins, ends))
        except errors.UsageError as error:
            problems[f"room_{number}"] = trouble_words(error).together
    return contract, problems


def outside_note(reading: Reading, contract: Contract) -> dict[str, Any] | None:
    """What exports do not hold although it is bound to the job, with the addresses that change that; None: nothing."""
    found = contract_rooms.messages_outside(reading, contract, contract.bound_messages)
    if not found:
        return None
    names, ways = room_names(reading), []
    for wider in contract_rooms.wider_periods(contract, found):
        days = {f"first_{wider.room_id}": wider.first, f"last_{wider.room_id}": wider.last}
        filled: dict[str, Any] = {name: day for name, day in days.items() if day}
        address = url_for("contracts.contract", name=contract.id, **filled, _anchor=f"room-{wider.room_id}")
        ways.append((address, names.get(wider.room_id) or str(wider.room_id)))
    messages = [
        (url_for("message.one", room=one.room_id, message_id=one.message_id), minute_text(one.sent)) for one in found
    ]
    return {"sentence": contract_rooms.outside_sentence(found, ids=False), "ways": ways, "messages": messages}


def _changed(name: str, known: str, given: Given) -> str | None:
    """What was typed; None if it is what the page showed or what is kept."""
    typed = given[name].strip() if name in given else None
    return None if typed in {known, given.get(f"was_{name}")} else typed


def _bound(typed: str, what: str, *, whole_day: timedelta = timedelta()) -> datetime | None:
    """The time that was typed, or of a day its midnight, so much later."""
    if not typed:
        return None
    stated = read_day(typed, what, EXAMPLE_TIME, now=None)
    at = datetime.fromisoformat(stated).replace(tzinfo=JST)
    return at if " " in stated else at + whole_day
