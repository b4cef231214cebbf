"""`init`: sets up home, settings, token and account, everything before the first save."""

from __future__ import annotations

import shlex
import sys
from gettext import gettext as _
from pathlib import Path

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.setup.token_prompt import ask_token
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import say_choice
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.settings.home import check_home, home_path
from archiver.setup.archive_setup import (
    choose_authorities,
    keep_token_source,
    make_home,
    record_account,
    require_no_remains,
    sole_setup,
    vanished_warning,
)
from archiver.setup.token_variable import VARIABLE_SOURCE

SOURCES = N_("prompt | env:NAME | file:PATH | keyring")


# --- init --------------------------------------------------------------------------------------


@click.command("init", help=N_("Set everything up. It can be interrupted; run it again to go on."))
@click.option("--token-from", metavar=SOURCES, help=N_("Where the API token comes from; left out: it is asked for."))
@click.option(
    "--timestamps",
    type=click.Choice(["on", "off"]),
    help=N_("Have the time of each seal confirmed by two third parties; only fingerprints go to them."),
)
@click.option("--yes", is_flag=True, help=N_("Ask nothing; the token is taken from CHATWORK_API_TOKEN each time."))
@click.pass_obj
def command_init(obj: CliContext, token_from: str | None, timestamps: str | None, yes: bool) -> int:
    """Set up home, settings, token, database and account; each step is kept, so a second call continues."""
    from archiver.app import build_app
    from archiver.health.folders import lost_names_words
    from archiver.store import migrate
    from archiver.store.archive import Archive
    from archiver.store.durable_files import keeps_names

    if not yes and sys.stdin.isatty():
        from archiver.cli.setup import wizard

        return wizard.run(obj, token_from, timestamps)
    check_home(obj.home, obj.environ)
    require_no_remains(Archive(obj.home))
    say_choice(vanished_warning(Archive(obj.home)))
    make_home(obj.home)
    with sole_setup(Archive(obj.home)):
        _write_settings(obj, token_from, timestamps, yes=yes)
        app = build_app(obj.settings(), obj.environ)
        if not app.archive.exists():
            migrate.create_database(app.archive.database)
        name, account = record_account(app)
    echo(_("Account: {name} (ID {account})").format(name=visible(name), account=account))
    echo(_("The archive is ready: {path}").format(path=visible(str(obj.home))))
    if not keeps_names(obj.home):
        echo(lost_names_words())
    sentence = _("Next: {archive} rooms   then: {archive} contract add job1 --room NUMBER   then: {archive} save")
    echo(sentence.format(archive=_archive_command(obj)))
    echo(_("Give each job a contract of its own: a package holds all chats of its contract."))
    return 0


def _archive_command(obj: CliContext) -> str:
    """The words that call this archive: `archive`, with `--home` if it is not the usual one."""
    if obj.home == home_path(None, obj.environ):
        return "archive"
    return f"archive --home {shlex.quote(visible(str(obj.home)))}"


def _write_settings(obj: CliContext, token_from: str | None, timestamps: str | None, *, yes: bool) -> None:
    """Write or change `archive.toml` as the options say, and store the token where the user wants it."""
    from archiver.settings import file

    source = token_from or (VARIABLE_SOURCE if yes else "prompt")
    exists = (obj.home / "archive.toml").exists()
    if exists:
        say_choice(choose_authorities(obj.home, timestamps))
    if exists and token_from is None:
        return
    if source == "prompt":
        source = _prompt_and_store(obj.home)
    elif not file.is_token_source(source):
        raise errors.BadValue(value=source, option="--token-from", example="file:/run/secrets/chatwork")
    keep_token_source(obj, source)
    if not exists:
        say_choice(choose_authorities(obj.home, timestamps))


def _prompt_and_store(home: Path) -> str:
    """Ask for the token without showing it, and store it in the keyring; without one, in a file of the home."""
    from archiver.settings.token import store_token

    echo(_("The API token is the key to your Chatwork. Show it to nobody."))
    echo(_("In Chatwork: サービス連携 > APIトークン (it asks for your password again)."))
    value = ask_token(_("Paste it and press Enter (it will not be shown)"))
    for source in ("keyring", "file:token"):
        try:
            store_token(home, source, value)
        except errors.KeyringUnavailable:
            echo(_("There is no password store here; the token goes into a file that only you can read."))
            continue
        return source
    raise errors.TokenMissing(source="prompt")
