"""The password of the mail server that takes notices: read and stored where `[notify] mail_password` says."""

from __future__ import annotations

from collections.abc import Mapping

from archiver import errors
from archiver.settings.model import Settings
from archiver.settings.token import read_secret, store_token

NAME = "mail"
"""Under which the keyring holds it, beside the archive's token."""

KEYRING = "keyring"

PRIVATE_FILE = "file:mail-password"
"""In a file of the home that only its owner can read."""


def read_mail_password(settings: Settings, environ: Mapping[str, str]) -> str:
    """The password; empty if there is none, or no mail server is set. Raises SettingsError."""
    notify = settings.notify
    return read_secret(settings.home, notify.mail_password, environ, name=NAME) if notify.has_mail else ""


def store_mail_password(settings: Settings, password: str) -> str:
    """Store a password beside the token: in the keyring where that is, else in a private file; return the place.

    Raises as `store_token`.
    """
    if settings.token_source == KEYRING:
        try:
            store_token(settings.home, KEYRING, password, name=NAME)
        except errors.KeyringUnavailable:
            pass
        else:
            return KEYRING
    store_token(settings.home, PRIVATE_FILE, password)
    return PRIVATE_FILE
