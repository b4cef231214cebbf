"""The commands that make, check and keep evidence, as declared; what they do is imported when one is called."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archiver.cli.commands import AS_JSON, JOB, files, folders, profiles
from archiver.cli.context import CliContext
from archiver.errors import N_
from archiver.export.package.order import OPTIONS
from archiver.records.evidence import ErasureReason
from archiver.report_language import JAPANESE, LANGUAGES

_COMPLETIONS = {"profile": profiles, "out": folders}


def _require_finite(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value}")
    return value


def _order_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command an option for each wish of an order that has one."""
    for one in reversed(OPTIONS):
        given = {"default": one.default, "shell_complete": _COMPLETIONS.get(one.name), **one.metadata}
        given.pop("page", None)
        if "choices" in given:
            given["type"] = click.Choice(given.pop("choices"))
        if "least" in given:
            given |= {"type": click.FloatRange(min=given.pop("least")), "callback": _require_finite}
        command = click.option(*given.pop("names"), one.name, is_flag=one.default is False, **given)(command)
    return command


@click.command(
    "export",
    help=N_(
        "Create an export from what is saved. Works without token and network; sends nothing. On a terminal it shows "
        "what goes in and asks first; in a pipe or a script it asks nothing."
    ),
)
@JOB
@_order_options
@click.option("--no-recheck", is_flag=True, hidden=True, help=N_("Do not read the quoted messages once more before."))
@click.option(
    "--preview", is_flag=True, help=N_("Only say in names and numbers what an export would contain; nothing is made.")
)
@click.option(
    "--check",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar=N_("FOLDER"),
    shell_complete=folders,
    hidden=True,
    help=N_("With --for court: only say what to look at in the files of this folder before they are filed."),
)
@click.option("--list", "is_list", is_flag=True, help=N_("The exports made so far, and to whom each was handed."))
@click.option("--handed", type=click.IntRange(1), metavar="N", help=N_("Note to whom export N of the list was handed:"))
@click.option("--whom", metavar=N_("TEXT"), help=N_("To whom; later exports of the same job say so in chapter 10."))
@click.option("--on", "day", metavar=N_("DAY"), help=N_("On which day; today or earlier."))
@click.option("--how", default="", metavar=N_("TEXT"), help=N_("How, such as by mail or by hand."))
@click.option(
    "--read",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar=N_("FILE"),
    hidden=True,
    help=N_("What was read: the list of messages that --preview --json gives."),
)
@AS_JSON
@click.pass_obj
def command_export(obj: CliContext, /, **typed: Any) -> int:
    """Seal, then build from the state at that seal; on a terminal, show what would leave and ask first."""
    from archiver.cli.evidence.export import export

    return export(obj, **typed)


@click.command(
    "verify",
    help=N_(
        "Check that nothing was changed: this archive, or an export (folder or zip). Two paths: compare two archives, "
        "exports or daily copies of the same chat. FILED.pdf, or the code of a page typed in from paper: which page of "
        "a court's export it is, and whether it still reads the same; the export may follow.\n\n"
        "Of two, each is verified first, and only chats that both have "
        "are read. --out makes a folder with a page, a PDF and tables; texts stand in it as each side holds them: what "
        "an export hides stays hidden, an archive's own texts do not."
    ),
)
@click.argument("paths", metavar=N_("[PATH [PATH]]"), nargs=-1, shell_complete=files)
@click.option(
    "--deep",
    is_flag=True,
    help=N_("Also compare the records with Chatwork's replies, and with the readable tables made again."),
)
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    metavar=N_("FILE"),
    shell_complete=files,
    help=N_("Write the page with which anybody checks an export in a browser, and print its SHA-256."),
)
@click.option("--out", metavar=N_("DIR"), shell_complete=folders, help=N_("Write the comparison into this new folder."))
@click.option(
    "--quotes",
    type=click.Path(path_type=Path),
    metavar=N_("FILE"),
    hidden=True,
    help=N_("Hold what a text, Word or PDF file quotes against this archive, or the export at PATH."),
)
@click.option("--job", metavar=N_("JOB"), hidden=True, help=N_("With --quotes: the job."))
@click.option(
    "--report-lang",
    type=click.Choice(LANGUAGES),
    default=JAPANESE,
    hidden=True,
    help=N_("The language of the comparison's own texts: ja (left out: this), or en for a reader abroad."),
)
@AS_JSON
@click.pass_obj
def command_verify(obj: CliContext, /, **typed: Any) -> int:
    """Verify and print, without token and network; write no evidence, only a line to the log of verifications."""
    from archiver.cli.evidence.verify import verify

    return verify(obj, **typed)


@click.command(
    "backup",
    help=N_(
        "Make a backup: archive backup FOLDER\n\nRestore one: archive backup --restore FOLDER\n\n"
        "Without FOLDER a backup goes where the settings say, else you are asked; a restore always asks. Neither "
        "changes what is saved: a restore starts only where no archive is. The archive may be in use, and the backup "
        "is verified."
    ),
)
@click.argument("place", metavar=N_("[FOLDER]"), required=False, shell_complete=folders)
@click.option(
    "--every",
    metavar=N_("INTERVAL"),
    help=N_("Make a backup at this interval from now on, such as 1d; off ends it."),
)
@click.option(
    "--remove-erased",
    is_flag=True,
    help=N_("Remove what earlier backups in the folder still hold of what the archive has erased since."),
)
@click.option(
    "--restore",
    "is_restored",
    is_flag=True,
    help=N_("Restore the archive from the backup in FOLDER, which is not changed."),
)
@click.pass_obj
def command_backup(obj: CliContext, /, **typed: Any) -> int:
    """Copy and verify, or restore; needs no token and no network. The token is not copied."""
    from archiver.cli.evidence.backup_erase_upkeep import back_up

    return back_up(obj, **typed)


@click.command(
    "erase",
    help=N_(
        "Take a job or single messages out of the archive for good, such as: archive erase --job job1\n\n"
        "It shows first what goes and what stays, and asks you to type a word. What another job holds "
        "stays. Nothing is ever erased on Chatwork. In the place of each record its hash stays, so the "
        "archive goes on to verify, and a certificate (PDF) is written. It cannot be undone."
    ),
)
@click.option("--job", metavar=N_("JOB"), help=N_("All that only this job holds."))
@click.option("--message", "messages", multiple=True, metavar=N_("LINK_OR_ID"), help=N_("A message; repeatable."))
@click.option(
    "--chat",
    type=click.IntRange(1, 2**63 - 1),
    metavar="N",
    hidden=True,
    help=N_("All that is saved of a chat that no job has."),
)
@click.option(
    "--again",
    "note",
    metavar=N_("FILE"),
    type=click.Path(dir_okay=False),
    hidden=True,
    help=N_("What an earlier erasure took and an older backup brought back: the .json file beside its certificate."),
)
@click.option(
    "--reason",
    type=click.Choice([one.value for one in ErasureReason]),
    default=ErasureReason.OWN.value,
    help=N_("Why: agreement (a contract or promise asks for it), request (a person asked), own."),
)
@click.option("--dry-run", is_flag=True, help=N_("Only show what would go and what would stay."))
@click.option(
    "--confirm", metavar=N_("WORD"), hidden=True, help=N_("What would be typed: the job's id, or how many messages.")
)
@click.option(
    "--despite-dispute",
    is_flag=True,
    hidden=True,
    help=N_("Erase although there are signs that it may be evidence in a dispute."),
)
@click.option("--out", metavar=N_("DIR"), shell_complete=folders, help=N_("Write the certificate into this folder."))
@click.option(
    "--certificate",
    type=click.IntRange(1),
    metavar="N",
    hidden=True,
    help=N_("Only make the certificate of erasure N once more."),
)
@click.option("--json", "as_json", is_flag=True, hidden=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_erase(obj: CliContext, /, **typed: Any) -> int:
    """Show, ask, erase; needs no token and no network. Raises UsageError and its kind for what cannot be erased."""
    from archiver.cli.evidence.backup_erase_upkeep import erase

    return erase(obj, **typed)


@click.command("seal", help=N_("Seal the records made until now, and ask for the time stamp of every waiting seal."))
@click.pass_obj
def command_seal(obj: CliContext, /, **typed: Any) -> None:
    """Seal and request stamps; a stamp that an authority does not give changes no exit code, its seal waits."""
    from archiver.cli.evidence.verify import seal

    seal(obj, **typed)
