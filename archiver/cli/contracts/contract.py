"""`contract`: the jobs and the rooms that belong to them. Each change becomes an entry of the record."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids, room_numbers
from archiver.cli.context import CliContext
from archiver.cli.contracts import billing, fact_options, reminder, roles, room_periods, terms
from archiver.cli.contracts.contract_added_messages import (
    ID,
    tell_added,
    tell_shared,
    tell_strangers,
    warn_of_shared_number,
)
from archiver.cli.contracts.room_periods import ROOM_NUMBER
from archiver.cli.terminal.output import echo, paged_output
from archiver.cli.terminal.prompts import is_asked
from archiver.cli.terminal.text import pad, visible
from archiver.errors import N_
from archiver.records import Contract, ContractRoom, RoomId
from archiver.setup import fact_reading
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.store.archive import Archive


@click.group("contract", help=N_("Jobs and their rooms. Only rooms of a contract are saved."))
def command_contract() -> None:
    """Group the commands about contracts."""


@command_contract.command(
    "add",
    help=N_(
        "Enter a contract, such as: archive contract add job1 --room 123456789\n\n"
        "On a terminal and without --room it asks for everything; your answers are kept if you leave."
    ),
)
@click.argument("contract_id", metavar="ID", required=False)
@click.option(
    "--room",
    "rooms",
    multiple=True,
    type=ROOM_NUMBER,
    metavar="N",
    shell_complete=room_numbers,
    help=N_("A room; repeatable."),
)
@room_periods.options
@fact_options.options
@click.pass_obj
def contract_add(
    obj: CliContext,
    /,
    contract_id: str | None,
    rooms: tuple[int, ...],
    begins: room_periods.RoomDays,
    ends: room_periods.RoomDays,
    is_moved: bool,
    note: str | None,
    **given: str | None,
) -> int:
    """Check the rooms with Chatwork once; if it cannot be asked, take them unchecked and say so."""
    from archiver.app import build_app, require_archive, utc_now
    from archiver.setup import contract_facts
    from archiver.store.queries.contracts import contracts

    if contract_id is not None and not ID.fullmatch(contract_id):
        raise errors.BadContractId(contract=contract_id)
    facts = fact_reading.read_facts(given, now=utc_now())
    contract_rooms = room_periods.with_periods(
        [ContractRoom(RoomId(room)) for room in dict.fromkeys(rooms)], begins, ends
    )
    app = require_archive(build_app(obj.settings(), obj.environ))
    if not rooms and sys.stdin.isatty():
        from archiver.cli.contracts import add_dialogue

        return add_dialogue.add_contract(app, contract_id, facts, note)
    if contract_id is None:
        raise errors.UsageError(detail=_("Say what to call it: archive contract add ID --room NUMBER"))
    with app.archive.reading() as reading:
        existing = contracts(reading)
        fact_reading.check_client(reading, facts.get("client"))
    if any(one.id == contract_id for one in existing):
        raise errors.ContractExists(contract=contract_id)
    if not rooms:
        raise errors.UsageError(detail=_("Say which rooms belong to the contract: --room NUMBER (see: archive rooms)"))
    contract = Contract(contract_id, contract_rooms, **facts)
    fact_reading.check_order(contract)
    every = contract_facts.with_rooms(existing, contract, contract.room_ids, is_moved=is_moved)
    unchecked = _are_unchecked(app, rooms)
    _tell(contract_facts.change_rooms(app.archive, every, note, at=app.now()))
    tell_added(contract, existing, unchecked=unchecked)
    tell_shared(contract, every, contract.room_ids)
    if not unchecked:
        tell_strangers(app, contract)
    echo(_("Next: archive save"))
    return 0


def _tell(lines: Iterable[str]) -> None:
    """Print sentences; a command in them as it is typed here."""
    for line in lines:
        echo(line)


def _are_unchecked(app: Any, rooms: tuple[int, ...]) -> bool:
    """Whether Chatwork could not be asked about the rooms. Raises UnknownRoom for one that it does not list."""
    try:
        listed_ids = {one.model.room_id for one in app.chatwork.rooms().items}
    except (errors.ChatworkError, errors.TokenMissing):
        return True
    for room in rooms:
        if room not in listed_ids:
            raise errors.UnknownRoom(room=room)
    return False


@command_contract.command("set", help=N_("Change or add facts of a contract; what was stated before stays on record."))
@click.argument("contract_id", metavar="ID", required=False, shell_complete=contract_ids)
@click.option(
    "--room",
    "rooms",
    multiple=True,
    type=ROOM_NUMBER,
    metavar="N",
    shell_complete=room_numbers,
    help=N_("Add this room."),
)
@click.option(
    "--without-room",
    "without",
    multiple=True,
    type=ROOM_NUMBER,
    metavar="N",
    shell_complete=room_numbers,
    help=N_("Take this room out; repeatable. What is saved of it stays."),
)
@room_periods.options
@fact_options.options
@click.pass_obj
def contract_set(
    obj: CliContext,
    /,
    contract_id: str | None,
    rooms: tuple[int, ...],
    begins: room_periods.RoomDays,
    ends: room_periods.RoomDays,
    is_moved: bool,
    without: tuple[int, ...],
    note: str | None,
    **given: str | None,
) -> int:
    """Change only the facts that are given; on a terminal, without any, ask for those that are blank."""
    from archiver.app import build_app, require_archive, utc_now
    from archiver.setup import contract_facts
    from archiver.store.queries.contracts import contracts

    nothing_given = not (rooms or begins or ends or without) and all(one is None for one in (note, *given.values()))
    if nothing_given and is_asked():
        return _ask_blank_facts(obj, contract_id)
    if nothing_given:
        detail = _("Say what to change, such as --title, --client, --url, --amount, --room or --note.")
        all_of_them = _("All that can be given: archive contract set --help")
        raise errors.UsageError(detail=f"{detail} {all_of_them}")
    facts = fact_reading.read_facts(given, now=utc_now())
    app = require_archive(build_app(obj.settings(), obj.environ))
    before = _find_contract(app.archive, contract_id)
    fact_reading.check_order(replace(before, **facts))
    with app.archive.reading() as reading:
        fact_reading.check_client(reading, facts.get("client"))
    unchecked = bool(rooms) and _are_unchecked(app, rooms)
    known = {room.room_id for room in before.rooms}
    added = tuple(ContractRoom(RoomId(room)) for room in dict.fromkeys(rooms) if room not in known)
    after = replace(before, rooms=room_periods.with_periods(before.rooms + added, begins, ends), **facts)
    for room in without:
        if room not in after.room_ids:
            raise errors.UnknownRoom(room=room)
        after = contract_facts.released(after, ContractRoom(RoomId(room)))
    with app.archive.reading() as reading:
        every = contracts(reading)
    moved = set(map(RoomId, rooms)) if is_moved else {room.room_id for room in added}
    every = contract_facts.with_rooms(every, after, moved, is_moved=is_moved)
    _tell(contract_facts.change_rooms(app.archive, every, note, at=app.now()))
    echo(_("Saved: {contract}.").format(contract=visible(before.id)))
    tell_shared(after, every, {*rooms, *(number for number, _day in begins)})
    if added and not unchecked:
        tell_strangers(app, after)
    with app.archive.reading() as reading:
        warn_of_shared_number(after, contracts(reading))
    if unchecked:
        echo(_("The rooms were not checked (unchecked), as Chatwork could not be asked."))
    return 0


@command_contract.command("list", help=N_("Every contract with its rooms."))
@click.pass_obj
def contract_list(obj: CliContext) -> int:
    """Print one line for each contract."""
    from archiver.app import utc_now
    from archiver.cli.contracts.contract_rows import state_words
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts

    with Archive(obj.home).reading() as reading:
        all_contracts = contracts(reading)
    now = utc_now()
    for contract in all_contracts:
        rooms = ", ".join(str(room.room_id) for room in contract.rooms)
        number = f" ({visible(contract.platform_id)})" if contract.platform_id else ""
        name, state = pad(contract.id + number, 24), state_words(contract, now)
        echo(f"{name} {state}   {rooms}   {visible(contract.title or '')}".rstrip())
    if not all_contracts:
        echo(_("No contract has been entered yet. See: archive contract add --help"))
    return 0


@command_contract.command("show", help=N_("One contract on one screen, to read aloud on the phone."))
@click.argument("contract_id", metavar="ID", shell_complete=contract_ids, required=False)
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def contract_show(obj: CliContext, contract_id: str | None, as_json: bool) -> int:
    """Print one contract; blank facts are shown as blank, as they will be in a package."""
    from archiver.app import utc_now
    from archiver.cli.contracts.contract_page import page_document, page_lines
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    with Archive(obj.home).reading() as reading:
        contract = named_or_only_contract(reading, contract_id)
        if as_json:
            echo(json.dumps(page_document(reading, contract, now=utc_now()), ensure_ascii=False))
            return 0
        with paged_output():
            for line in page_lines(reading, contract, now=utc_now()):
                echo(line)
    return 0


command_contract.add_command(roles.contract_map)
command_contract.add_command(roles.contract_unmap)
command_contract.add_command(billing.contract_invoice)
command_contract.add_command(billing.contract_payment)
command_contract.add_command(reminder.contract_reminder)
command_contract.add_command(terms.contract_terms)


def _add_state_command(name: str, help_text: str, new_state: str, sentence: str) -> None:
    """Add a command that only changes the state of a contract."""

    @command_contract.command(name, help=help_text)
    @click.argument("contract_id", metavar="ID", shell_complete=contract_ids)
    @click.pass_obj
    def change_state(obj: CliContext, contract_id: str) -> int:
        from archiver.app import utc_now
        from archiver.store.archive import Archive
        from archiver.store.statements import state_contract

        archive = Archive(obj.home)
        before = _find_contract(archive, contract_id)
        closed_at = utc_now() if new_state == "closed" else None
        state_contract(archive, replace(before, state=new_state, closed_at=closed_at), None, at=utc_now())
        echo(_(sentence).format(contract=visible(before.label)))
        return 0


_add_state_command(
    "close",
    N_("The job is done: its rooms are saved for 180 more days."),
    "closed",
    N_("Closed: {contract}. Its rooms are saved for 180 more days."),
)
_add_state_command("reopen", N_("Save the rooms of a contract again."), "open", N_("Open again: {contract}."))
_add_state_command(
    "stop",
    N_("Stop saving the rooms of a contract at once; what is saved stays."),
    "stopped",
    N_("Stopped: {contract}. What is saved stays."),
)


def _ask_blank_facts(obj: CliContext, contract_id: str | None) -> int:
    from archiver.app import build_app, require_archive
    from archiver.cli.contracts.add_dialogue import ask_blank_facts

    app = require_archive(build_app(obj.settings(), obj.environ))
    return ask_blank_facts(app, _find_contract(app.archive, contract_id))


def _find_contract(archive: Archive, contract_id: str | None) -> Contract:
    from archiver.store.queries.contracts import named_or_only_contract

    with archive.reading() as reading:
        return named_or_only_contract(reading, contract_id)
