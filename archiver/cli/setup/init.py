"""`init`: sets up home, settings, token and account, everything before the first save."""

from __future__ import annotations

import sys

import click

from archiver.cli.context import CliContext
from archiver.cli.setup.notices import init_alerts
from archiver.cli.setup.schedule import init_schedule
from archiver.cli.setup.token import init_token
from archiver.cli.setup.token_prompt import ask_token, keep_token_and_tell
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import say_choice
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.settings.home import check_home
from archiver.setup.archive_setup import (
    choose_authorities,
    keep_token_source,
    make_home,
    record_account,
    require_no_remains,
    sole_setup,
    vanished_warning,
)
from archiver.setup.token_source import VARIABLE_SOURCE
from archiver.wording import gettext as _

# --- init --------------------------------------------------------------------------------------


@click.group(
    "init",
    invoke_without_command=True,
    help=N_(
        "Set everything up: API token, chats, automatic saving, alerts. It can be interrupted; run it again to go on."
    ),
)
@click.option(
    "--timestamps",
    type=click.Choice(["on", "off"]),
    help=N_("Have two outside companies time-stamp each day's records; only hashes go to them."),
)
@click.option(
    "--yes",
    is_flag=True,
    help=N_("Ask nothing; unless init token was called before, the token is taken from CHATWORK_API_TOKEN each time."),
)
@click.pass_context
def command_init(ctx: click.Context, timestamps: str | None, yes: bool) -> int:
    """Set up home, settings, token, database and account; each step is kept, so a second call continues."""
    from archiver.app import build_app
    from archiver.health.folders import lost_names_words
    from archiver.store import migrate
    from archiver.store.archive import Archive
    from archiver.store.durable_files import keeps_names

    if ctx.invoked_subcommand is not None:
        return 0
    obj: CliContext = ctx.obj
    if not yes and sys.stdin.isatty():
        from archiver.cli.setup import wizard

        return wizard.run(obj, timestamps)
    check_home(obj.home, obj.environ)
    require_no_remains(Archive(obj.home))
    say_choice(vanished_warning(Archive(obj.home)))
    make_home(obj.home)
    with sole_setup(Archive(obj.home)):
        _write_settings(obj, timestamps, yes=yes)
        app = build_app(obj.settings(), obj.environ)
        if not app.archive.exists():
            migrate.create_database(app.archive.database)
        name, account = record_account(app)
    echo(_("Account: {name} (ID {account})").format(name=visible(name), account=account))
    echo(_("The archive is ready: {path}").format(path=visible(str(obj.home))))
    if not keeps_names(obj.home):
        echo(lost_names_words())
    echo(_("Next: archive job chats   then: archive job add job1 --chat NUMBER   then: archive save"))
    echo(_("Add each job separately: an export holds all chats of its job."))
    return 0


def _write_settings(obj: CliContext, timestamps: str | None, *, yes: bool) -> None:
    """Write or change `archive.toml` as the options say; without one, ask for the token first."""
    if not (obj.home / "archive.toml").exists():
        if yes:
            keep_token_source(obj, VARIABLE_SOURCE)
        else:
            echo(_("The API token is the key to your Chatwork. Show it to nobody."))
            echo(_("In Chatwork: サービス連携 > APIトークン (it asks for your password again)."))
            keep_token_and_tell(obj, ask_token(_("Paste it and press Enter (it will not be shown)")))
    say_choice(choose_authorities(obj.home, timestamps))


for _part in (init_token, init_schedule, init_alerts):
    command_init.add_command(_part)
