"""First step of the first run: gets an API token that works, stores it, and prints whose it is."""

from __future__ import annotations

import click

from archiver import errors
from archiver.app import App, build_app
from archiver.cli.context import CliContext
from archiver.cli.setup.token_prompt import keep_token_and_tell
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import Postponed, ask, ask_yes_no, tell, tell_head
from archiver.cli.terminal.text import visible
from archiver.health.token import is_readable
from archiver.settings.home import SETTINGS_FILE
from archiver.setup.answers import ORGANISATION, note_answer, recall_answers
from archiver.setup.archive_setup import record_account
from archiver.setup.first_run import check_token
from archiver.setup.token_source import (
    VARIABLE_SOURCE,
    clean_token,
    lasting_settings,
    place_words,
    trial_app,
    variable_token,
    write_token_source,
)
from archiver.store.queries import current_state
from archiver.wording import gettext as _


def ensure_token(obj: CliContext) -> App:
    """The app with a token that works and is stored where later calls find it.

    Raises Postponed if the user goes on later; WrongAccount, Unreachable and the like if asking again would not help.
    """
    tell_head(1, _("API token (the key to your Chatwork; show it to nobody)"))
    app = _use_kept_token(obj) or _use_variable_token(obj) or _use_typed_token(obj)
    _tell_owner(app, lasting_settings(obj).token_source)
    return app


def current_app(obj: CliContext) -> App:
    """The app by the settings as they are now."""
    return build_app(obj.settings(), obj.environ)


# --- where it comes from -------------------------------------------------------------------------


def _use_kept_token(obj: CliContext) -> App | None:
    """The app with the token that an earlier call stored; None if there is none that works."""
    if not (obj.home / SETTINGS_FILE).exists() or not is_readable(lasting_settings(obj), obj.environ):
        return None
    app = current_app(obj)
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
    record_account(current_app(obj))
    tell(_("The token of the variable CHATWORK_API_TOKEN is used. A job that runs automatically cannot see it."))
    if ask_yes_no(_("Keep it on this computer too?"), default=True):
        keep_token_and_tell(obj, token)
    else:
        write_token_source(obj, VARIABLE_SOURCE)
    return current_app(obj)


def _use_typed_token(obj: CliContext) -> App:
    tell(_("In Chatwork: サービス連携 > APIトークン (it asks for your password again)"))
    tell(_("- Issuing a new one ends the old token; if a tool uses the old one, paste that."))
    tell(_("- On company plans an administrator must allow it; to wait for that: Enter."))
    token = ask(
        _("Paste it and press Enter (it will not be shown):"), lambda answer: _try_token(obj, answer), hidden=True
    )
    keep_token_and_tell(obj, token)
    return current_app(obj)


def _try_token(obj: CliContext, answer: str) -> str:
    """The typed token, once Chatwork accepts it for this archive's account. Raises Postponed, InvalidAnswer."""
    if not answer:
        raise Postponed
    token = clean_token(answer)
    _check_token(obj, token)
    return token


def _check_token(obj: CliContext, token: str) -> None:
    """Ask Chatwork whose token it is, and again as long as the user wants; on giving up, keep it if possible.

    Raises InvalidAnswer, Postponed.
    """
    app = trial_app(obj, token)
    while True:
        try:
            check_token(obj, token)
        except errors.ChatworkError as error:
            tell(visible(str(error)))
        else:
            return
        try:
            is_retried = ask_yes_no(_("The token could not be checked. Try again?"), default=True)
        except click.Abort:
            _keep_unchecked(obj, token, app)
            raise
        if not is_retried:
            _keep_unchecked(obj, token, app)
            raise Postponed


def _keep_unchecked(obj: CliContext, token: str, app: App) -> None:
    """Keep a token that could not be checked, unless the archive has an account and the token may be another's."""
    with app.archive.reading() as reading:
        owner = current_state.owner(reading)
    if owner is None:
        keep_token_and_tell(obj, token)
        tell(_("The token is kept, and checked when you go on."))
    else:
        tell(_("The token was not kept, as it may belong to another account."))


# --- whose it is ---------------------------------------------------------------------------------


def _tell_owner(app: App, source: str) -> None:
    with app.archive.reading() as reading:
        owner = current_state.owner(reading) or {}
    organisation = visible(owner.get("organization_name") or "")
    account = _("Account: {name} (ID {account})").format(name=visible(owner["name"]), account=owner["account_id"])
    organisation_words = _("organisation: {name}").format(name=organisation) if organisation else _("no organisation")
    tell(
        _("{who}, {organisation}. Kept in: {place}").format(
            who=account, organisation=organisation_words, place=place_words(source)
        )
    )
    if organisation and ORGANISATION not in recall_answers(app.archive):
        is_of_client = ask_yes_no(_("Does a client of yours own this organisation?"), default=False)
        note_answer(app.archive, ORGANISATION, "client" if is_of_client else "own")
        if is_of_client:
            tell(_("Its administrators can close your account and your token at any time. What is saved here stays."))
            tell(_("Make a backup on another disk early: archive backup FOLDER"))
    echo()
