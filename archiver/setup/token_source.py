"""An API token that was typed or pasted: cleaned, tried, and stored where the user wants it."""

from __future__ import annotations

import re
import sys
import unicodedata
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.settings.child_environ import TOKEN_VARIABLE
from archiver.setup.answers import InvalidAnswer
from archiver.setup.archive_setup import ProgramCall

VARIABLE_SOURCE = f"env:{TOKEN_VARIABLE}"


def variable_token(obj: ProgramCall) -> str:
    """The token of this session's variable; empty if there is none."""
    return obj.environ.get(TOKEN_VARIABLE, "").strip()


def variable_wins_hint() -> str:
    """The hint that the variable is used as long as it is set, whatever is stored."""
    sentence = _(
        "The variable {name} is set here and is used instead of what is stored. Remove it: unset {name} (in "
        "PowerShell: Remove-Item Env:{name})"
    )
    return sentence.format(name=TOKEN_VARIABLE)


if TYPE_CHECKING:
    from archiver.app import App
    from archiver.settings.model import Settings

PRIVATE_FILE = "file:token"
"""The token in a file of the home that only its owner can read."""


def lasting_settings(obj: ProgramCall) -> Settings:
    """The settings as a later session finds them, without this session's token variable."""
    from archiver.settings import file

    return file.load_settings(obj.home, {name: value for name, value in obj.environ.items() if name != TOKEN_VARIABLE})


def clean_token(text: str) -> str:
    """The typed or pasted token, full-width characters folded. Raises InvalidAnswer for what no token can be."""
    token = unicodedata.normalize("NFKC", text).strip()
    if not token:
        raise InvalidAnswer(_("Nothing was pasted. Copy the token and paste it here; Ctrl-C leaves."))
    if not re.fullmatch(r"[!-~]+", token):
        raise InvalidAnswer(_("This cannot be a token: it has spaces or characters that no token has. Copy it again."))
    return token


def trial_app(obj: ProgramCall, token: str) -> App:
    """The app with this token, which is not stored."""
    from dataclasses import replace

    from archiver.app import build_app

    settings = replace(obj.settings(), token_source=VARIABLE_SOURCE)
    return build_app(settings, {**obj.environ, TOKEN_VARIABLE: token})


def token_account(app: App) -> tuple[str, int]:
    """Ask Chatwork for the name and the account id of the token's owner."""
    me = app.chatwork.me().model
    return me.name, me.account_id


def keep_token(obj: ProgramCall, token: str, source: str | None = None) -> str:
    """Store the token at `source`, else in the keyring; without a keyring, in a private file of the home.

    Return where it is stored now. Raises as `store_token`.
    """
    from archiver.settings.token import store_token

    target = source or "keyring"
    try:
        store_token(obj.home, target, token)
    except errors.KeyringUnavailable:
        if source is not None:
            raise
        target = PRIVATE_FILE
        store_token(obj.home, target, token)
    write_token_source(obj, target)
    return target


def write_token_source(obj: ProgramCall, source: str) -> None:
    """Write the token's source into the settings."""
    from archiver.setup.archive_setup import keep_token_source

    keep_token_source(obj, source)


def place_words(source: str) -> str:
    """The place of the token, as people call it."""
    kind, _colon, name = source.partition(":")
    if source == PRIVATE_FILE:
        return _("a file in the archive's folder that only you can read ({name})").format(name=name)
    if kind == "file":
        return _("the file {name}").format(name=visible(name))
    if kind == "env":
        return _("the variable {name}").format(name=name)
    keyrings = {"win32": _("Windows Credential Manager"), "darwin": _("the keychain of macOS")}
    return keyrings.get(sys.platform, _("the password store of this desktop"))
