"""The token as it was typed: tried, and kept where the user wants it."""

from __future__ import annotations

import re
import sys
import unicodedata
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.terminal.prompts import tell
from archiver.cli.terminal.text import visible
from archiver.cli.token_variable import NAME, VARIABLE

if TYPE_CHECKING:
    from archiver.cli.context import CliContext
if TYPE_CHECKING:
    from archiver.app import App
    from archiver.settings.model import Settings


def lasting(obj: CliContext) -> Settings:
    """The settings as a later session finds them: without what the variable of this one says over the file."""
    from archiver.settings import file

    return file.load(obj.home, {name: value for name, value in obj.environ.items() if name != NAME})


def plain(said: str) -> str:
    """A token as it was typed or pasted, full-width signs folded. Raises Again for what no token can be."""
    from archiver.cli.terminal.prompts import InvalidAnswer

    value = unicodedata.normalize("NFKC", said).strip()
    if not value:
        raise InvalidAnswer(_("Nothing was pasted. Copy the token and paste it here; Ctrl-C leaves."))
    if not re.fullmatch(r"[!-~]+", value):
        raise InvalidAnswer(_("This cannot be a token: it holds blanks or signs that no token has. Copy it once more."))
    return value


def trial(obj: CliContext, value: str) -> App:
    """The archive as it would be with this token, which is stored nowhere."""
    from dataclasses import replace

    from archiver.app import build_app

    settings = replace(obj.settings(), token_source=VARIABLE)
    return build_app(settings, {**obj.environ, NAME: value})


def asked(question: str) -> str:
    """The token; where nobody types, the line that is handed in: there is no echo to turn off, and none to warn of.

    Raises SettingsError for a line that cannot be one.
    """
    from archiver.cli.terminal.prompts import InvalidAnswer, ask

    if sys.stdin.isatty():
        return ask(question + ":", plain, hidden=True)
    try:
        return plain(click.prompt(question, err=True))
    except InvalidAnswer as error:
        raise errors.SettingsError(detail=str(error)) from None


def _account_of(app: App) -> tuple[str, int]:
    me = app.chatwork.me().model
    return me.name, me.account_id


def keep(obj: CliContext, value: str, source: str | None = None) -> None:
    """At the place that is named, else in the keyring; where there is none, in a file of the home for its owner only.

    Raises as `store_token`.
    """
    from archiver.settings.token import store_token

    place = source or "keyring"
    try:
        store_token(obj.home, place, value)
    except errors.KeyringUnavailable:
        if source is not None:
            raise
        tell(_("There is no password store here; the token goes into a file that only you can read."))
        place = "file:token"
        store_token(obj.home, place, value)
    _keep_source(obj, place)


def _keep_source(obj: CliContext, source: str) -> None:
    from archiver.cli.setup.account import keep_settings

    keep_settings(obj, source)


def place(source: str) -> str:
    """Where the token lies, as people call it."""
    kind, _colon, name = source.partition(":")
    if kind == "file":
        return _("the file {name}").format(name=visible(name))
    if kind == "env":
        return _("the variable {name}").format(name=name)
    keyrings = {"win32": _("Windows Credential Manager"), "darwin": _("the keychain of macOS")}
    return keyrings.get(sys.platform, _("the password store of this desktop"))
