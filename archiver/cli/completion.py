"""`completion`: lets a shell complete commands, contracts and rooms with the Tab key, and answers its questions.

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
from archiver.cli.commands import COMPLETING
from archiver.cli.context import CliContext
from archiver.cli.terminal.text import wrap
from archiver.errors import N_

PROGRAM = "archive"
WIDTH = 80


class Shell(NamedTuple):
    """Where a shell begins, and the lines that it needs there."""

    file: str
    lines: tuple[str, ...]


SHELLS: Mapping[str, Shell] = {
    "bash": Shell("~/.bashrc", ('eval "$(archive completion bash --script)"',)),
    "zsh": Shell("~/.zshrc", ("autoload -Uz compinit && compinit", 'eval "$(archive completion zsh --script)"')),
    "fish": Shell("~/.config/fish/config.fish", ("archive completion fish --script | source",)),
    "powershell": Shell("$PROFILE", ("archive completion powershell --script | Out-String | Invoke-Expression",)),
}


@add_completion_class
class _PowerShell(PowerShellComplete):
    """Click's own without the texts: Windows PowerShell reads a program's words by its code page, not as UTF-8."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        return f"{item.type}\n{item.value}\n_"


@click.command("completion", help=N_("Complete commands, contracts and rooms with the Tab key: how to turn it on."))
@click.argument("shell", type=click.Choice(list(SHELLS)), required=False)
@click.option("--script", is_flag=True, help=N_("Print what that line runs."))
@click.pass_obj
def command_completion(obj: CliContext, shell: str | None, script: bool) -> int:
    """Changes no file of the user's: the line is theirs to add."""
    chosen = shell or shell_of(obj.environ, windows=sys.platform == "win32")
    if chosen is None:
        raise errors.UsageError(detail=_("Say which shell it is for: {shells}").format(shells=" ".join(SHELLS)))
    if script:
        click.echo(source(chosen), nl=False)
        return 0
    told = _("To complete with the Tab key, add this at the end of {file} and open a new window:")
    click.echo("\n".join(wrap(told.format(file=SHELLS[chosen].file), WIDTH)) + "\n")
    for line in SHELLS[chosen].lines:
        click.echo(f"  {line}")
    if shutil.which(PROGRAM) is None:
        click.echo("\n" + _("There the command archive has to be known by its name alone (PATH)."), err=True)
    return 0


def shell_of(environ: Mapping[str, str], *, windows: bool) -> str | None:
    """The shell by which the user works, as far as that can be told."""
    if windows:
        return "powershell"
    name = PurePath(environ.get("SHELL", "")).name
    return name if name in SHELLS else None


def source(shell: str) -> str:
    """The script that makes the shell ask this program."""
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(click.Command(PROGRAM), {}, PROGRAM, COMPLETING).source()


def answer(group: click.Group, instruction: str) -> int:
    """Tell a shell what may follow (`bash_complete` and the like); the exit code."""
    from click.shell_completion import shell_complete

    try:
        return shell_complete(group, {}, PROGRAM, COMPLETING, instruction)
    except Exception:  # noqa: BLE001 - a trace in the middle of the line that somebody types helps nobody
        return 1
