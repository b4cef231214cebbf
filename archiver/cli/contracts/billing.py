"""`contract invoice` and `contract payment`: what was billed and what came in, as the user states it."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.argument_completion import contract_ids, files
from archiver.cli.context import CliContext
from archiver.cli.contracts.money_lines import money_lines
from archiver.cli.contracts.room_periods import outside_lines
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import ask, is_asked
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import Invoice, MessageId, Payment
from archiver.setup import written_days
from archiver.setup.message_numbers import find_message
from archiver.setup.yen_amounts import read_yen

if TYPE_CHECKING:
    from archiver.records import Contract
    from archiver.store.archive import Archive

CONTRACT = click.argument("contract_id", metavar="CONTRACT", required=False, shell_complete=contract_ids)
NUMBER = click.argument("number", metavar="N", type=click.IntRange(1))
AGAIN = click.option(
    "--again", is_flag=True, help=N_("It is another one, although one of the same day and amount is entered.")
)


@click.group("invoice", help=N_("Invoices of a contract: what you billed, and for when."))
def contract_invoice() -> None:
    """Group the commands about invoices."""


@click.group("payment", help=N_("Payments of a contract: what you received, and when."))
def contract_payment() -> None:
    """Group the commands about payments."""


@contract_invoice.command(
    "add",
    help=N_(
        "Enter an invoice, such as: archive contract invoice add job1 --amount 55000 --on 2026-11-30"
        " --due-on 2026-12-31\n\nOn a terminal it asks for what is left out."
    ),
)
@CONTRACT
@click.option("--amount", metavar=N_("YEN"), help=N_("The amount in yen, as it was billed."))
@click.option("--on", "day", metavar=N_("DAY"), help=N_("The day of the invoice."))
@click.option("--due-on", metavar=N_("DAY"), help=N_("The day of payment that it names."))
@click.option("--number", "name", metavar=N_("TEXT"), help=N_("Its own number, as it stands on it."))
@click.option("--message", metavar="ID", help=N_("The message with which it was sent: its number, or its link."))
@click.option(
    "--file",
    "path",
    metavar=N_("FILE"),
    shell_complete=files,
    help=N_("The invoice itself; it is kept with the contract."),
)
@AGAIN
@click.pass_obj
def invoice_add(
    obj: CliContext,
    contract_id: str | None,
    amount: str | None,
    day: str | None,
    due_on: str | None,
    name: str | None,
    message: str | None,
    path: str | None,
    again: bool,
) -> int:
    """Check everything, keep the file, and enter the invoice under the next number."""
    from archiver.app import utc_now
    from archiver.setup import billing

    archive, contract, message_id = look_up(obj, contract_id, message)
    yen = read_yen(amount, "--amount") if amount is not None else _ask_amount(_("Amount of the invoice (yen):"))
    issued_on = _read_or_ask_day(day, "--on", _("Day of the invoice (such as 2026-11-30):"))
    due_day = None
    if due_on:
        due_day = written_days.read_day(due_on, "--due-on", written_days.EXAMPLE_DAY, now=None)
    draft = Invoice(0, yen, issued_on, due_day, name or None, message_id, None)
    billing.check_invoice(contract, draft, again=again)  # before its file is kept
    if path is not None:
        draft = replace(draft, enclosure=_keep_file(obj, archive, contract, path, message_id, issued_on))

    _tell_change(contract, billing.add_invoice(archive, contract.id, draft, at=utc_now(), again=again), obj)
    return 0


@contract_payment.command(
    "add",
    help=N_(
        "Enter a payment that you received, such as: archive contract payment add job1 --amount 30000"
        " --on 2026-12-28\n\nOn a terminal it asks for what is left out."
    ),
)
@CONTRACT
@click.option("--amount", metavar=N_("YEN"), help=N_("The amount in yen."))
@click.option("--on", "day", metavar=N_("DAY"), help=N_("The day on which it came in."))
@click.option(
    "--invoice",
    type=click.IntRange(1),
    metavar="N",
    help=N_("Number of the invoice in this list that it was for; left out: the oldest open one."),
)
@AGAIN
@click.pass_obj
def payment_add(
    obj: CliContext, contract_id: str | None, amount: str | None, day: str | None, invoice: int | None, again: bool
) -> int:
    """Enter a payment under the next number. Raises UsageError for an invoice that was not entered."""
    from archiver.app import utc_now
    from archiver.setup import billing

    archive, contract, _message_id = look_up(obj, contract_id, None)
    yen = read_yen(amount, "--amount") if amount is not None else _ask_amount(_("Amount received (yen):"))
    received_on = _read_or_ask_day(day, "--on", _("Day on which it came in (such as 2026-12-28):"))

    draft = Payment(0, yen, received_on, invoice)
    _tell_change(contract, billing.add_payment(archive, contract.id, draft, at=utc_now(), again=again), obj)
    return 0


def _add_remove_command(group: click.Group, name: str, help_text: str) -> None:
    """Add the command that takes back a number of a list."""

    @group.command("remove", help=help_text)
    @CONTRACT
    @NUMBER
    @click.pass_obj
    def remove(obj: CliContext, contract_id: str | None, number: int) -> int:
        from archiver.app import utc_now
        from archiver.setup import billing

        archive, contract, _message_id = look_up(obj, contract_id, None)

        _tell_change(contract, billing.take_back(archive, contract.id, name, number, at=utc_now()), obj)
        return 0


_add_remove_command(contract_invoice, "invoices", N_("Take back an invoice; the record that it was entered stays."))
_add_remove_command(contract_payment, "payments", N_("Take back a payment; the record that it was entered stays."))


def look_up(
    obj: CliContext, contract_id: str | None, message: str | None
) -> tuple[Archive, Contract, MessageId | None]:
    """The archive, the named or only contract, and the message that is named. Raises what the lookups raise."""
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import named_or_only_contract

    archive = Archive(obj.home)
    with archive.reading() as reading:
        contract = named_or_only_contract(reading, contract_id)
        return archive, contract, None if message is None else find_message(reading, contract, message)


def _ask_amount(question: str) -> int:
    if not is_asked():
        raise errors.UsageError(detail=_("Say how much: --amount YEN"))
    return ask(question, lambda answer: read_yen(answer, "--amount"))


def _read_or_ask_day(value: str | None, option: str, question: str) -> str:
    from archiver.app import utc_now

    def read(text: str) -> str:
        return written_days.read_day(text, option, written_days.EXAMPLE_DAY, now=utc_now())

    if value is not None:
        return read(value)
    if not is_asked():
        raise errors.UsageError(detail=_("Say on which day: --on DAY"))
    return ask(question, read)


def _keep_file(
    obj: CliContext, archive: Archive, contract: Contract, path: str, message_id: MessageId | None, day: str
) -> int:
    """Keep the invoice's file with the contract, and return its number there."""
    from archiver.app import utc_now
    from archiver.cli.contracts.statement_lines import file_to_read
    from archiver.records import Enclosure
    from archiver.store import local_files, statements

    now = utc_now()
    copy = local_files.keep(obj.home, file_to_read(obj, path), limit=obj.settings().files.max_bytes)
    draft = Enclosure(0, "invoice", copy.name, copy.size, copy.sha256, now, day, message_id)
    with archive.writing() as writing:
        return statements.add_enclosure(writing, contract.id, draft, at=now)[0].number


def _tell_change(before: Contract, after: Contract, obj: CliContext) -> None:
    """Print that it is entered, or was, and how the money stands now."""
    if after == before:
        echo(_("Already entered."))
    else:
        echo(_("Saved: {contract}.").format(contract=visible(after.label)))
    for line in money_lines(obj.home, after):
        echo(line)
    tell_outside(obj, after)


def tell_outside(obj: CliContext, contract: Contract) -> None:
    """Print which messages bound to the contract lie outside its period, as packages do not hold them."""
    from archiver.store.archive import Archive

    with Archive(obj.home).reading() as reading:
        for line in outside_lines(reading, contract):
            echo(line)
