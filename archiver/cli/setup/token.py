"""`token set`, `test` and `forget`: the API token, where it is kept, and the variable that wins over it."""

from __future__ import annotations

import re
import sys
import unicodedata
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.terminal.text import visible
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.settings.model import Settings

NAME = "CHATWORK_API_TOKEN"
"""As `settings.file` has it, which is not imported for a help page."""

VARIABLE = f"env:{NAME}"


@click.group("token", help=N_("Store, test or forget the API token (the key to your Chatwork)."))
def command_token() -> None:
    """The three things one can do with a token."""


@command_token.command("set", help=N_("Ask for the token and store it; it is never shown."))
@click.option("--source", metavar="keyring|file:PATH", help=N_("Where to store it; left out: as the settings say."))
@click.pass_obj
def token_set(obj: CliContext, source: str | None) -> int:
    """A token of another account is refused before it is stored."""
    from archiver.cli.setup.init import know_account
    from archiver.cli.setup.token_step import keep

    value = asked(_("Paste the token and press Enter (it will not be shown)"))
    app = trial(obj, value)
    name, account = know_account(app) if app.archive.exists() else _account_of(app)
    place = source or lasting(obj).token_source
    keep(obj, value, None if place.startswith("env:") else place)
    click.echo(_("Stored: the token of {name} (ID {account}).").format(name=visible(name), account=account))
    if of_variable(obj):
        click.echo(variable_wins(), err=True)
    return 0


@command_token.command("test", help=N_("Ask Chatwork whether the stored token works, and whose it is."))
@click.pass_obj
def token_test(obj: CliContext) -> int:
    """One request; nothing is written. Raises WrongAccount for a token of another account than the archive's."""
    from archiver import app as application
    from archiver.records import AccountId
    from archiver.store.queries import current_state as known
    from archiver.sync.run import check_account

    app = application.build(obj.settings(), obj.environ)
    there = app.archive.exists()
    try:
        name, account = _account_of(app)
    except errors.TokenMissing as missing:
        if there:
            raise
        raise errors.NoArchive(path=obj.home) from missing
    if there:
        with app.archive.reading() as reading:
            owner = known.owner(reading)
        check_account(AccountId(account), owner, app.archive)
    click.echo(_("The token works: {name} (ID {account}).").format(name=visible(name), account=account))
    if not there:
        fault = errors.NoArchive(path=visible(str(obj.home)))
        click.echo(f"{fault} {fault.advice()}")
    return 0


@command_token.command("forget", help=N_("Remove the stored token from this computer."))
@click.pass_obj
def token_forget(obj: CliContext) -> int:
    """Nothing at Chatwork changes."""
    from archiver.settings.token import forget_token

    gone = forget_token(obj.home, lasting(obj).token_source)
    click.echo(_("The token was removed from this computer.") if gone else _("No token was stored here."))
    if of_variable(obj):
        click.echo(variable_wins(), err=True)
    return 0


# --- what the first run shares -------------------------------------------------------------------


def lasting(obj: CliContext) -> Settings:
    """The settings as a later session finds them: without what the variable of this one says over the file."""
    from archiver.settings import file

    return file.load(obj.home, {name: value for name, value in obj.environ.items() if name != NAME})


def of_variable(obj: CliContext) -> str:
    """The token of this session's variable; empty if there is none."""
    return obj.environ.get(NAME, "").strip()


def variable_wins() -> str:
    """That the variable is used as long as it is set, whatever is stored."""
    sentence = _(
        "The variable {name} is set here and is used instead of what is stored. Take it away: unset {name} "
        "(in PowerShell: Remove-Item Env:{name})"
    )
    return sentence.format(name=NAME)


def plain(said: str) -> str:
    """A token as it was typed or pasted, full-width signs folded. Raises Again for what no token can be."""
    from archiver.cli.terminal.prompts import Again

    value = unicodedata.normalize("NFKC", said).strip()
    if not value:
        raise Again(_("Nothing was pasted. Copy the token and paste it here; Ctrl-C leaves."))
    if not re.fullmatch(r"[!-~]+", value):
        raise Again(_("This cannot be a token: it holds blanks or signs that no token has. Copy it once more."))
    return value


def trial(obj: CliContext, value: str) -> App:
    """The archive as it would be with this token, which is stored nowhere."""
    from dataclasses import replace

    from archiver import app as application

    settings = replace(obj.settings(), token_source=VARIABLE)
    return application.build(settings, {**obj.environ, NAME: value})


def asked(question: str) -> str:
    """The token; where nobody types, the line that is handed in: there is no echo to turn off, and none to warn of.

    Raises SettingsError for a line that cannot be one.
    """
    from archiver.cli.terminal.prompts import Again, ask

    if sys.stdin.isatty():
        return ask(question + ":", plain, hidden=True)
    try:
        return plain(click.prompt(question, err=True))
    except Again as sentence:
        raise errors.SettingsError(detail=str(sentence)) from None


def _account_of(app: App) -> tuple[str, int]:
    me = app.chatwork.me().model
    return me.name, me.account_id
