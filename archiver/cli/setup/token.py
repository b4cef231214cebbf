"""`token set`, `test` and `forget`: stores, tests and removes the API token."""

from __future__ import annotations

from gettext import gettext as _

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.setup.token_prompt import ask_token, keep_token_and_tell
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.setup.token_source import lasting_settings, token_account, trial_app
from archiver.setup.token_variable import variable_token, variable_wins_hint


@click.group("token", help=N_("Store, test or forget the API token (the key to your Chatwork)."))
def command_token() -> None:
    """Group the commands about the API token."""


@command_token.command("set", help=N_("Ask for the token and store it; it is never shown."))
@click.option("--source", metavar="keyring|file:PATH", help=N_("Where to store it; left out: as the settings say."))
@click.pass_obj
def token_set(obj: CliContext, source: str | None) -> int:
    """Ask for the token and store it; one of another account is refused before."""
    from archiver.setup.archive_setup import record_account

    token = ask_token(_("Paste the token and press Enter (it will not be shown)"))
    app = trial_app(obj, token)
    name, account = record_account(app) if app.archive.exists() else token_account(app)
    target = source or lasting_settings(obj).token_source
    keep_token_and_tell(obj, token, None if target.startswith("env:") else target)
    echo(_("Stored: the token of {name} (ID {account}).").format(name=visible(name), account=account))
    if variable_token(obj):
        echo(variable_wins_hint(), err=True)
    return 0


@command_token.command("test", help=N_("Ask Chatwork whether the stored token works, and whose it is."))
@click.pass_obj
def token_test(obj: CliContext) -> int:
    """Ask Chatwork once whose token it is; nothing is written. Raises WrongAccount if it is not the archive's."""
    from archiver.app import build_app
    from archiver.records import AccountId
    from archiver.store.queries import current_state
    from archiver.sync.run import check_account

    app = build_app(obj.settings(), obj.environ)
    has_archive = app.archive.exists()
    try:
        name, account = token_account(app)
    except errors.TokenMissing as error:
        if has_archive:
            raise
        raise errors.NoArchive(path=obj.home) from error
    if has_archive:
        with app.archive.reading() as reading:
            owner = current_state.owner(reading)
        check_account(AccountId(account), owner, app.archive)
    echo(_("The token works: {name} (ID {account}).").format(name=visible(name), account=account))
    if not has_archive:
        no_archive = errors.NoArchive(path=visible(str(obj.home)))
        echo(f"{no_archive} {no_archive.advice()}")
    return 0


@command_token.command("forget", help=N_("Remove the stored token from this computer."))
@click.pass_obj
def token_forget(obj: CliContext) -> int:
    """Remove the stored token from this computer; Chatwork still accepts it."""
    from archiver.settings.home import has_archive
    from archiver.settings.token import forget_token

    try:
        is_removed = forget_token(obj.home, lasting_settings(obj).token_source)
    except errors.KeyringUnavailable as error:
        sentence = _(
            "The password store cannot be opened in this session ({detail}), so nothing was removed from it. "
            "If you stored a token there, call this again where it can be opened, such as on the desktop."
        )
        echo(sentence.format(detail=error.data["detail"]), err=True)
        return error.code if has_archive(obj.home) else 0
    echo(_("The token was removed from this computer.") if is_removed else _("No token was stored here."))
    if variable_token(obj):
        echo(variable_wins_hint(), err=True)
    return 0
