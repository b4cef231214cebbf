"""The commands that set up, as declared; what they do is imported when one is called."""

from __future__ import annotations

import sys
from gettext import gettext as _
from typing import Any

import click
from click.shell_completion import CompletionItem, PowerShellComplete, add_completion_class, get_completion_class

from archiver.cli.commands import COMPLETION_VARIABLE
from archiver.cli.context import CliContext
from archiver.cli.output import echo
from archiver.cli.prompts import tell
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
def init_schedule(obj: CliContext, /, **typed: Any) -> None:
    """Register the archive's job, show it, or remove it."""
    from archiver.cli.setup.schedule import change_schedule

    change_schedule(obj, **typed)


@command_init.command(
    "alerts",
    help=N_("Set up how alerts reach you: desktop, mail, a monitoring service. Each way is tried."),
)
@click.option("--test", is_flag=True, help=N_("Only send a test alert by every way that is set."))
@click.pass_obj
def init_alerts(obj: CliContext, /, **typed: Any) -> int:
    """Ask what is not set, try all that is; without a terminal, say what is set."""
    from archiver.cli.setup.wizard import set_up_alerts

    return set_up_alerts(obj, **typed)


PROGRAM = "archive"

SHELLS = {
    "bash": ("~/.bashrc", 'eval "$(archive completion bash)"'),
    "zsh": ("~/.zshrc", 'autoload -Uz compinit && compinit && eval "$(archive completion zsh)"'),
    "fish": ("~/.config/fish/config.fish", "archive completion fish | source"),
    "powershell": ("$PROFILE", "archive completion powershell | Out-String | Invoke-Expression"),
}
"""Of each shell: its start-up file, and the line to add to it."""


@add_completion_class
class _TextlessPowerShell(PowerShellComplete):
    """Click's completion for PowerShell without help texts, as Windows PowerShell does not read output as UTF-8."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        return f"{item.type}\n{item.value}\n_"


@click.command("completion", help=N_("Complete commands and options with the Tab key: how to turn it on."))
@click.argument("shell", type=click.Choice(list(SHELLS)))
def command_completion(shell: str) -> None:
    """Print the line that the user can add to the shell's start-up file, and click's script itself to a shell."""
    kind, (file, line) = get_completion_class(shell), SHELLS[shell]
    if sys.stdout.isatty() or kind is None:
        sentence = _("To complete with the Tab key, add this at the end of {file} and open a new window:")
        tell(sentence, indent=0, file=file)
        echo(f"\n  {line}")
    else:
        click.echo(kind(click.Command(PROGRAM), {}, PROGRAM, COMPLETION_VARIABLE).source(), nl=False)


def answer_shell(group: click.Group, instruction: str) -> int:
    """Answer a shell's request, such as `bash_complete`, and return the exit code."""
    from click.shell_completion import shell_complete

    try:
        return shell_complete(group, {}, PROGRAM, COMPLETION_VARIABLE, instruction)
    except Exception:  # noqa: BLE001 - a trace in the middle of the line that somebody types helps nobody
        return 1
