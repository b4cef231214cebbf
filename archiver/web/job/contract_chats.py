"""仕事のチャット: which chats a contract has; each can be moved to another contract or taken out."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import NamedTuple

from flask import Blueprint, render_template, request

from archiver import errors
from archiver.records import Contract, ContractRoom, RoomId
from archiver.render.invisible_characters import visible
from archiver.setup.contract_facts import called_apart, change_rooms, given_room, kept_counts, released
from archiver.setup.contract_rooms import strangers_sentence
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.queries.departures import counterparts
from archiver.store.queries.runs import exports
from archiver.store.search.scope import room_names
from archiver.web.console_context import console_context

pages = Blueprint("contract_chats", __name__, url_prefix="/contracts/<name>/chats")

NO_JOB = "none"


class FreeChat(NamedTuple):
    """A saved chat that no contract has."""

    room_id: RoomId
    name: str
    messages: int
    files: int


@pages.get("")
def index(name: str) -> str:
    """The chats of the contract, and those that no contract has any more."""
    return _page(name)


@pages.post("")
def change(name: str) -> str | tuple[str, int]:
    """Move chats, take them out, or put in what no contract has; what was stated before stays on record."""
    context = console_context()
    with context.archive.reading() as reading:
        every, contract = {one.id: one for one in contracts(reading)}, find_contract(reading, name)
        free = _free_rooms(room_names(reading), set().union(*(one.room_ids for one in every.values())))
    before = {one.id: one.room_ids for one in every.values()}
    try:
        for room in sorted(contract.room_ids):
            job = request.form.get(f"job_{room}", contract.id)
            if job == contract.id or job not in {*every, NO_JOB}:
                continue
            if job != NO_JOB:
                every[job] = given_room(every[job], room, contract)
            every[contract.id] = released(every[contract.id], ContractRoom(room))
        for room in free:
            job = request.form.get(f"job_{room}", NO_JOB)
            if job in every:
                every[job] = given_room(every[job], room)
    except errors.LastRoom as error:
        return _page(name, problem=f"{error} {error.advice()}"), 422
    told = change_rooms(context.archive, list(every.values()), at=context.now())
    with context.archive.reading() as reading:
        got = [one for one in every.values() if one.id != contract.id and one.room_ids - before[one.id]]
        told += filter(None, [_strangers(reading, one) for one in got])
    return _page(name, told=told or [_("Kept.")])


def _strangers(reading: Reading, contract: Contract) -> str:
    """Which of its chats have no person in common, by who is saved of them; of a chat not saved yet nothing is said."""
    names = {room: visible(name) for room, name in room_names(reading).items()}
    people = {int(room): counterparts(reading, [room]) for room in sorted(contract.room_ids)}
    return strangers_sentence({room: found for room, found in people.items() if found}, names)


def _page(name: str, told: Sequence[str] = (), problem: str = "") -> str:
    with console_context().archive.reading() as reading:
        every, contract, names = contracts(reading), find_contract(reading, name), room_names(reading)
        free = [
            FreeChat(room, visible(names[room]), *kept_counts(reading, room))
            for room in _free_rooms(names, set().union(*(one.room_ids for one in every)))
        ]
        made = [visible(one.name) for one in exports(reading) if one.contract == contract.id]
        strangers = _strangers(reading, contract)
    return render_template(
        "contract_chats.html",
        contract=contract,
        others=[(one.id, called_apart(one, every)) for one in every if one.id != contract.id],
        chats=[(room, visible(names.get(room, "")) or str(room)) for room in sorted(contract.room_ids)],
        free=free,
        made=made,
        strangers=strangers,
        told=told,
        problem=problem,
    )


def _free_rooms(names: dict[int, str], held: set[RoomId]) -> list[RoomId]:
    """The saved chats that no contract has."""
    return [RoomId(room) for room in sorted(names) if room not in held]
