"""`init token`, `--test` and `--forget`: stores, tests and removes the API token."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.setup.token_prompt import ask_token, keep_token_and_tell
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.errors import N_
from archiver.settings.home import check_home
from archiver.setup.token_source import (
    VARIABLE_SOURCE,
    lasting_settings,
    token_account,
    trial_app,
    variable_token,
    variable_wins_hint,
    write_token_source,
)

if TYPE_CHECKING:
    from archiver.app import App


@click.command("token", help=N_("Ask for the API token (the key to your Chatwork) and store it. It is never shown."))
@click.option(
    "--where",
    metavar="keyring|file:PATH|env:NAME",
    help=N_("Where it lies or is to be stored; one that is there already and works is taken without a question."),
)
@click.option("--test", is_flag=True, help=N_("Only ask Chatwork whether the stored token works, and whose it is."))
@click.option("--forget", is_flag=True, help=N_("Remove the stored token from this computer."))
@click.pass_obj
def init_token(obj: CliContext, where: str | None, test: bool, forget: bool) -> int:
    """Ask for the token and store it, unless one lies where it is said to be; one of another account is refused."""
    from archiver.settings.file import is_token_source

    if (where is not None) + test + forget > 1:
        raise click.UsageError(_("Of --where, --test and --forget, only one can be used."))
    if test or forget:
        return _test(obj) if test else _forget(obj)
    if where is not None and not is_token_source(where):
        raise errors.BadValue(value=where, option="--where", example="file:/run/secrets/chatwork")
    check_home(obj.home, obj.environ)
    if where is None or not _take(obj, where):
        token = ask_token(_("Paste the token and press Enter (it will not be shown)"))
        owner = _owner(trial_app(obj, token))
        target = where or lasting_settings(obj).token_source
        keep_token_and_tell(obj, token, None if target.startswith("env:") else target)
        _tell_kept(_("Stored: the token of {name} (ID {account})."), owner)
    if variable_token(obj) and where != VARIABLE_SOURCE:
        echo(variable_wins_hint(), err=True)
    return 0


def _take(obj: CliContext, where: str) -> bool:
    """Take the token that lies there, if Chatwork accepts it; what a variable lacks nobody can be asked for."""
    from archiver.app import build_app

    try:
        owner = _owner(build_app(replace(obj.settings(), token_source=where), obj.environ))
    except (errors.TokenMissing, errors.TokenRefused):
        if where.startswith("env:"):
            raise
        return False
    write_token_source(obj, where)
    _tell_kept(_("The token there is used from now on: {name} (ID {account})."), owner)
    return True


def _owner(app: App) -> tuple[str, int]:
    """Name and account of the token's owner, recorded in an archive that is there. Raises WrongAccount."""
    from archiver.setup.archive_setup import record_account

    return record_account(app) if app.archive.exists() else token_account(app)


def _tell_kept(sentence: str, owner: tuple[str, int]) -> None:
    echo(sentence.format(name=visible(owner[0]), account=owner[1]))


def _test(obj: CliContext) -> int:
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


def _forget(obj: CliContext) -> int:
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
