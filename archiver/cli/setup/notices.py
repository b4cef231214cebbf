"""The command `notices`: sets up how the user is told of trouble, and tries each way."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import is_asked
from archiver.errors import N_


@click.command(
    "notices",
    help=N_("Set up how you are told when saving stops: desktop, mail, a monitoring service. Each way is tried."),
)
@click.pass_obj
def command_notices(obj: CliContext) -> int:
    """Ask what is not set, try all that is; without a terminal, say what is set."""
    from archiver.app import build_app, require_archive
    from archiver.cli.setup import notices_step
    from archiver.notices.url_check import check_notices, observe_notices
    from archiver.setup.answered_questions import note_answer
    from archiver.setup.answers import NOTICE

    app = require_archive(build_app(obj.settings(), obj.environ))
    if not is_asked():
        echo(check_notices(observe_notices(app.settings, obj.environ)).text)
        return 0
    sent = notices_step.ask_mail(obj)
    notices_step.ask_ping(obj)
    outcomes = notices_step.try_ways(obj, app, sent=sent)
    note_answer(app.archive, NOTICE, "seen" if any(outcomes.values()) else "not seen")
    echo(_("To change an address or turn a way off: [notify] in archive.toml; see: archive guide alerts"))
    return 0
