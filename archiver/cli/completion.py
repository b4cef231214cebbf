"""`completion`: shows how to turn on completion in a shell, and answers the shell's requests.

The shell's own script calls `archive` with the line typed so far in COMP_WORDS, and with `_ARCHIVE_COMPLETE`
(click's protocol, `click.shell_completion`).
"""

from __future__ import annotations

import sys
from gettext import gettext as _

import click
from click.shell_completion import CompletionItem, PowerShellComplete, add_completion_class, get_completion_class

from archiver.cli.commands import COMPLETION_VARIABLE
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import tell
from archiver.errors import N_

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


@click.command("completion", help=N_("Complete commands, jobs and chats with the Tab key: how to turn it on."))
@click.argument("shell", type=click.Choice(list(SHELLS)))
def command_completion(shell: str) -> int:
    """Print the line that the user can add to the shell's start-up file, and click's script itself to a shell."""
    kind, (file, line) = get_completion_class(shell), SHELLS[shell]
    if sys.stdout.isatty() or kind is None:
        sentence = _("To complete with the Tab key, add this at the end of {file} and open a new window:")
        tell(sentence, indent=0, file=file)
        echo(f"\n  {line}")
    else:
        click.echo(kind(click.Command(PROGRAM), {}, PROGRAM, COMPLETION_VARIABLE).source(), nl=False)
    return 0


def answer_shell(group: click.Group, instruction: str) -> int:
    """Answer a shell's request, such as `bash_complete`, and return the exit code."""
    from click.shell_completion import shell_complete

    try:
        return shell_complete(group, {}, PROGRAM, COMPLETION_VARIABLE, instruction)
    except Exception:  # noqa: BLE001 - a trace in the middle of the line that somebody types helps nobody
        return 1
