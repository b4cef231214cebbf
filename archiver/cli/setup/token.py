"""The API token: asked for by the first run and by `init token`, which also tests and removes it."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from archiver import errors
from archiver.app import App, build_app
from archiver.cli.context import CliContext
from archiver.cli.output import echo, visible
from archiver.cli.prompts import Postponed, ask, ask_yes_no, tell, tell_head
from archiver.health.token import is_readable
from archiver.records import AccountId
from archiver.settings.file import is_token_source
from archiver.settings.home import SETTINGS_FILE, check_home, has_archive
from archiver.settings.token import forget_token
from archiver.setup.answers import ORGANISATION, InvalidAnswer, note_answer, recall_answers
from archiver.setup.archive_setup import (
    PRIVATE_FILE,
    VARIABLE_SOURCE,
    check_token,
    clean_token,
    keep_token,
    keep_token_source,
    lasting_settings,
    record_account,
    token_account,
    told_place,
    trial_app,
    variable_token,
    variable_wins_hint,
)
from archiver.store.archive import Archive
from archiver.store.queries import current_state
from archiver.sync.run_start import check_account
from archiver.wording import gettext as _


def change_token(obj: CliContext, where: str | None, test: bool, forget: bool) -> int:
    """Ask for the token and store it, unless one lies where it is said to be; one of another account is refused."""
    if (where is not None) + test + forget > 1:
        raise click.UsageError(_("Of --where, --test and --forget, only one can be used."))
    if test or forget:
        return _test(obj) if test else _forget(obj)
    if where is not None and not is_token_source(where):
        raise errors.BadValue(value=where, option="--where", example="file:/run/secrets/chatwork")
    check_home(obj.home, obj.environ)
    if where is None or not _take(obj, where):
        token = ask_token(_("Paste the token and press Enter (it will not be shown)"))
        name, account = _owner(trial_app(obj, token))
        target = where or lasting_settings(obj).token_source
        keep_token_and_tell(obj, token, None if target.startswith("env:") else target)
        echo(_("Stored: the token of {name} (ID {account})."), name=name, account=account)
    if variable_token(obj) and where != VARIABLE_SOURCE:
        echo(variable_wins_hint(), err=True)
    return 0


def _take(obj: CliContext, where: str) -> bool:
    """Take the token that lies there, if Chatwork accepts it; what a variable lacks nobody can be asked for."""
    try:
        name, account = _owner(build_app(replace(obj.settings(), token_source=where), obj.environ))
    except (errors.TokenMissing, errors.TokenRefused):
        if where.startswith("env:"):
            raise
        return False
    keep_token_source(obj, where)
    echo(_("The token there is used from now on: {name} (ID {account})."), name=name, account=account)
    return True


def _owner(app: App) -> tuple[str, int]:
    """Name and account of the token's owner, recorded in an archive that is there. Raises WrongAccount."""
    return record_account(app) if app.archive.exists() else token_account(app)


def _test(obj: CliContext) -> int:
    """Ask Chatwork once whose token it is; nothing is written. Raises WrongAccount if it is not the archive's."""
    app = obj.app()
    has_archive = app.archive.exists()
    try:
        name, account = token_account(app)
    except errors.TokenMissing as error:
        if has_archive:
            raise
        raise errors.NoArchive(path=obj.home) from error
    if has_archive:
        owner = app.archive.read(current_state.owner)
        check_account(AccountId(account), owner, app.archive)
    echo(_("The token works: {name} (ID {account})."), name=name, account=account)
    if not has_archive:
        no_archive = errors.NoArchive(path=visible(str(obj.home)))
        echo(f"{no_archive} {no_archive.advice()}")
    return 0


def _forget(obj: CliContext) -> int:
    """Remove the stored token from this computer; Chatwork still accepts it."""
    try:
        is_removed = forget_token(obj.home, lasting_settings(obj).token_source)
    except errors.KeyringUnavailable as error:
        sentence = _(
            "The password store cannot be opened in this session ({detail}), so nothing was removed from it. "
            "If you stored a token there, call this again where it can be opened, such as on the desktop."
        )
        echo(sentence, err=True, detail=error.data["detail"])
        return error.code if has_archive(obj.home) else 0
    echo(_("The token was removed from this computer.") if is_removed else _("No token was stored here."))
    if variable_token(obj):
        echo(variable_wins_hint(), err=True)
    return 0


def ask_token(question: str) -> str:
    """The token that the user types, or, without a terminal, the next line of standard input.

    Raises SettingsError for a line that cannot be a token.
    """
    if sys.stdin.isatty():
        return ask(question + ":", clean_token, hidden=True)
    try:
        return clean_token(click.prompt(question, err=True))
    except InvalidAnswer as error:
        raise errors.SettingsError(detail=str(error)) from None


def keep_token_and_tell(obj: CliContext, token: str, source: str | None = None) -> None:
    """Store the token, and print it if there was no keyring. Raises as `store_secret`."""
    if keep_token(obj, token, source) == PRIVATE_FILE and source is None:
        tell(_("There is no password store here; the token goes into a file that only you can read."))


def ensure_token(obj: CliContext) -> App:
    """The app with a token that works and is stored where later calls find it.

    Raises Postponed if the user goes on later; WrongAccount, Unreachable and the like if asking again would not help.
    """
    tell_head(1, _("API token (the key to your Chatwork; show it to nobody)"))
    app = _use_kept_token(obj) or _use_variable_token(obj) or _use_typed_token(obj)
    _tell_owner(app, lasting_settings(obj).token_source)
    return app


# --- where it comes from -------------------------------------------------------------------------


def _use_kept_token(obj: CliContext) -> App | None:
    """The app with the token that an earlier call stored; None if there is none that works."""
    if not (obj.home / SETTINGS_FILE).exists() or not is_readable(lasting_settings(obj), obj.environ):
        return None
    app = obj.app()
    try:
        record_account(app)
    except errors.TokenRefused as error:
        if variable_token(obj):  # it wins over whatever would be asked for
            raise
        tell(str(error))
        return None
    return app


def _use_variable_token(obj: CliContext) -> App | None:
    """The app with the token of this session's variable, which a job cannot see, so storing it is offered."""
    token = variable_token(obj)
    if not token:
        return None
    record_account(obj.app())
    tell(_("The token of the variable CHATWORK_API_TOKEN is used. A job that runs automatically cannot see it."))
    if ask_yes_no(_("Keep it on this computer too?"), default=True):
        keep_token_and_tell(obj, token)
    else:
        keep_token_source(obj, VARIABLE_SOURCE)
    return obj.app()


def _use_typed_token(obj: CliContext) -> App:
    tell(_("In Chatwork: サービス連携 > APIトークン (it asks for your password again)"))
    tell(_("- Issuing a new one ends the old token; if a tool uses the old one, paste that."))
    tell(_("- On company plans an administrator must allow it; to wait for that: Enter."))
    token = ask(
        _("Paste it and press Enter (it will not be shown):"), lambda answer: _try_token(obj, answer), hidden=True
    )
    keep_token_and_tell(obj, token)
    return obj.app()


def _try_token(obj: CliContext, answer: str) -> str:
    """The typed token, once Chatwork accepts it for this archive's account; on giving up, it is kept if possible.

    Chatwork is asked again as long as the user wants. Raises Postponed, InvalidAnswer.
    """
    if not answer:
        raise Postponed
    token = clean_token(answer)
    while True:
        try:
            check_token(obj, token)
        except errors.ChatworkError as error:
            tell(visible(str(error)))
        else:
            return token
        is_retried = False
        try:
            is_retried = ask_yes_no(_("The token could not be checked. Try again?"), default=True)
        finally:  # also where the question itself is left
            if not is_retried:
                _keep_unchecked(obj, token)
        if not is_retried:
            raise Postponed


def _keep_unchecked(obj: CliContext, token: str) -> None:
    """Keep a token that could not be checked, unless the archive has an account and the token may be another's."""
    owner = Archive(obj.home).read(current_state.owner)
    if owner is None:
        keep_token_and_tell(obj, token)
        tell(_("The token is kept, and checked when you go on."))
    else:
        tell(_("The token was not kept, as it may belong to another account."))


# --- whose it is ---------------------------------------------------------------------------------


def _tell_owner(app: App, source: str) -> None:
    owner = app.archive.read(current_state.owner) or {}
    organisation = visible(owner.get("organization_name") or "")
    account = _("Account: {name} (ID {account})").format(name=visible(owner["name"]), account=owner["account_id"])
    organisation_words = _("organisation: {name}").format(name=organisation) if organisation else _("no organisation")
    tell(
        _("{who}, {organisation}. Kept in: {place}"),
        who=account,
        organisation=organisation_words,
        place=told_place(source),
    )
    if organisation and ORGANISATION not in recall_answers(app.archive):
        is_of_client = ask_yes_no(_("Does a client of yours own this organisation?"), default=False)
        note_answer(app.archive, ORGANISATION, "client" if is_of_client else "own")
        if is_of_client:
            tell(_("Its administrators can close your account and your token at any time. What is saved here stays."))
            tell(_("Make a backup on another disk early: archive backup FOLDER"))
    echo()
