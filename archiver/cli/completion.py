"""`completion`: shows how to turn on completion in a shell, and answers the shell's requests.

The shell's own script calls `archive` with the line typed so far in COMP_WORDS, and with `_ARCHIVE_COMPLETE`
(click's protocol, `click.shell_completion`).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from gettext import gettext as _
from pathlib import PurePath
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem, PowerShellComplete, add_completion_class, get_completion_class

from archiver import errors
from archiver.cli.commands import COMPLETION_VARIABLE
from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import wrap
from archiver.errors import N_

PROGRAM = "archive"
WIDTH = 80


class ShellSetup(NamedTuple):
    """A shell's start-up file, and the lines to add to it."""

    file: str
    lines: tuple[str, ...]


SHELLS: Mapping[str, ShellSetup] = {
    "bash": ShellSetup("~/.bashrc", ('eval "$(archive completion bash)"',)),
    "zsh": ShellSetup("~/.zshrc", ("autoload -Uz compinit && compinit", 'eval "$(archive completion zsh)"')),
    "fish": ShellSetup("~/.config/fish/config.fish", ("archive completion fish | source",)),
    "powershell": ShellSetup("$PROFILE", ("archive completion powershell | Out-String | Invoke-Expression",)),
}


@add_completion_class
class _TextlessPowerShell(PowerShellComplete):
    """Click's completion for PowerShell without help texts, as Windows PowerShell does not read output as UTF-8."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        return f"{item.type}\n{item.value}\n_"


@click.command("completion", help=N_("Complete commands, contracts and rooms with the Tab key: how to turn it on."))
@click.argument("shell", type=click.Choice(list(SHELLS)), required=False)
@click.pass_obj
def command_completion(obj: CliContext, shell: str | None) -> int:
    """Print the line that the user can add to the shell's start-up file, and the script itself to a shell."""
    chosen_shell = shell or guess_shell(obj.environ, windows=sys.platform == "win32")
    if chosen_shell is None:
        raise errors.UsageError(detail=_("Say which shell it is for: {shells}").format(shells=" ".join(SHELLS)))
    if not sys.stdout.isatty():
        click.echo(completion_script(chosen_shell), nl=False)
        return 0
    sentence = _("To complete with the Tab key, add this at the end of {file} and open a new window:")
    echo("\n".join(wrap(sentence.format(file=SHELLS[chosen_shell].file), WIDTH)) + "\n")
    for line in SHELLS[chosen_shell].lines:
        echo(f"  {line}")
    if shutil.which(PROGRAM) is None:
        echo("\n" + _("For this, the command archive must be found by its name alone (PATH)."), err=True)
    return 0


def guess_shell(environ: Mapping[str, str], *, windows: bool) -> str | None:
    """The user's shell, by the system and the variable SHELL; None if it is not supported."""
    if windows:
        return "powershell"
    name = PurePath(environ.get("SHELL", "")).name
    return name if name in SHELLS else None


def completion_script(shell: str) -> str:
    """The script that makes a shell ask this program for completions."""
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(click.Command(PROGRAM), {}, PROGRAM, COMPLETION_VARIABLE).source()


def answer_shell(group: click.Group, instruction: str) -> int:
    """Answer a shell's request, such as `bash_complete`, and return the exit code."""
    from click.shell_completion import shell_complete

    try:
        return shell_complete(group, {}, PROGRAM, COMPLETION_VARIABLE, instruction)
    except Exception:  # noqa: BLE001 - a trace in the middle of the line that somebody types helps nobody
        return 1
