"""`check`: is everything set up for unattended work, one line a look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver.cli.context import CliContext
from archiver.cli.terminal.text import columns, pad, visible, wrap
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.health.check import Computer
    from archiver.health.finding import CheckResult

INCOMPLETE = 4
"""Exit code: something has to be done before the archive works unattended."""

WIDTH = 80

SCHEDULE = "schedule"

_VERDICTS = {"action": N_("Act now"), "attention": N_("Attention"), "good": N_("Good")}
"""In the order of the screen: what has to be done comes first."""

_NAMES = {
    "token": N_("API token"),
    "account": N_("Account"),
    "clock": N_("Clock"),
    "schedule": N_("Schedule"),
    "last_run": N_("Last save"),
    "pace": N_("Pace"),
    "plan": N_("Chatwork's plan"),
    "budget": N_("Calls"),
    "notices": N_("Notices"),
    "database": N_("Database"),
    "stamps": N_("Third-party time"),
    "verification": N_("Verification"),
    "backup": N_("Other copy"),
    "also_to": N_("Daily copies"),
    "disk": N_("Disk"),
    "home": N_("Folder"),
    "permissions": N_("Permissions"),
    "exports": N_("Packages"),
    "versions": N_("Versions"),
}


@click.command("check", help=N_("Is everything set up to save by itself? One line for each thing, and what to do."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.option("--send-test-notice", "test", is_flag=True, help=N_("Send a test notice to every place that is set."))
@click.pass_obj
def command_check(obj: CliContext, as_json: bool, test: bool) -> int:
    """Writes nothing; asks Chatwork once whose token it is, and works without network and token all the same."""
    from archiver.health import check, finding
    from archiver.health.snapshot import look_into

    app = as_scheduled(obj)
    held, damage = look_into(app)
    computer = _computer(obj, app, held.owner if held else None, test=test)
    found = check.looks(app, obj.environ, held, damage, computer)
    if as_json:
        click.echo(json.dumps(check.document(found), ensure_ascii=False))
    else:
        tell_looks(found)
    return 0 if finding.ok(found) else INCOMPLETE


def _computer(obj: CliContext, app: App, account: int | None, *, test: bool) -> Computer:
    """What this computer tells; `test` sends a test notice."""
    from archiver.app import utc_now
    from archiver.cli.status import notify
    from archiver.health.check import Computer
    from archiver.notices import url_check
    from archiver.schedule import commands, schedulers
    from archiver.settings import other_archives

    state = other_archives.state_folder()
    homes = [] if account is None else other_archives.others(obj.home, account, now=utc_now(), state=state)
    trial = (lambda: notify.test(app.settings, obj.environ)) if test else None
    return Computer(
        scheduler=schedulers.installed(obj.home, obj.environ),
        is_cron_running=commands.is_cron_running(),
        other_homes=homes,
        scheduled_homes=[home for home in homes if schedulers.show(home, obj.environ)],
        notices=url_check.notices_look(url_check.see(app.settings, obj.environ, test=trial)),
    )


def as_scheduled(obj: CliContext) -> App:
    """The archive as a scheduled run finds it: a token of this session counts only where the settings find none."""
    from archiver.app import build_app, require_archive
    from archiver.health.token import is_readable
    from archiver.settings import file

    settings = obj.settings()
    environ = {name: value for name, value in obj.environ.items() if name != file.TOKEN_VARIABLE}
    if len(environ) < len(obj.environ):
        lasting = file.load(obj.home, environ)
        settings = lasting if is_readable(lasting, environ) else settings
    return require_archive(build_app(settings, obj.environ))


def tell_looks(found: Sequence[CheckResult]) -> None:
    """One line each, what has to be done first; a longer sentence goes on below itself."""
    left = max(columns(_(text)) for text in _VERDICTS.values()) + 2
    middle = max(columns(_(text)) for text in _NAMES.values()) + 2
    for verdict, word in _VERDICTS.items():
        for one in found:
            if one.verdict == verdict:
                head = pad(_(word), left) + pad(_(_NAMES[one.name]), middle)
                lines = wrap(visible(one.text), WIDTH - left - middle)
                click.echo(head + ("\n" + " " * (left + middle)).join(lines))
    _tell_sum(found)


def _tell_sum(found: Sequence[CheckResult]) -> None:
    actions = sum(one.verdict == "action" for one in found)
    if actions:
        sentence = ngettext("{n} thing has to be done.", "{n} things have to be done.", actions)
        click.echo(sentence.format(n=actions))
    elif any(one.name == SCHEDULE and one.verdict != "good" for one in found):
        sentence, name = (
            _("Whether it works unattended cannot be seen here: look at the line “{name}”."),
            _NAMES[SCHEDULE],
        )
        click.echo(sentence.format(name=_(name)))
    elif any(one.verdict == "attention" for one in found):
        click.echo(_("It works unattended. See to the rest when you have time."))
    else:
        click.echo(_("Everything is set up."))
