"""Asks for an API token on a terminal, and says where it was stored."""

from __future__ import annotations

import sys
from gettext import gettext as _

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.terminal.prompts import ask, tell
from archiver.setup.answers import InvalidAnswer
from archiver.setup.token_source import PRIVATE_FILE, clean_token, keep_token


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
    """Store the token, and print it if there was no keyring. Raises as `store_token`."""
    if keep_token(obj, token, source) == PRIVATE_FILE and source is None:
        tell(_("There is no password store here; the token goes into a file that only you can read."))
