"""First step of the first run: the API token, kept where the computer keeps secrets, and whose it is."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.answers import answered, note
from archiver.cli.setup.token_source import _keep_source, keep, lasting, place, plain, trial
from archiver.cli.terminal.prompts import InvalidAnswer, Postponed, ask, ask_yes_no, tell, tell_head
from archiver.cli.terminal.text import visible
from archiver.cli.token_variable import VARIABLE, of_variable

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.cli.context import CliContext

ASKED = ("prompt",)
"""The `--token-from` that names no place."""

ORGANISATION = "organisation"
"""The question whether a client owns the organisation."""


def settle(obj: CliContext, token_from: str | None) -> App:
    """The archive with a token that works and lies where it will be found again.

    Raises Left if the user goes on later; WrongAccount, Unreachable and the like where asking again would not help.
    """
    tell_head(1, _("API token (the key to your Chatwork; show it to nobody)"))
    if token_from is not None and token_from not in ASKED:
        _choose_source(obj, token_from)
    app = _held(obj) or _given(obj) or _asked(obj)
    _tell_owner(app, lasting(obj).token_source)
    return app


def build(obj: CliContext) -> App:
    """The archive by the settings of now."""
    from archiver.app import build_app

    return build_app(obj.settings(), obj.environ)


# --- where it comes from -------------------------------------------------------------------------


def _held(obj: CliContext) -> App | None:
    """With the token that an earlier call stored, if it still works."""
    from archiver.cli.setup.account import know_account
    from archiver.health.token import is_readable
    from archiver.settings.home import SETTINGS_FILE

    if not (obj.home / SETTINGS_FILE).exists() or not is_readable(lasting(obj), obj.environ):
        return None
    app = build(obj)
    try:
        know_account(app)
    except errors.TokenRefused as error:
        if of_variable(obj):  # it wins over whatever would be asked for
            raise
        tell(str(error))
        return None
    return app


def _given(obj: CliContext) -> App | None:
    """With the token of this session's variable; a job does not see that, so it is offered to keep it."""
    from archiver.cli.setup.account import know_account

    value = of_variable(obj)
    if not value:
        return None
    know_account(build(obj))
    tell(_("The token of the variable CHATWORK_API_TOKEN is used. A job that runs by itself cannot see it."))
    if ask_yes_no(_("Keep it on this computer too?"), default=True):
        keep(obj, value)
    else:
        _keep_source(obj, VARIABLE)
    return build(obj)


def _asked(obj: CliContext) -> App:
    tell(_("In Chatwork: サービス連携 > APIトークン (it asks for your password again)"))
    tell(_("- Re-issuing it ends the token before; if a tool uses that one, paste that."))
    tell(_("- On company plans an administrator must allow it; to wait for that: Enter."))
    value = ask(_("Paste it and press Enter (it will not be shown):"), lambda said: _tried(obj, said), hidden=True)
    keep(obj, value)
    return build(obj)


def _tried(obj: CliContext, said: str) -> str:
    """The token, after Chatwork took it for the account of this archive. Raises Left, Again."""
    if not said:
        raise Postponed
    value = plain(said)
    try:
        _asked_chatwork(obj, value)
    except errors.TokenRefused:
        raise InvalidAnswer(
            _("Chatwork refused this token (401). Copy it once more, as it is shown there now.")
        ) from None
    except errors.WrongAccount as error:
        raise InvalidAnswer(f"{error} {error.advice()}") from None
    return value


def _asked_chatwork(obj: CliContext, value: str) -> None:
    """Ask whose it is, again as long as the user wants; who gives up need not paste it again.

    Raises TokenRefused, WrongAccount, Left.
    """
    from archiver.cli.setup.account import know_account

    app = trial(obj, value)
    while True:
        try:
            know_account(app)
        except errors.ChatworkError as error:
            tell(visible(str(error)))
        else:
            return
        try:
            again = ask_yes_no(_("The token could not be checked. Try again?"), default=True)
        except click.Abort:
            _keep_unchecked(obj, value, app)
            raise
        if not again:
            _keep_unchecked(obj, value, app)
            raise Postponed


def _keep_unchecked(obj: CliContext, value: str, app: App) -> None:
    """In a new archive; one that has an account may not get a token that could be another's."""
    from archiver.store.queries import current_state

    with app.archive.reading() as reading:
        owner = current_state.owner(reading)
    if owner is None:
        keep(obj, value)
        tell(_("The token is kept, and checked when you go on."))
    else:
        tell(_("The token was not kept, as it could be of another account."))


def _choose_source(obj: CliContext, source: str) -> None:
    """Take the place that was named on the command line. Raises BadValue."""
    from archiver.settings import file

    if not file.is_source(source):
        raise errors.BadValue(value=source, option="--token-from", example="file:/run/secrets/chatwork")
    _keep_source(obj, source)


# --- whose it is ---------------------------------------------------------------------------------


def _tell_owner(app: App, source: str) -> None:
    from archiver.store.queries import current_state as known

    with app.archive.reading() as reading:
        owner = known.owner(reading) or {}
    organisation = visible(owner.get("organization_name") or "")
    who = _("Account: {name} (ID {account})").format(name=visible(owner["name"]), account=owner["account_id"])
    whose = _("organisation: {name}").format(name=organisation) if organisation else _("no organisation")
    tell(_("{who}, {organisation}. Kept in: {place}").format(who=who, organisation=whose, place=place(source)))
    if organisation and ORGANISATION not in answered(app.archive):
        theirs = ask_yes_no(_("Does a client of yours own this organisation?"), default=False)
        note(app.archive, ORGANISATION, "client" if theirs else "own")
        if theirs:
            tell(_("Its administrators can close your account and its token at any time. What is saved here stays."))
            tell(_("Keep a copy on another disk early: archive backup FOLDER"))
    click.echo()
