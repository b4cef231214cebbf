"""`job`: the jobs and the chats that belong to them. Each change becomes an entry of the record.

What the commands do is imported when one is called, as this module is read for each help page and completion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from archiver.cli.commands import AS_JSON, JOB, JobCommand, chat_option, files
from archiver.cli.context import CliContext
from archiver.errors import N_
from archiver.records import ENCLOSURE_KINDS, TERM_ITEMS, contract_facts
from archiver.records.contract_facts import ContractFact, FactKind

_METAVARS = {
    FactKind.TEXT: N_("TEXT"),
    FactKind.NUMBER: "ID",
    FactKind.PLATFORM: N_("NAME"),
    FactKind.PAGE: "URL",
    FactKind.ADDRESS: "URL",
    FactKind.DAY: N_("DAY"),
    FactKind.TIME: N_("TIME"),
    FactKind.SIDE: "[worker|client|passed-on]",
}
_HIDDEN = {"platform", "platform_id", "client_url", "worker_url", "contact_requested_on", "payment_due_on", "nda"} | {
    "cancelled_on",
    "first_client_pays_on",
}
"""Facts whose options the help does not list, as the wizard and the page ask for them."""
_ENTERED = "end_request_at"
"""The fact that `job enter` takes."""
_NUMBER = click.IntRange(1)


def _kept_text(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """As long as a field of the form may be."""
    from archiver.setup.answers import FIELD_LIMIT, too_long_sentence

    if value is not None and len(value) > FIELD_LIMIT:
        raise click.BadParameter(too_long_sentence())
    return value


_NOTE = click.option(
    "--note", callback=_kept_text, metavar=N_("TEXT"), help=N_("A few words; they are shown in exports.")
)


class _JobGroup(click.Group):
    """A group in which a single word that is none of its commands is a job to be shown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        is_job = args[0] not in self.commands and not any(word.isalpha() for word in args[1:])
        return super().resolve_command(ctx, ["show", *args] if is_job else args)


@click.group(
    "job",
    cls=_JobGroup,
    invoke_without_command=True,
    help=N_("Your jobs and their chats; only chats of a job are saved. archive job alone lists them."),
)
@click.pass_context
def command_job(ctx: click.Context) -> None:
    """Print one line for each job, if no more was typed."""
    if ctx.invoked_subcommand is None:
        from archiver.cli.contracts import job_changes

        job_changes.list_jobs(ctx.obj)


def changes(chat_help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds the options that `add` and `set` share: chats with their periods, and the facts."""
    days: dict[str, Any] = {"type": (str, str), "multiple": True, "metavar": N_("CHAT DAY")}
    first = N_("The first day of a chat that belongs to this job, if other jobs share it; repeatable.")
    last = N_("The last day of a chat that belongs to this job; repeatable. “-”: no end.")
    move = N_("Take the chats out of the jobs that have them.")
    note = N_("A note for yourself; it never leaves this archive.")
    options = (
        chat_option(chat_help),
        click.option("--chat-from", "begins", help=first, **days),
        click.option("--chat-to", "ends", help=last, **days),
        click.option("--move", "is_moved", is_flag=True, hidden=True, help=move),
        *(_fact_option(fact) for fact in contract_facts.FACTS if fact.name != _ENTERED),
        click.option("--note", callback=_kept_text, metavar=N_("TEXT"), help=note, hidden=True),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _fact_option(fact: ContractFact) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    choices = {
        FactKind.YES_NO: ("yes", "no"),
        FactKind.SIDE: (*contract_facts.SIDES, *contract_facts.PUBLIC_SIDES),
    }.get(fact.kind)
    kind = click.Choice(choices) if choices else None
    return click.option(
        fact.option, type=kind, metavar=_METAVARS.get(fact.kind), help=fact.help, hidden=fact.name in _HIDDEN
    )


@command_job.command(
    "add",
    help=N_(
        "Enter a job, such as: archive job add job1 --chat 123456789\n\n"
        "On a terminal and without --chat it asks for everything; your answers are kept if you leave."
    ),
)
@click.argument("name", metavar="[NAME]", required=False)
@changes(N_("A chat: its number or a part of its name; repeatable."))
@click.pass_obj
def job_add(obj: CliContext, /, **typed: Any) -> int:
    """Check the chats with Chatwork once; if it cannot be asked, take them unchecked and say so."""
    from archiver.cli.contracts import job_changes

    return job_changes.add(obj, **typed)


@command_job.command("set", help=N_("Change or add facts of a job; what was entered before stays on record."))
@JOB
@changes(N_("Add this chat: its number or a part of its name; repeatable."))
@chat_option(N_("Take this chat out; repeatable. What is saved of it stays."), "--without-chat", "without")
@click.pass_obj
def job_set(obj: CliContext, /, **typed: Any) -> int:
    """Change only the facts that are given; on a terminal, without any, ask for those that are blank."""
    from archiver.cli.contracts import job_changes

    return job_changes.change(obj, **typed)


@command_job.command("show", help=N_("One job on one screen: what was agreed, delivered, billed, and what is near."))
@JOB
@click.option("--phone", is_flag=True, help=N_("Notes for a phone call: names in place of numbers."))
@AS_JSON
@click.pass_obj
def job_show(obj: CliContext, job: str | None, phone: bool, as_json: bool) -> None:
    """Print one job; blank facts are shown as blank, as they will be in a package."""
    from archiver.cli.contracts.contract_page import tell_page

    tell_page(obj, job, phone=phone, as_json=as_json)


@command_job.command("end", help=N_("The job is done: its chats are saved for 180 more days, then no more."))
@JOB
@click.option("--now", "is_stopped", is_flag=True, help=N_("Stop saving its chats at once; what is saved stays."))
@click.option("--undo", is_flag=True, help=N_("Save its chats again."))
@click.pass_obj
def job_end(obj: CliContext, job: str | None, is_stopped: bool, undo: bool) -> None:
    """Change only the state of a job."""
    from archiver.cli.contracts import job_changes

    job_changes.end(obj, job, is_stopped=is_stopped, undo=undo)


@command_job.command("chats", help=N_("Your chats and their numbers, as Chatwork shows them now. Nothing is saved."))
@click.option("--json", "as_json", is_flag=True, hidden=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def job_chats(obj: CliContext, as_json: bool) -> None:
    """Print all chats, those without a job too; nothing is saved."""
    from archiver.cli.contracts import job_changes

    job_changes.list_chats(obj, as_json=as_json)


@command_job.command(
    "enter",
    cls=JobCommand,
    help=N_(
        "Enter a delivery, an invoice, a payment, a reminder, a request to end the job early, or a file, such as:"
        ' archive job enter job1 delivery --on "2026-11-03 09:12" --file cut.mp4\n\n'
        "WHAT: delivery, invoice, payment, reminder, end-request, file\n\n"
        "On a terminal it asks for what is left out. Nothing is sent to anyone. A file of “file” or “invoice” is"
        " copied and becomes part of later exports; that of a delivery is only compared with those on Chatwork."
    ),
)
@JOB
@click.argument(
    "what",
    type=click.Choice(("delivery", "invoice", "payment", "reminder", "end-request", "file")),
    metavar="WHAT",
)
@click.option("--on", metavar=N_("DAY"), help=N_("Its day; of a delivery and a request to end, the time too."))
@click.option("--amount", metavar=N_("YEN"), help=N_("The amount in yen, as billed or received."))
@click.option("--due-on", metavar=N_("DAY"), help=N_("The day of payment that the invoice names."))
@click.option(
    "--number", callback=_kept_text, metavar=N_("TEXT"), help=N_("The invoice's own number, as it stands on it.")
)
@click.option(
    "--invoice",
    type=_NUMBER,
    metavar="N",
    help=N_("Which invoice the payment was for; left out: the oldest open one."),
)
@click.option("--withheld", metavar=N_("YEN"), help=N_("The tax that the client kept back of a payment (源泉徴収)."))
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
    type=click.Choice(list(ENCLOSURE_KINDS)),
    metavar=N_("KIND"),
    help=N_("Of a file: screenshot, notice, mail, invoice or other; left out: judged by its name."),
)
@click.option(
    "--how",
    callback=_kept_text,
    metavar=N_("TEXT"),
    help=N_("By which way the reminder was sent, such as mail or telephone."),
)
@_NOTE
@click.option("--replace", type=_NUMBER, metavar="N", help=N_("Correct delivery N (see: archive job show)."))
@click.option("--remove", type=_NUMBER, metavar="N", help=N_("Take back number N; the record of it stays."))
@click.option(
    "--again",
    is_flag=True,
    hidden=True,
    help=N_("It is right as it is: another one of the same day and amount, or paid before the contract."),
)
@click.pass_obj
def job_enter(obj: CliContext, /, job: str | None, what: str, **given: Any) -> None:
    """Check everything before anything is written."""
    from archiver.cli.contracts.deliveries_and_invoices import enter

    enter(obj, job, what, {name: value for name, value in given.items() if value not in (None, False)})


def _require_part(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Raises MissingParameter unless it is said who it is, or that is taken back."""
    if value is None and not ctx.params.get("is_removed"):
        raise click.MissingParameter(ctx=ctx, param=parameter)
    return value


@command_job.command(
    "who",
    cls=JobCommand,
    help=N_(
        "Say who somebody in the chats is, and how you know, such as:"
        ' archive job who job1 7654321 client --reason "told me on CrowdWorks"\n\n'
        "Until you do, whoever has the client's name is the client, or everybody but you if nobody has it."
        " The reason is printed in exports."
    ),
)
@JOB
@click.argument("person", metavar=N_("PERSON"))
@click.argument("part", type=click.Choice(("client", "me", "other")), required=False, callback=_require_part)
@click.option(
    "--reason", default="", callback=_kept_text, metavar=N_("TEXT"), help=N_("How you know; it is printed in exports.")
)
@click.option(
    "--remove",
    "is_removed",
    is_flag=True,
    is_eager=True,
    help=N_("Take back what you entered about this person; that you entered it stays on record."),
)
@click.pass_obj
def job_who(obj: CliContext, /, **typed: Any) -> None:
    """Record who an account is; one that was never seen in the job's chats is refused."""
    from archiver.cli.contracts.entered_facts_and_people import say_who

    say_who(obj, **typed)


@command_job.command(
    "terms",
    help=N_(
        "Terms that the client must state (フリーランス法 3条): in which message or file each was told, such as:"
        " archive job terms job1 payment_day --message 1876543210987654321\n\n"
        "You decide; without a term it lists them all, with messages that may be about them."
    ),
)
@JOB
@click.argument("item", type=click.Choice([one.name for one in TERM_ITEMS]), required=False)
@click.option("--message", metavar="ID", help=N_("The message that told it: its number, or its link."))
@click.option("--file-id", type=_NUMBER, metavar="N", help=N_("The file on Chatwork."))
@_NOTE
@click.option("--clear", is_flag=True, help=N_("Take back where it was told; that it was entered stays on record."))
@click.pass_obj
def job_terms(obj: CliContext, /, **typed: Any) -> None:
    """Print each term with what was stated, else with the newest candidates, once what was given is entered."""
    from archiver.cli.contracts.entered_facts_and_people import state_terms

    state_terms(obj, **typed)
