"""`contract`: which jobs there are and which rooms belong to them; each change becomes an entry."""

from __future__ import annotations

import sys
from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.completers import contract_ids, room_numbers
from archiver.cli.context import CliContext
from archiver.cli.contracts import fact_options, roles, room_periods
from archiver.cli.contracts.added import ID, _tell_number, tell_added
from archiver.cli.contracts.room_periods import NUMBER
from archiver.cli.terminal.text import pad, visible
from archiver.errors import N_
from archiver.records import Contract, ContractRoom, RoomId

if TYPE_CHECKING:
    from archiver.store.archive import Archive


@click.group("contract", help=N_("Jobs and their rooms. Only rooms of a contract are saved."))
def command_contract() -> None:
    """What one can do with contracts."""


@command_contract.command(
    "add",
    help=N_(
        "Enter a contract, such as: archive contract add job1 --room 123456789\n\n"
        "On a terminal and without --room it asks for everything; what was answered is kept if you leave."
    ),
)
@click.argument("contract_id", metavar="ID", required=False)
@click.option(
    "--room",
    "rooms",
    multiple=True,
    type=NUMBER,
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
    begins: room_periods.Given,
    ends: room_periods.Given,
    note: str | None,
    **given: str | None,
) -> int:
    """Look the rooms up once; without network they are taken unchecked, and that is said."""
    from archiver import app as application
    from archiver.store.queries.contracts import contracts
    from archiver.store.statements import state_contract

    if contract_id is not None and not ID.fullmatch(contract_id):
        raise errors.BadContractId(contract=contract_id)
    stated = fact_options.read_facts(given, now=application.utc_now())
    listed = room_periods.bounded([ContractRoom(RoomId(room)) for room in dict.fromkeys(rooms)], begins, ends)
    app = application.require_archive(application.build_app(obj.settings(), obj.environ))
    if not rooms and sys.stdin.isatty():
        from archiver.cli.contracts import add_dialogue

        return add_dialogue.add(app, contract_id, stated, note)
    if contract_id is None:
        raise errors.UsageError(detail=_("Say how you call it: archive contract add ID --room NUMBER"))
    with app.archive.reading() as reading:
        held = contracts(reading)
    if any(one.id == contract_id for one in held):
        raise errors.ContractExists(contract=contract_id)
    if not rooms:
        raise errors.UsageError(detail=_("Say which rooms belong to the contract: --room NUMBER (see: archive rooms)"))
    made = Contract(contract_id, listed, **stated)
    fact_options.check_order(made)
    unchecked = _look_up(app, rooms)
    state_contract(app.archive, made, note, at=application.utc_now())
    tell_added(made, held, unchecked=unchecked)
    click.echo(_("Next: archive sync"))
    return 0


def _look_up(app: Any, rooms: tuple[int, ...]) -> bool:
    """Whether the rooms could not be checked. Raises UnknownRoom for one that Chatwork does not list."""
    try:
        listed = {one.model.room_id for one in app.chatwork.rooms().items}
    except (errors.ChatworkError, errors.TokenMissing):
        return True
    for room in rooms:
        if room not in listed:
            raise errors.UnknownRoom(room=room)
    return False


@command_contract.command("set", help=N_("Change or add facts of a contract; what was stated before stays on record."))
@click.argument("contract_id", metavar="ID", shell_complete=contract_ids)
@click.option(
    "--room", "rooms", multiple=True, type=NUMBER, metavar="N", shell_complete=room_numbers, help=N_("Add this room.")
)
@room_periods.options
@fact_options.options
@click.pass_obj
def contract_set(
    obj: CliContext,
    /,
    contract_id: str,
    rooms: tuple[int, ...],
    begins: room_periods.Given,
    ends: room_periods.Given,
    note: str | None,
    **given: str | None,
) -> int:
    """Only what is given changes."""
    from archiver import app as application
    from archiver.store.queries.contracts import contracts
    from archiver.store.statements import state_contract

    if not (rooms or begins or ends) and all(one is None for one in (note, *given.values())):
        detail = _("Say what to change, such as --title, --client, --url, --amount, --room or --note.")
        all_of_them = _("All that can be given: archive contract set --help")
        raise errors.UsageError(detail=f"{detail} {all_of_them}")
    stated = fact_options.read_facts(given, now=application.utc_now())
    app = application.require_archive(application.build_app(obj.settings(), obj.environ))
    before = _find(app.archive, contract_id)
    fact_options.check_order(replace(before, **stated))
    unchecked = bool(rooms) and _look_up(app, rooms)
    known = {room.room_id for room in before.rooms}
    added = tuple(ContractRoom(RoomId(room)) for room in dict.fromkeys(rooms) if room not in known)
    made = replace(before, rooms=room_periods.bounded(before.rooms + added, begins, ends), **stated)
    state_contract(app.archive, made, note, at=application.utc_now())
    click.echo(_("Saved: {contract}.").format(contract=visible(contract_id)))
    with app.archive.reading() as reading:
        _tell_number(made, contracts(reading))
    if unchecked:
        click.echo(_("The rooms were not checked (unchecked), as Chatwork could not be asked."))
    return 0


@command_contract.command("list", help=N_("Every contract with its rooms."))
@click.pass_obj
def contract_list(obj: CliContext) -> int:
    """One line each."""
    from archiver.app import utc_now
    from archiver.cli.contracts.contract_page import state_words
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts

    with Archive(obj.home).reading() as reading:
        held = contracts(reading)
    now = utc_now()
    for one in held:
        rooms = ", ".join(str(room.room_id) for room in one.rooms)
        number = f" ({visible(one.platform_id)})" if one.platform_id else ""
        click.echo(
            f"{pad(one.id + number, 24)} {state_words(one, now)}   {rooms}   {visible(one.title or '')}".rstrip()
        )
    if not held:
        click.echo(_("No contract has been entered yet. See: archive contract add --help"))
    return 0


@command_contract.command("show", help=N_("One contract on one screen, to be read aloud on the phone."))
@click.argument("contract_id", metavar="ID", shell_complete=contract_ids, required=False)
@click.pass_obj
def contract_show(obj: CliContext, contract_id: str | None) -> int:
    """Blank facts are shown as blank, as they will be in a package."""
    from archiver.app import utc_now
    from archiver.cli.contracts.contract_page import picture
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import the_contract

    with Archive(obj.home).reading() as reading:
        for line in picture(reading, the_contract(reading, contract_id), now=utc_now()):
            click.echo(line)
    return 0


command_contract.add_command(roles.contract_map)
command_contract.add_command(roles.contract_unmap)


def _changer(name: str, text: str, new_state: str, said: str) -> None:
    """One command that only changes the state of a contract."""

    @command_contract.command(name, help=text)
    @click.argument("contract_id", metavar="ID", shell_complete=contract_ids)
    @click.pass_obj
    def change(obj: CliContext, contract_id: str) -> int:
        from archiver.app import utc_now
        from archiver.store.archive import Archive
        from archiver.store.statements import state_contract

        archive = Archive(obj.home)
        before = _find(archive, contract_id)
        closed_at = utc_now() if new_state == "closed" else None
        state_contract(archive, replace(before, state=new_state, closed_at=closed_at), None, at=utc_now())
        click.echo(_(said).format(contract=visible(before.label)))
        return 0


_changer(
    "close",
    N_("The job is done: its rooms are saved for 180 more days."),
    "closed",
    N_("Closed: {contract}. Its rooms are saved for 180 more days."),
)
_changer("reopen", N_("Save the rooms of a contract again."), "open", N_("Open again: {contract}."))
_changer(
    "stop",
    N_("Stop saving the rooms of a contract at once; what is saved stays."),
    "stopped",
    N_("Stopped: {contract}. What is saved stays."),
)


def _find(archive: Archive, name: str) -> Contract:
    from archiver.store.queries.contracts import contract

    with archive.reading() as reading:
        return contract(reading, name)
