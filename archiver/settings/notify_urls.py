"""Where notices go: each entry of `[notify] urls`, read from the file or variable it names; the mail password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _

from archiver import errors
from archiver.settings.file import variable_names
from archiver.settings.home import TOKEN_VARIABLE
from archiver.settings.model import NotifySettings, Settings
from archiver.settings.token import read_secret, store_token

INDIRECT_PREFIXES = ("env:", "file:")
"""Prefixes of entries that name where the address is stored; no notification service has such a name."""


@dataclass(frozen=True, slots=True)
class NotifyAddress:
    """An entry of `[notify] urls` with the address that was read."""

    position: int
    """Counted from 1."""
    url: str = field(repr=False)
    """Empty if there is an error."""
    error: str | None = None
    """A sentence that says why the address cannot be read."""


def addresses(settings: Settings, environ: Mapping[str, str]) -> list[NotifyAddress]:
    """Read every entry, in order, with the files and variables that they name."""
    return [_read_address(settings, environ, number, entry) for number, entry in enumerate(settings.notify.urls, 1)]


def has_url_in_file(urls: Sequence[str]) -> bool:
    """Whether any entry is an address itself, so that `archive.toml` holds secrets."""
    return any(not one.startswith(INDIRECT_PREFIXES) for one in urls)


def has_secret_in_file(notify: NotifySettings) -> bool:
    """Whether an address of these settings, which is a secret, stands in `archive.toml` itself."""
    return has_url_in_file([*notify.urls, *filter(None, [notify.ping])])


def environ_without_secrets(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the variables of token, addresses and password, for programs that do not need them.

    Of two places of the token, one in the environment and one in the file, neither is left.
    """
    notify = settings.notify
    used = variable_names([settings.token_source, *notify.urls, notify.ping, notify.mail_password])
    names = {name.upper() for name in (TOKEN_VARIABLE, *used, *settings.secret_variables)}
    return {name: value for name, value in environ.items() if name.upper() not in names}  # Windows knows no case


def _read_address(settings: Settings, environ: Mapping[str, str], number: int, entry: str) -> NotifyAddress:
    if not entry.startswith(INDIRECT_PREFIXES):
        return NotifyAddress(number, entry.strip())
    try:
        url = read_secret(settings.home, entry, environ)
    except errors.TokenFileUnsafe:
        return NotifyAddress(number, "", _unsafe_text(number))
    except (errors.SettingsError, ValueError, RuntimeError):  # no path at all, or a home of nobody
        return NotifyAddress(number, "", _missing_text(number))
    return NotifyAddress(number, url, None if url else _missing_text(number))


def _missing_text(number: int) -> str:
    sentence = _("Alert address number {number} of [notify] urls is not where it should be.")
    return sentence.format(number=number)


def _unsafe_text(number: int) -> str:
    sentence = _(
        "The file of alert address number {number} of [notify] urls can be read by others, so it was not "
        "used. Allow only yourself to read it: chmod 600"
    )
    return sentence.format(number=number)


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
