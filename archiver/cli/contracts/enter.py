"""`job enter`: deliveries, invoices, payments, reminders, files and a request to end, as the user states them."""

from __future__ import annotations

from typing import Any

import click

from archiver.cli.argument_completion import JOB, JobCommand, files
from archiver.cli.context import CliContext
from archiver.cli.contracts.statement_lines import KINDS
from archiver.errors import N_

_NUMBER = click.IntRange(1)
_ENTRIES = ("delivery", "invoice", "payment", "reminder", "end-request", "file")


@click.command(
    "enter",
    cls=JobCommand,
    help=N_(
        "Enter a delivery, an invoice, a payment, a reminder, a request to end the job early, or a file, such as:"
        ' archive job enter job1 delivery --on "2026-11-03 09:12" --file video.mp4\n\n'
        "On a terminal it asks for what is left out. Nothing is sent to anyone. A file of “file” or “invoice” is"
        " copied and becomes part of later exports; that of a delivery is only compared with those on Chatwork."
    ),
)
@JOB
@click.argument("what", type=click.Choice(_ENTRIES), metavar="WHAT")
@click.option("--on", metavar=N_("DAY"), help=N_("Its day; of a delivery and a request to end, the time too."))
@click.option("--amount", metavar=N_("YEN"), help=N_("The amount in yen, as billed or received."))
@click.option("--due-on", metavar=N_("DAY"), help=N_("The day of payment that the invoice names."))
@click.option("--number", metavar=N_("TEXT"), help=N_("The invoice's own number, as it stands on it."))
@click.option(
    "--invoice",
    type=_NUMBER,
    metavar="N",
    help=N_("Which invoice the payment was for; left out: the oldest open one."),
)
@click.option(
    "--message",
    metavar="ID",
    help=N_("The message that is the reminder, sent the invoice, or is shown by the file: its number, or its link."),
)
@click.option("--file", metavar=N_("PATH"), shell_complete=files, help=N_("The file, on this computer."))
@click.option(
    "--file-id",
    type=_NUMBER,
    metavar="N",
    help=N_("Of a delivery, instead of --file: the number of the same file on Chatwork, if the file itself is gone."),
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    metavar=N_("KIND"),
    help=N_("Of a file: screenshot, notice, mail, invoice or other; left out: judged by its name."),
)
@click.option("--how", metavar=N_("TEXT"), help=N_("By which way the reminder was sent, such as mail or telephone."))
@click.option("--note", metavar=N_("TEXT"), help=N_("A few words; they are shown in exports."))
@click.option("--replace", type=_NUMBER, metavar="N", help=N_("Correct delivery N (see: archive job show)."))
@click.option("--remove", type=_NUMBER, metavar="N", help=N_("Take back number N; the record of it stays."))
@click.option(
    "--again",
    is_flag=True,
    hidden=True,
    help=N_("It is another one, although one of the same day and amount is entered."),
)
@click.pass_obj
def job_enter(obj: CliContext, /, job: str | None, what: str, **given: Any) -> int:
    """Check everything before anything is written."""
    from archiver.cli.contracts.entering import enter

    enter(obj, job, what, {name: value for name, value in given.items() if value not in (None, False)})
    return 0
