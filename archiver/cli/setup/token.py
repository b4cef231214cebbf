"""`token set`, `test` and `forget`: the API token, where it is kept, and the variable that wins over it."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.setup.token_source import _account_of, asked, lasting, trial
from archiver.cli.terminal.text import visible
from archiver.cli.token_variable import of_variable, variable_wins
from archiver.errors import N_


@click.group("token", help=N_("Store, test or forget the API token (the key to your Chatwork)."))
def command_token() -> None:
    """The three things one can do with a token."""


@command_token.command("set", help=N_("Ask for the token and store it; it is never shown."))
@click.option("--source", metavar="keyring|file:PATH", help=N_("Where to store it; left out: as the settings say."))
@click.pass_obj
def token_set(obj: CliContext, source: str | None) -> int:
    """A token of another account is refused before it is stored."""
    from archiver.cli.setup.account import know_account
    from archiver.cli.setup.token_source import keep

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
    from archiver.app import build_app
    from archiver.records import AccountId
    from archiver.store.queries import current_state
    from archiver.sync.run import check_account

    app = build_app(obj.settings(), obj.environ)
    there = app.archive.exists()
    try:
        name, account = _account_of(app)
    except errors.TokenMissing as error:
        if there:
            raise
        raise errors.NoArchive(path=obj.home) from error
    if there:
        with app.archive.reading() as reading:
            owner = current_state.owner(reading)
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
