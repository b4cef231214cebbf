"""`contract add` on a terminal: asks for the chats and the facts of a contract; it can be left and gone on with.

Each answer is kept at once: the chats and facts as what the user states, that a question was asked beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from archiver import errors
from archiver.cli.answers import answered, note
from archiver.cli.contracts import added, fact_options
from archiver.cli.contracts.deadlines import labels
from archiver.cli.contracts.pick_rooms import listed, pick
from archiver.cli.contracts.questions import next_question
from archiver.cli.failure import INTERRUPTED
from archiver.cli.terminal.prompts import InvalidAnswer, ask, ask_yes_no, tell
from archiver.cli.terminal.text import pad, visible
from archiver.records import Contract

if TYPE_CHECKING:
    from archiver.app import App

BEGUN, DONE = "begun", "done"

EXAMPLES = {
    "platform_id": "12345678",
    "title": '"..."',
    "client": '"..."',
    "url": "https://...",
    "contracted_on": "2026-10-01",
    "escrowed_at": '"2026-10-02 14:05"',
    "contact_requested_on": "2026-10-02",
    "contact_approved_on": "2026-10-03",
    "amount": '"..."',
}
"""How a fact that is still blank is given later, by option."""


def add(app: App, name: str | None, given: Mapping[str, Any], remark: str | None) -> int:
    """Ask for what `given` does not state; the exit code. Raises ContractExists and whatever Chatwork answers."""
    named = name
    try:
        if named is None:
            named = _unfinished_one(app) or _ask_name(app)
        elif named in _taken(app) and named not in _unfinished(app):
            raise errors.ContractExists(contract=named)
        note(app.archive, _key(named), BEGUN)
        _fill(app, named, given, remark)
    except (click.Abort, KeyboardInterrupt):
        click.echo()
        click.echo(_("Interrupted. What was answered until now is kept."))
        click.echo(_going_on(named))
        return INTERRUPTED
    except errors.UsageError:
        raise
    except errors.ArchiverError:
        click.echo(_going_on(named), err=True)
        raise
    return 0


def _fill(app: App, name: str, given: Mapping[str, Any], remark: str | None) -> None:
    """Chats first, then one fact after the other, then what is still blank."""
    from archiver.store.statements import state_contract

    held = _held(app)
    contract = held.get(name)
    begun = contract or _with_rooms(app, name)
    if begun is None:
        return
    stated = replace(begun, **given)
    fact_options.check_order(stated)
    state_contract(app.archive, stated, remark, at=app.now())
    if contract is None:
        added.tell_added(stated, list(held.values()), unchecked=False)
    tell(_("Now the facts. Enter leaves one unknown; Ctrl-C ends, and what was answered is kept."), indent=0)
    told = _ask_facts(app, stated)
    note(app.archive, _key(name), DONE)
    _tell_end(told)


def _ask_facts(app: App, contract: Contract) -> Contract:
    """Ask until nothing is left to ask, each time by what is known then."""
    from archiver.store.statements import state_contract

    prefix = _key(contract.id) + "/"
    while True:
        asked = {key.removeprefix(prefix) for key in answered(app.archive) if key.startswith(prefix)}
        question = next_question(contract, asked, now=app.now())
        if question is None:
            return contract
        click.echo()
        tell(question.told)
        stated = replace(contract, **ask(question.asked, question.understand, exact=question.exact))
        if stated != contract:
            state_contract(app.archive, stated, None, at=app.now())
        note(app.archive, prefix + question.name)
        contract = stated


# --- which contract, which chats -------------------------------------------------------------------


def _with_rooms(app: App, name: str) -> Contract | None:
    """The contract with the chats that the user chose; None: there is no chat to choose from."""
    rooms = listed([one.model for one in app.chatwork.rooms().items])
    if not rooms:
        tell(_("There is no chat yet besides your own. Come back when your client has opened one."), indent=0)
        click.echo(_going_on(name))
        return None
    tell(_("Which chats belong to this contract? (Several numbers are parted by blanks.)"), indent=0)
    return Contract(name, pick(app, rooms))


def _unfinished_one(app: App) -> str | None:
    """The contract that was begun last and not finished, if the user wants to go on with it."""
    begun = _unfinished(app)
    if not begun:
        return None
    tell(_("The questions about contract {contract} are not finished.").format(contract=begun[-1]), indent=0)
    return begun[-1] if ask_yes_no(_("Go on with it?"), default=True) else None


def _ask_name(app: App) -> str:
    taken = {*_taken(app), *_unfinished(app)}
    usual = next(f"job{number}" for number in range(1, len(taken) + 2) if f"job{number}" not in taken)
    tell(_("A short name for it, by which you call it here: a-z, 0-9 and “-”."))
    return ask(_("Name here [{usual}]:").format(usual=usual), lambda said: read_name(said or usual, taken))


def read_name(said: str, taken: Collection[str]) -> str:
    """A contract's id that is still free. Raises Again."""
    if not added.ID.fullmatch(said):
        raise InvalidAnswer(str(errors.BadContractId(contract=visible(said))))
    if said in taken:
        raise InvalidAnswer(_("This name is taken already."))
    return said


def _held(app: App) -> dict[str, Contract]:
    from archiver.store.queries.contracts import contracts

    with app.archive.reading() as reading:
        return {one.id: one for one in contracts(reading)}


def _taken(app: App) -> Collection[str]:
    return _held(app).keys()


def _unfinished(app: App) -> list[str]:
    """Contracts whose questions were begun and not finished."""
    states = {key.removeprefix("add/"): state for key, state in answered(app.archive).items() if key.startswith("add/")}
    return [name for name, state in states.items() if state == BEGUN]


def _key(name: str) -> str:
    return f"add/{name}"


# --- what is said at the end -----------------------------------------------------------------------


def _going_on(name: str | None) -> str:
    return _("To go on: {command}").format(command=f"archive contract add {name or ''}".rstrip())


def _tell_end(contract: Contract) -> None:
    """What is still blank, with the option that fills it."""
    from archiver.contract_dates import blanks
    from archiver.platforms.platform import platform_of

    click.echo()
    empty = blanks(contract, platform_of(contract.platform))
    if empty:
        name = f"archive contract set {contract.id}"
        tell(_("Still blank. Whenever you know it: {command}").format(command=name + " ..."), indent=0)
        for fact in empty:
            click.echo(f"  {pad(labels()[fact], 28)} --{fact.replace('_', '-')} {EXAMPLES[fact]}")
    else:
        click.echo(_("Nothing is blank that a reader looks for first."))
    click.echo(_("To change anything: {command}").format(command=f"archive contract set {contract.id} --help"))
    click.echo(_("All on one screen: {command}").format(command=f"archive contract show {contract.id}"))
    click.echo(_("Next: archive sync"))
