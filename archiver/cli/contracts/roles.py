"""`contract map` and `contract unmap`: who in the rooms is the client, who is the user, who is neither, and why."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.completers import contract_ids
from archiver.cli.context import CliContext
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import Role

if TYPE_CHECKING:
    from archiver.records import Contract
    from archiver.store.archive import Reading

_MOST = 12
"""People who are named when a number is wrong."""


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
    """Nothing is guessed: an account that was never seen in these rooms is refused."""
    from archiver.app import utc_now
    from archiver.store import statements
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contract

    if not reason.strip():
        raise errors.UsageError(detail=_("Say how you know: --reason TEXT"))
    with Archive(obj.home).writing() as writing:
        one = contract(writing, contract_id)
        _check(writing, one, account)
        fresh = statements.state_role(writing, one.id, account, Role(part), reason.strip(), at=utc_now())
    sentence = _("Entered: account {account} of contract {contract} is {part}.")
    if not fresh:
        sentence = _("It was entered already: account {account} of contract {contract} is {part}.")
    click.echo(sentence.format(account=account, contract=visible(one.label), part=part_word(Role(part))))
    return 0


@click.command("unmap", help=N_("Take back who somebody is; the record that it was entered stays."))
@click.argument("contract_id", metavar="CONTRACT", shell_complete=contract_ids)
@click.argument("account", type=click.IntRange(1), metavar=N_("ACCOUNT"))
@click.pass_obj
def contract_unmap(obj: CliContext, contract_id: str, account: int) -> int:
    """What was never entered cannot be taken back."""
    from archiver.app import utc_now
    from archiver.store import statements
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contract

    with Archive(obj.home).writing() as writing:
        one = contract(writing, contract_id)
        if not statements.withdraw_role(writing, one.id, account, at=utc_now()):
            sentence = _("Nothing was entered about account {account} of contract {contract}.")
            raise errors.UsageError(detail=sentence.format(account=account, contract=visible(one.label)))
    sentence = _("Taken back: who account {account} of contract {contract} is. The record that it was entered stays.")
    click.echo(sentence.format(account=account, contract=visible(one.label)))
    return 0


def part_word(part: Role) -> str:
    """Who somebody is, as the screen says it."""
    return {Role.CLIENT: _("the client"), Role.ME: _("you"), Role.THIRD: _("a third person")}[part]


def people(reading: Reading, one: Contract) -> dict[int, str]:
    """Everybody ever seen in the rooms, with the name shown last."""
    from archiver.store.queries.departures import counterparts
    from archiver.store.queries.transcript import names

    found = {account: name for room in one.rooms for account, name in names(reading, room.room_id).items()}
    return dict.fromkeys(counterparts(reading, [room.room_id for room in one.rooms]), "") | found


def _check(reading: Reading, one: Contract, account: int) -> None:
    known = people(reading, one)
    if account not in known:
        shown = [f"{number} {visible(name)}".strip() for number, name in sorted(known.items())]
        told = ", ".join(shown[:_MOST]) or _("nobody yet; run: archive sync")
        raise errors.UnknownPerson(account=account, contract=one.id, people=told)
