"""The commands that set up, as declared; what they do is imported when one is called."""

from __future__ import annotations

from typing import Any

import click

from archiver.cli.context import CliContext
from archiver.errors import N_

KINDS = ("cron", "systemd", "launchd", "windows")
"""The same as in `archiver.schedule.schedulers`, which is not imported for a help page."""


@click.group(
    "init",
    invoke_without_command=True,
    help=N_(
        "Set everything up: API token, chats, automatic saving, alerts. Stop it and run it again as often as you like: "
        "it goes on, and what is saved and set stays."
    ),
)
@click.option(
    "--timestamps",
    type=click.Choice(["on", "off"]),
    help=N_("Have two outside companies time-stamp each day's records; only hashes go to them."),
)
@click.option(
    "--yes",
    is_flag=True,
    help=N_("Ask nothing; unless init token was called before, the token is taken from CHATWORK_API_TOKEN each time."),
)
@click.pass_context
def command_init(ctx: click.Context, timestamps: str | None, yes: bool) -> int:
    """Set up home, settings, token, database and account; each step is kept, so a second call continues."""
    if ctx.invoked_subcommand is not None:
        return 0
    from archiver.cli.setup.wizard import init

    return init(ctx.obj, timestamps, yes)


@command_init.command(
    "token", help=N_("Ask for the API token (the key to your Chatwork) and store it. It is never shown.")
)
@click.option(
    "--where",
    metavar="keyring|file:PATH|env:NAME",
    help=N_("Where it lies or is to be stored; one that is there already and works is taken without a question."),
)
@click.option("--test", is_flag=True, help=N_("Only ask Chatwork whether the stored token works, and whose it is."))
@click.option("--forget", is_flag=True, help=N_("Remove the stored token from this computer."))
@click.pass_obj
def init_token(obj: CliContext, /, **typed: Any) -> int:
    """Ask for the token and store it, unless one lies where it is said to be; one of another account is refused."""
    from archiver.cli.setup.token import change_token

    return change_token(obj, **typed)


@command_init.command(
    "schedule",
    help=N_("Let this computer's own scheduler save again and again. Running this again renews the job."),
)
@click.option("--off", is_flag=True, help=N_("Remove the job; what is saved stays."))
@click.option("--show", is_flag=True, help=N_("Only show what is registered for this archive, word for word."))
@click.option(
    "--with",
    "kind",
    type=click.Choice(KINDS),
    help=N_("Which scheduler; left out: the one that suits this computer, and with --off all."),
)
@click.pass_obj
def init_schedule(obj: CliContext, /, **typed: Any) -> int:
    """Register the archive's job, show it, or remove it."""
    from archiver.cli.setup.schedule import change_schedule

    return change_schedule(obj, **typed)


@command_init.command(
    "alerts",
    help=N_("Set up how alerts reach you: desktop, mail, a monitoring service. Each way is tried."),
)
@click.option("--test", is_flag=True, help=N_("Only send a test alert by every way that is set."))
@click.pass_obj
def init_alerts(obj: CliContext, /, **typed: Any) -> int:
    """Ask what is not set, try all that is; without a terminal, say what is set."""
    from archiver.cli.setup.notices import set_up_alerts

    return set_up_alerts(obj, **typed)
