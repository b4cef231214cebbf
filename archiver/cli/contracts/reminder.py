"""`contract reminder`: reminders (催促) that the user sent to the other side, by message or otherwise."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.contracts.billing import CONTRACT, NUMBER, look_up, tell_outside
from archiver.cli.contracts.money_lines import reminder_lines
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.records import Contract


@click.group("reminder", help=N_("Reminders that you sent to the other side: when, and by which way."))
def contract_reminder() -> None:
    """Group the commands about reminders."""


@contract_reminder.command(
    "add",
    help=N_(
        "Enter a reminder that you sent, such as: archive contract reminder add job1 --message 1876543210987654321,"
        " or --on 2026-12-05 --how mail"
    ),
)
@CONTRACT
@click.option("--message", metavar="ID", help=N_("The message of yours that reminded: its number, or its link."))
@click.option("--on", "day", metavar=N_("DAY"), help=N_("The day on which you sent it, if it was no message."))
@click.option("--how", metavar=N_("TEXT"), help=N_("By which way, such as mail or telephone."))
@click.pass_obj
def reminder_add(
    obj: CliContext, contract_id: str | None, message: str | None, day: str | None, how: str | None
) -> int:
    """Enter a reminder under the next number. Raises UsageError without a message of the user's own or a day."""
    from archiver.app import utc_now
    from archiver.setup import billing, written_days

    archive, contract, message_id = look_up(obj, contract_id, message)
    if (message_id is None) == (day is None):
        raise errors.UsageError(detail=_("Say which message it was (--message ID), or on which day (--on DAY)."))
    sent_on = None if day is None else written_days.read_day(day, "--on", written_days.EXAMPLE_DAY, now=utc_now())
    way = (how or "").strip() or None
    after = billing.enter_reminder(archive, contract, message_id, sent_on, way, at=utc_now())
    _tell_change(contract, after)
    tell_outside(obj, after)
    return 0


@contract_reminder.command("remove", help=N_("Take back a reminder; the record that it was entered stays."))
@CONTRACT
@NUMBER
@click.pass_obj
def reminder_remove(obj: CliContext, contract_id: str | None, number: int) -> int:
    """Take back a number of the list."""
    from archiver.app import utc_now
    from archiver.setup import billing

    archive, contract, _message_id = look_up(obj, contract_id, None)
    _tell_change(contract, billing.take_back(archive, contract.id, "reminders", number, at=utc_now()))
    return 0


def _tell_change(before: Contract, after: Contract) -> None:
    """Print that it is entered, or was, and every reminder."""
    entered = _("Saved: {contract}.").format(contract=visible(after.label))
    echo(_("Already entered.") if after == before else entered)
    for line in reminder_lines(after):
        echo(f"  {line}")
