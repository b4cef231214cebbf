"""The API token: read from the place that the settings name, stored there, removed.

It is read when the first request needs it, so that `status` and `search` open no keyring. No error contains it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.settings.home import APPLICATION
from archiver.settings.model import Settings
from archiver.settings.private_file import is_private, remove_leftovers, replace_file


def place_words(source: str) -> str:
    """The place in words for sentences; a word that is no such place stays as it is."""
    kind, _colon, place = source.partition(":")
    match kind:
        case "env":
            return _("the variable {name}").format(name=place)
        case "file":
            return _("the file {path}").format(path=place)
        case "keyring":
            return _("the password store of this desktop")
        case _:
            return source


_MAX_BYTES = 4096
"""Bytes read from a token file; Chatwork's tokens have 32 characters."""


def read_token(settings: Settings, environ: Mapping[str, str]) -> str:
    """Read the API token, without spaces, line ends and byte order mark around it.

    Raises TokenMissing, TokenMalformed (it could not stand in an HTTP header), TokenFileUnsafe,
    KeyringUnavailable.
    """
    token = read_secret(settings.home, settings.token_source, environ)
    if not token:
        raise errors.TokenMissing(source=place_words(settings.token_source))
    if not re.fullmatch(r"[!-~]+", token):
        raise errors.TokenMalformed(source=place_words(settings.token_source))
    return token


def read_secret(home: Path, source: str, environ: Mapping[str, str], *, name: str = "") -> str:
    """Read the secret at a place, without spaces, line ends and byte order mark around it; empty if there is none.

    `name`: of what it is, within the keyring; empty: the API token. Raises TokenMissing, TokenFileUnsafe,
    KeyringUnavailable.
    """
    kind, place = _split_source(source)
    match kind:
        case "env":
            value = environ.get(place, "")
        case "file":
            value = _read_file(_token_path(home, place), environ)
        case _:
            value = _read_keyring(home, name)
    return value.strip().strip("\ufeff").strip()


def store_token(home: Path, source: str, value: str, *, name: str = "") -> None:
    """Store the token in the keyring or in a file of mode 0600; `update_settings` writes the name of the place.

    `name` as for `read_secret`. Raises UsageError for `env:NAME` (a program cannot set the user's variables),
    KeyringUnavailable, DiskFull, HomeNotWritable.
    """
    kind, place = _split_source(source)
    match kind:
        case "file":
            replace_file(_token_path(home, place), f"{value}\n".encode())
        case "keyring":
            _write_keyring(home, value, name)
        case _:
            detail = _("The variable {name} must be set outside this program.").format(name=place)
            raise errors.UsageError(detail=detail)


def forget_token(home: Path, source: str) -> bool:
    """Remove the token from keyring or file; False if there was none, or it is a variable of the user's.

    Raises KeyringUnavailable, StorageError.
    """
    kind, place = _split_source(source)
    match kind:
        case "file":
            return _remove_file(_token_path(home, place))
        case "keyring":
            return _clear_keyring(home)
        case _:
            return False


def token_file(settings: Settings) -> Path | None:
    """The path of the token file, which need not exist; None if the token is stored elsewhere."""
    kind, place = _split_source(settings.token_source)
    return _token_path(settings.home, place) if kind == "file" else None


def _split_source(source: str) -> tuple[str, str]:
    kind, _colon, place = source.partition(":")
    return kind, place


# --- file ------------------------------------------------------------------------------------


def _token_path(home: Path, place: str) -> Path:
    """The path of a token file. It is relative to the home, so that a moved archive still finds its token."""
    return home / Path(place).expanduser()


def _read_file(path: Path, environ: Mapping[str, str]) -> str:
    try:
        if path.exists() and not path.is_file():  # a pipe would keep an unattended run waiting for ever
            raise errors.TokenMissing(source=place_words(f"file:{path}"))
        with path.open("rb") as file:
            if not (_is_handed_over(path, environ) or is_private(path, os.fstat(file.fileno()))):
                raise errors.TokenFileUnsafe(path=path)
            data = file.read(_MAX_BYTES)
    except FileNotFoundError as error:
        raise errors.TokenMissing(source=_("the file {path}: there is no such file").format(path=path)) from error
    except PermissionError as error:
        raise errors.TokenMissing(source=_("the file {path}: you may not read it").format(path=path)) from error
    except OSError as error:
        raise errors.TokenMissing(source=f"{place_words(f'file:{path}')}: {error.strerror}") from error
    return data.decode("utf-8", "replace")


def _is_handed_over(path: Path, environ: Mapping[str, str]) -> bool:
    """Whether a container (/run/secrets) or systemd ($CREDENTIALS_DIRECTORY) provides the file.

    They set other modes and keep other users out by the folder
    (systemd.exec(5), LoadCredential).
    """
    folders = ["/run/secrets", environ.get("CREDENTIALS_DIRECTORY", "")]
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders if folder)


def _remove_file(path: Path) -> bool:
    remove_leftovers(path, older_than=0)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise errors.StorageError(path=path, detail=error.strerror) from error
    return True


# --- keyring ---------------------------------------------------------------------------------


@contextlib.contextmanager
def _keyring_errors() -> Iterator[None]:
    """Raise KeyringUnavailable for any error of the keyring's backends, which use many libraries."""
    import keyring.errors

    try:
        yield
    except keyring.errors.NoKeyringError as error:
        detail = _("none is running in this session")
        raise errors.KeyringUnavailable(detail=detail) from error
    except (keyring.errors.KeyringError, OSError, RuntimeError) as error:
        detail = " ".join(str(error).split())[:200] or type(error).__name__
        raise errors.KeyringUnavailable(detail=detail) from error


def _keyring_user(home: Path, name: str = "") -> str:
    """The user name under which the keyring stores this archive's token, or another secret of it."""
    return f"{os.path.realpath(home)}#{name}" if name else os.path.realpath(home)


def _read_keyring(home: Path, name: str) -> str:
    import keyring

    with _keyring_errors():
        return keyring.get_password(APPLICATION, _keyring_user(home, name)) or ""


def _write_keyring(home: Path, value: str, name: str) -> None:
    import keyring

    user = _keyring_user(home, name)
    with _keyring_errors():
        keyring.set_password(APPLICATION, user, value)
        is_kept = keyring.get_password(APPLICATION, user) == value
    if not is_kept:  # keyring's null backend takes everything and keeps nothing
        raise errors.KeyringUnavailable(detail=_("it did not keep the token"))


def _clear_keyring(home: Path) -> bool:
    import keyring

    with _keyring_errors():
        if keyring.get_password(APPLICATION, _keyring_user(home)) is None:
            return False
        keyring.delete_password(APPLICATION, _keyring_user(home))
    return True
