"""The command `seal`: closes the records made until now into one more seal, and requests stamps."""

from __future__ import annotations

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.errors import N_


@click.command("seal", help=N_("Seal the records made until now, and ask for the time stamp of every waiting seal."))
@click.pass_obj
def command_seal(obj: CliContext) -> int:
    """Seal and request stamps; a stamp that an authority does not give changes no exit code, its seal waits."""
    from archiver.app import build_app, require_archive
    from archiver.rounds.round import seal_now
    from archiver.setup.evidence_words import sealing_lines

    app = require_archive(build_app(obj.settings(), obj.environ))
    sealing = seal_now(app)
    for line in sealing.told:
        echo(line, err=True)
    for line in sealing_lines(sealing):
        echo(line)
    if app.root_errors:
        raise app.root_errors[0]
    return 0
