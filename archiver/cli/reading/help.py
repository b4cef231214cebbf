"""The command `help`: the help page of the program or of one of its commands."""

from __future__ import annotations

import click

from archiver.cli.terminal.output import echo, paged_output
from archiver.errors import N_


@click.command("help", help=N_("What a command does, and its options: the same as archive COMMAND --help."))
@click.argument("words", nargs=-1, metavar=N_("COMMAND"))
@click.pass_context
def command_help(ctx: click.Context, words: tuple[str, ...]) -> int:
    """Print a help page. Raises click.UsageError for a command that there is not."""
    page = ctx.find_root()
    for word in words:
        group = page.command
        if not isinstance(group, click.Group):
            break
        name, command, _rest = group.resolve_command(page, [word])
        assert command is not None
        page = command.context_class(command, info_name=name, parent=page)
    with paged_output():
        echo(page.get_help())
    return 0
