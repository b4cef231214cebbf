"""The command `exports`: lists the packages made so far."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.text import pad, visible
from archiver.errors import N_
from archiver.render.times import minute_text


@click.command("exports", help=N_("The packages made so far: when, for whom, and their fingerprint."))
@click.pass_obj
def command_exports(obj: CliContext) -> int:
    """Print the packages that the archive has on record."""
    from archiver.store.archive import Archive
    from archiver.store.queries.runs import exports
    from archiver.store.time_text import from_text

    with Archive(obj.home).reading() as reading:
        packages = exports(reading)
    for at, payload in packages:
        head = f"{minute_text(from_text(at))}  {pad(payload['contract'], 20)} {pad(payload['profile'], 8)}"
        click.echo(f"{head} {visible(payload['name'])}")
        click.echo(f"    SHA-256 {payload['sha256']}")
    if not packages:
        click.echo(_("No package has been made yet."))
    return 0
