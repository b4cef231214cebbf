"""`seal`: the records made until now become one more seal."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext

import click

from archiver.cli.context import CliContext
from archiver.errors import N_


@click.command(
    "seal", help=N_("Seal the records made until now, and ask for the third-party time of every seal that waits.")
)
@click.pass_obj
def command_seal(obj: CliContext) -> int:
    """Also what every export does first. Authorities that give nothing change no exit code: the seals wait."""
    from archiver.app import build_app, require_archive
    from archiver.cli.status.stamp_lines import tell_stamps
    from archiver.custody import stamping
    from archiver.store import seals
    from archiver.sync.run_entries import flush

    app = require_archive(build_app(obj.settings(), obj.environ))
    flush(app.archive, at=app.now())
    made = seals.close(app.archive, now=app.now())
    for one in made:
        number = one.last - one.first + 1
        told = ngettext("Seal {number}: {n} record.", "Seal {number}: {n} records.", number)
        click.echo(told.format(number=one.number, n=number) + f"\n  SHA-256 {one.sha256}")
    if not made:
        click.echo(_("Everything is sealed already."))
    tell_stamps(stamping.ask(app, at_once=True, seconds=None).outcomes)
    if app.root_faults:
        raise app.root_faults[0]
    return 0
