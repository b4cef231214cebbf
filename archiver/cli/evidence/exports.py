"""`exports`: the packages made so far."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.text import pad, visible
from archiver.cli.terminal.times import jst
from archiver.errors import N_


@click.command("exports", help=N_("The packages made so far: when, for whom, and their fingerprint."))
@click.pass_obj
def command_exports(obj: CliContext) -> int:
    """From the archive's own records."""
    from archiver.store.archive import Archive
    from archiver.store.queries.runs import exports
    from archiver.store.timestamps import from_text

    with Archive(obj.home).reading() as reading:
        made = exports(reading)
    for at, payload in made:
        head = f"{jst(from_text(at), year=True)}  {pad(payload['contract'], 20)} {pad(payload['profile'], 8)}"
        click.echo(f"{head} {visible(payload['name'])}")
        click.echo(f"    SHA-256 {payload['sha256']}")
    if not made:
        click.echo(_("No package has been made yet."))
    return 0
