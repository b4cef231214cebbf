"""`migrate`: brings an archive of an older version to this one."""

from __future__ import annotations

import contextlib
from gettext import gettext as _

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_


@click.command("migrate", help=N_("Update an archive made by an older version to this one, after a verified copy."))
@click.pass_obj
def command_migrate(obj: CliContext) -> int:
    """Migrate an older archive; one that is up to date stays unchanged."""
    from archiver.store import migrate
    from archiver.store.archive import Archive

    archive = Archive(obj.home)
    if not archive.exists():
        raise archive.absence()
    with archive.round_lock() if migrate.is_older(archive.database) else contextlib.nullcontext():
        copy = migrate.migrate(archive.database)
    if copy is None:
        echo(_("The archive is up to date; nothing was changed."))
    else:
        echo(_("Done. The archive as it was before: {path}").format(path=visible(str(copy))))
        echo(_("Seals, stamps and packages stay as they were made: nobody can make them anew."))
    return 0
