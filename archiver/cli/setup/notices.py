"""`init alerts`: sets up how the user is told of trouble, and tries each way."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver.cli.context import CliContext
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import is_asked
from archiver.errors import N_
from archiver.records.grades import Grade


@click.command(
    "alerts",
    help=N_("Set up how alerts reach you: desktop, mail, a monitoring service. Each way is tried."),
)
@click.option("--test", is_flag=True, help=N_("Only send a test alert by every way that is set."))
@click.pass_obj
def init_alerts(obj: CliContext, test: bool) -> int:
    """Ask what is not set, try all that is; without a terminal, say what is set."""
    from archiver.app import build_app, require_archive
    from archiver.cli.setup import notices_step
    from archiver.notices.delivery import send_test_notice
    from archiver.notices.url_check import check_notices, observe_notices
    from archiver.setup.answers import NOTICE, note_answer

    app = require_archive(build_app(obj.settings(), obj.environ))
    if not is_asked():
        send = (lambda: send_test_notice(app.settings, obj.environ)) if test else None
        result = check_notices(observe_notices(app.settings, obj.environ, test=send))
        echo(result.text)
        return INCOMPLETE if test and result.grade is Grade.ACTION else 0
    sent = () if test else notices_step.ask_mail(obj)
    if not test:
        notices_step.ask_ping(obj)
    outcomes = notices_step.try_ways(obj, app, sent=sent)
    note_answer(app.archive, NOTICE, "seen" if any(outcomes.values()) else "not seen")
    echo(_("To change an address or turn a way off: [notify] in archive.toml; see: archive guide alerts"))
    return 0
