"""`contract map` and `contract unmap`: which account is the client, the user or a third person, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import Role
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.records import Contract
    from archiver.store.archive import Reading

_PEOPLE_LIMIT = 12
"""How many people the error names when an account number is wrong."""


@click.command(
    "map",
    help=N_(
        "Say who somebody in the rooms is, and how you know, such as:"
        ' archive contract map job1 7654321 client --reason "gave this Chatwork ID on CrowdWorks on 10-03"\n\n'
        "Until you do, everybody but you counts as the other side. The reason is printed in packages."
    ),
)
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.argument("account", type=click.IntRange(1), metavar=N_("ACCOUNT"))
@click.argument("part", type=click.Choice([part.value for part in Role]))
@click.option("--reason", required=True, metavar=N_("TEXT"), help=N_("How you know; it is printed in packages."))
@click.pass_obj
def contract_map(obj: CliContext, contract_id: str, account: int, part: str, reason: str) -> int:
    """Record who an account is; one that was never seen in the contract's rooms is refused."""
    from archiver.app import utc_now
    from archiver.store import statements
    from archiver.store.archive import Archive
    from archiver.store.queries import contracts

    if not reason.strip():
        raise errors.UsageError(detail=_("Say how you know: --reason TEXT"))
    with Archive(obj.home).writing() as writing:
        contract = contracts.find_contract(writing, contract_id)
        _check_person(writing, contract, account)
        fresh = statements.state_role(writing, contract.id, account, Role(part), reason.strip(), at=utc_now())
    sentence = _("Entered: account {account} of contract {contract} is {part}.")
    if not fresh:
        sentence = _("Already entered: account {account} of contract {contract} is {part}.")
    echo(sentence.format(account=account, contract=visible(contract.label), part=role_words(Role(part))))
    return 0


@click.command("unmap", help=N_("Take back what you entered about somebody; the record of it stays."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.argument("account", type=click.IntRange(1), metavar=N_("ACCOUNT"))
@click.pass_obj
def contract_unmap(obj: CliContext, contract_id: str, account: int) -> int:
    """Take back who an account is. Raises UsageError if nothing was entered about it."""
    from archiver.app import utc_now
    from archiver.store import statements
    from archiver.store.archive import Archive
    from archiver.store.queries import contracts

    with Archive(obj.home).writing() as writing:
        contract = contracts.find_contract(writing, contract_id)
        if not statements.withdraw_role(writing, contract.id, account, at=utc_now()):
            sentence = _("Nothing was entered about account {account} of contract {contract}.")
            raise errors.UsageError(detail=sentence.format(account=account, contract=visible(contract.label)))
    sentence = _("Taken back: who account {account} of contract {contract} is. The record that it was entered stays.")
    echo(sentence.format(account=account, contract=visible(contract.label)))
    return 0


def role_words(role: Role) -> str:
    """A role as the screen names it."""
    return {Role.CLIENT: _("the client"), Role.ME: _("you"), Role.THIRD: _("a third person")}[role]


def people(reading: Reading, contract: Contract) -> dict[int, str]:
    """Everybody ever seen in the contract's rooms: account and last known name."""
    from archiver.store.queries.departures import counterparts
    from archiver.store.queries.transcript import names_in_room

    names_by_account = {
        account: name for room in contract.rooms for account, name in names_in_room(reading, room.room_id).items()
    }
    return dict.fromkeys(counterparts(reading, [room.room_id for room in contract.rooms]), "") | names_by_account


def _check_person(reading: Reading, contract: Contract, account: int) -> None:
    names_by_account = people(reading, contract)
    if account not in names_by_account:
        labels = [f"{number} {visible(name)}".strip() for number, name in sorted(names_by_account.items())]
        listing = ", ".join(labels[:_PEOPLE_LIMIT]) or _("nobody yet; run: archive save")
        raise errors.UnknownPerson(account=account, contract=contract.id, people=listing)
