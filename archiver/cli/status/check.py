"""The command `check`: is everything set up for unattended work, one line for each check."""

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
    from archiver.health.check_result import CheckResult

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


@click.command("check", help=N_("Is automatic saving fully set up? One line for each thing, and what to do."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.option("--send-test-notice", "test", is_flag=True, help=N_("Send a test notice to every address that is set."))
@click.pass_obj
def command_check(obj: CliContext, as_json: bool, test: bool) -> int:
    """Write nothing; ask Chatwork once whose token it is, and work without network and token all the same."""
    from archiver.health import check, check_result
    from archiver.health.snapshot import take_snapshot

    app = as_scheduled(obj)
    snapshot, damage = take_snapshot(app)
    computer = _computer(obj, app, snapshot.owner if snapshot else None, test=test)
    results = check.run_all_checks(app, obj.environ, snapshot, damage, computer)
    if as_json:
        click.echo(json.dumps(check.document(results), ensure_ascii=False))
    else:
        tell_results(results)
    return 0 if check_result.is_ok(results) else INCOMPLETE


def _computer(obj: CliContext, app: App, account: int | None, *, test: bool) -> Computer:
    """What the checks need to know of this computer; `test` sends a test notice."""
    from archiver.app import utc_now
    from archiver.health.check import Computer
    from archiver.notices import delivery, url_check
    from archiver.schedule import programs, schedulers
    from archiver.settings import other_archives

    state = other_archives.state_folder()
    homes = [] if account is None else other_archives.other_homes(obj.home, account, now=utc_now(), state=state)
    send_test = (lambda: delivery.send_test_notice(app.settings, obj.environ)) if test else None
    return Computer(
        scheduler=schedulers.find_starters(obj.home, obj.environ),
        is_cron_running=programs.is_cron_running(),
        other_homes=homes,
        scheduled_homes=[home for home in homes if schedulers.show(home, obj.environ)],
        notices=url_check.check_notices(url_check.observe_notices(app.settings, obj.environ, test=send_test)),
    )


def as_scheduled(obj: CliContext) -> App:
    """The archive as a scheduled run finds it: a token of this session counts only where the settings find none."""
    from archiver.app import build_app, require_archive
    from archiver.health.token import is_readable
    from archiver.settings import file

    settings = obj.settings()
    environ = {name: value for name, value in obj.environ.items() if name != file.TOKEN_VARIABLE}
    if len(environ) < len(obj.environ):
        lasting = file.load_settings(obj.home, environ)
        settings = lasting if is_readable(lasting, environ) else settings
    return require_archive(build_app(settings, obj.environ))


def tell_results(results: Sequence[CheckResult]) -> None:
    """Print one line for each result, what has to be done first; a long sentence goes on below itself."""
    left = max(columns(_(text)) for text in _VERDICTS.values()) + 2
    middle = max(columns(_(text)) for text in _NAMES.values()) + 2
    for verdict, word in _VERDICTS.items():
        for result in results:
            if result.grade == verdict:
                head = pad(_(word), left) + pad(_(_NAMES[result.name]), middle)
                lines = wrap(visible(result.text), WIDTH - left - middle)
                click.echo(head + ("\n" + " " * (left + middle)).join(lines))
    _tell_summary(results)


def _tell_summary(results: Sequence[CheckResult]) -> None:
    actions = sum(one.grade == "action" for one in results)
    if actions:
        sentence = ngettext("{n} thing needs to be done.", "{n} things need to be done.", actions)
        click.echo(sentence.format(n=actions))
    elif any(one.name == SCHEDULE and one.grade != "good" for one in results):
        sentence, name = (
            _("Whether it works unattended cannot be seen here: look at the line “{name}”."),
            _NAMES[SCHEDULE],
        )
        click.echo(sentence.format(name=_(name)))
    elif any(one.grade == "attention" for one in results):
        click.echo(_("It works unattended. Look after the rest when you have time."))
    else:
        click.echo(_("Everything is set up."))
