"""Commands as small as can be, each showing one thing that `archiver.cli.main` has to deal with."""

from __future__ import annotations

import errno
import sys

import click

from archiver import errors
from archiver.cli.commands import ListedCommand
from archiver.cli.context import CliContext

HOSTILE = "a\x1b[2J\u202eb\ud83d\nc🎉"


@click.command(help="Say what was given.")
@click.option("--room", type=int, required=True, help="A number.")
@click.pass_obj
def command_say(cli: CliContext, room: int) -> None:
    """Show the context."""
    click.echo(f"{cli.home} {cli.verbose} {cli.settings().language} {room}")


@click.command()
def command_status() -> int:
    """Stand in for the real `status`."""
    click.echo("the state")
    return 4


@click.command()
@click.argument("kind")
def command_fail(kind: str) -> None:
    """Fail in the way asked for."""
    match kind:
        case "ours":
            raise errors.WrongAccount(found=1, expected=2, path=HOSTILE)
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device", "/somewhere")
        case "forbidden":
            raise PermissionError(errno.EACCES, "Permission denied", "/somewhere")
        case "other":
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/somewhere")
        case "interrupt":
            raise KeyboardInterrupt
        case "question":
            click.prompt("Who are you?")
        case "exit":
            click.get_current_context().exit(3)
        case _:
            raise ZeroDivisionError(kind)


@click.command()
def command_hostile() -> None:
    """Print what no code page has."""
    click.echo(f"保存 {HOSTILE}")
    click.echo(f"保存 {HOSTILE}", file=sys.stderr)


@click.command()
def command_much() -> None:
    """Print more than a pipe holds."""
    for _number in range(100_000):
        click.echo("a line that nobody reads")


@click.group(help="Several things.")
def command_several() -> None:
    """Hold a command below."""


@command_several.command("below", help="One of them.")
def _below() -> None:
    click.echo("below")


TABLE = {
    name: ListedCommand(__name__, "Everyday", "A text.")
    for name in ("say", "status", "fail", "hostile", "much", "several")
}
