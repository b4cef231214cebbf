"""The command `seal`: closes the records made until now into one more seal, and requests stamps."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.errors import N_


@click.command(
    "seal", help=N_("Seal the records made until now, and ask for the third-party time of every waiting seal.")
)
@click.pass_obj
def command_seal(obj: CliContext) -> int:
    """Seal and request stamps; a stamp that an authority does not give changes no exit code, its seal waits."""
    from archiver.app import build_app, require_archive
    from archiver.cli.status.stamp_lines import tell_stamps
    from archiver.custody import erasures, put_back_databases, stamp_requests
    from archiver.store import orphaned_seals, seals

    app = require_archive(build_app(obj.settings(), obj.environ))
    recorded = orphaned_seals.settle_seals(app.archive, now=app.now(), copies=app.settings.exports.also_to)
    if recorded:
        with app.archive.reading() as reading:
            for line in put_back_databases.overview_lines(reading)[-recorded:]:
                echo(line, err=True)
    for line in erasures.go_on(app.archive, now=app.now, copies=app.settings.exports.also_to):
        echo(line, err=True)
    with app.archive.reading() as reading:
        is_sealed = seals.is_tail_of_stamps(reading)
    new_seals = [] if is_sealed else seals.close_seals(app.archive, now=app.now())
    for seal in new_seals:
        number = seal.last - seal.first + 1
        sentence = ngettext("Seal {number}: {n} record.", "Seal {number}: {n} records.", number)
        echo(sentence.format(number=seal.number, n=number) + f"\n  SHA-256 {seal.sha256}")
    if not new_seals:
        echo(_("Everything is sealed already."))
    tell_stamps(stamp_requests.request_stamps(app, at_once=True, seconds=None).outcomes)
    if app.root_errors:
        raise app.root_errors[0]
    return 0
