"""The API token: fetched from the place that the settings name, kept there, forgotten.

It is read when the first request needs it, never before, so that `status` and `search` ask no keyring. No
error carries it.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.settings import private_file, windows_acl
from archiver.settings.home import APPLICATION
from archiver.settings.model import Settings

_LONGEST = 4096
"""Bytes read from a token file; Chatwork's tokens have 32 characters."""


def token(settings: Settings, environ: Mapping[str, str]) -> str:
    """The API token, without the blanks, line ends and byte order mark around it.

    Raises TokenMissing, TokenMalformed (it could not stand in an HTTP header), TokenFileUnsafe,
    KeyringUnavailable.
    """
    found = secret(settings.home, settings.token_source, environ)
    if not found:
        raise errors.TokenMissing(source=settings.token_source)
    if not re.fullmatch(r"[!-~]+", found):
        raise errors.TokenMalformed(source=settings.token_source)
    return found


def secret(home: Path, source: str, environ: Mapping[str, str]) -> str:
    """What lies at a place, without the blanks, line ends and byte order mark around it; empty if nothing does.

    Raises TokenMissing, TokenFileUnsafe, KeyringUnavailable.
    """
    kind, place = _parts(source)
    match kind:
        case "env":
            found = environ.get(place, "")
        case "file":
            found = _from_file(_file(home, place), environ)
        case _:
            found = _from_keyring(home)
    return found.strip().strip("\ufeff").strip()


def store_token(home: Path, source: str, value: str) -> None:
    """Keep the token in the keyring or in a file of mode 0600; `settings.file.update` names the place.

    Raises UsageError for `env:NAME` (a program cannot set the user's variables), KeyringUnavailable,
    DiskFull, HomeNotWritable.
    """
    kind, place = _parts(source)
    match kind:
        case "file":
            private_file.replace(_file(home, place), f"{value}\n".encode())
        case "keyring":
            _into_keyring(home, value)
        case _:
            detail = _("The variable {name} has to be set outside this program.").format(name=place)
            raise errors.UsageError(detail=detail)


def forget_token(home: Path, source: str) -> bool:
    """Remove the token from keyring or file; False if there was none, or it is a variable of the user's.

    Raises KeyringUnavailable, StorageError.
    """
    kind, place = _parts(source)
    match kind:
        case "file":
            return _remove(_file(home, place))
        case "keyring":
            return _out_of_keyring(home)
        case _:
            return False


def token_file(settings: Settings) -> Path | None:
    """The file that holds the token; None if it is kept elsewhere. It need not exist."""
    kind, place = _parts(settings.token_source)
    return _file(settings.home, place) if kind == "file" else None


def is_private(path: Path, status: os.stat_result) -> bool:
    """Whether the file is ours (or the system's) and nobody else has any right to it."""
    if sys.platform == "win32":
        return not windows_acl.others_can_read(path)
    return not stat.S_IMODE(status.st_mode) & 0o077 and status.st_uid in {os.geteuid(), 0}


def _parts(source: str) -> tuple[str, str]:
    kind, _colon, place = source.partition(":")
    return kind, place


# --- file ------------------------------------------------------------------------------------


def _file(home: Path, place: str) -> Path:
    """A relative path is meant from the home, so that a copied archive still finds its token."""
    return home / Path(place).expanduser()


def _from_file(path: Path, environ: Mapping[str, str]) -> str:
    try:
        if path.exists() and not path.is_file():  # a pipe would keep an unattended run waiting for ever
            raise errors.TokenMissing(source=f"file:{path}")
        with path.open("rb") as file:
            if not (_handed_over(path, environ) or is_private(path, os.fstat(file.fileno()))):
                raise errors.TokenFileUnsafe(path=path)
            data = file.read(_LONGEST)
    except FileNotFoundError as error:
        raise errors.TokenMissing(source=_("file:{path}: there is no such file").format(path=path)) from error
    except PermissionError as error:
        raise errors.TokenMissing(source=_("file:{path}: you may not read it").format(path=path)) from error
    except OSError as error:
        raise errors.TokenMissing(source=f"file:{path}: {error.strerror}") from error
    return data.decode("utf-8", "replace")


def _handed_over(path: Path, environ: Mapping[str, str]) -> bool:
    """Whether a container (/run/secrets) or systemd ($CREDENTIALS_DIRECTORY) laid the file there.

    They set modes that are not ours to judge, and keep others out by the folder
    (systemd.exec(5), LoadCredential).
    """
    folders = ["/run/secrets", environ.get("CREDENTIALS_DIRECTORY", "")]
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders if folder)


def _remove(path: Path) -> bool:
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
    """Whatever a keyring's backend raises is one error here; they come from many libraries."""
    import keyring.errors

    try:
        yield
    except keyring.errors.NoKeyringError as error:
        detail = _("none is running in this session")
        raise errors.KeyringUnavailable(detail=detail) from error
    except (keyring.errors.KeyringError, OSError, RuntimeError) as error:
        detail = " ".join(str(error).split())[:200] or type(error).__name__
        raise errors.KeyringUnavailable(detail=detail) from error


def _user(home: Path) -> str:
    """Under which name this archive's token is kept."""
    return os.path.realpath(home)


def _from_keyring(home: Path) -> str:
    import keyring

    with _keyring_errors():
        return keyring.get_password(APPLICATION, _user(home)) or ""


def _into_keyring(home: Path, value: str) -> None:
    import keyring

    with _keyring_errors():
        keyring.set_password(APPLICATION, _user(home), value)
        kept = keyring.get_password(APPLICATION, _user(home)) == value
    if not kept:  # keyring's null backend takes everything and keeps nothing
        raise errors.KeyringUnavailable(detail=_("it did not keep the token"))


def _out_of_keyring(home: Path) -> bool:
    import keyring

    with _keyring_errors():
        if keyring.get_password(APPLICATION, _user(home)) is None:
            return False
        keyring.delete_password(APPLICATION, _user(home))
    return True
