"""The command `seal`: closes the records made until now into one more seal, and requests stamps."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.rounds.round import Sealing


@click.command("seal", help=N_("Seal the records made until now, and ask for the time stamp of every waiting seal."))
@click.pass_obj
def command_seal(obj: CliContext) -> int:
    """Seal and request stamps; a stamp that an authority does not give changes no exit code, its seal waits."""
    from archiver.app import build_app, require_archive
    from archiver.rounds.round import seal_now

    app = require_archive(build_app(obj.settings(), obj.environ))
    sealing = seal_now(app)
    for line in sealing.told:
        echo(line, err=True)
    for line in sealing_lines(sealing):
        echo(line)
    if app.root_errors:
        raise app.root_errors[0]
    return 0


def sealing_lines(sealing: Sealing) -> Iterator[str]:
    """Each new seal with its digest, or that there was nothing to seal; then each stamp that came or waits."""
    from archiver.cli.status.stamp_lines import stamp_lines

    for seal in sealing.new_seals:
        number = seal.last - seal.first + 1
        sentence = ngettext("Seal {number}: {n} record.", "Seal {number}: {n} records.", number)
        yield sentence.format(number=seal.number, n=number)
        yield f"  SHA-256 {seal.sha256}"
    if not sealing.new_seals:
        yield _("Everything is sealed already.")
    yield from stamp_lines(sealing.outcomes)
