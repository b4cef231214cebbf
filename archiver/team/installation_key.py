"""The secret half of the installation's key: made once, read by workers alone, never in the database."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.settings.child_environ import child_environ
from archiver.settings.private_file import replace_file
from archiver.settings.token import read_secret
from archiver.team import sealed_tokens
from archiver.team.team_file import TeamSettings

CREDENTIAL = "archiver-key"
"""The name under which systemd (`LoadCredential=`) and containers hand the key over."""

_COMMAND_SECONDS = 60.0


def write_new_key(path: Path) -> str:
    """Make a key in a file that is not there yet, for its owner alone; the public half.

    Raises UsageError if something is there: with another key, no token that was given opens any more. HomeNotWritable.
    """
    if path.exists():
        raise errors.UsageError(detail=_("{path} is there already; a key is not replaced").format(path=path))
    secret = sealed_tokens.new_secret_key()
    replace_file(path, f"{secret}\n".encode())
    return sealed_tokens.public_half(secret)


def public_half_of(path: Path, environ: Mapping[str, str]) -> str:
    """The public half of a key that is in a file, as after a call that was cut short. Raises UsageError."""
    try:
        return sealed_tokens.public_half(_read(f"file:{path}", environ))
    except (ValueError, errors.InstallationKeyUnusable):
        raise errors.UsageError(detail=_("{path} is there already, and is no key").format(path=path)) from None


def read_key(settings: TeamSettings, environ: Mapping[str, str]) -> str:
    """Read the secret half, which must be of the public half in the settings. Raises InstallationKeyUnusable."""
    place = settings.key or _handed_over(environ)
    secret = _run(place) if place.startswith("command:") else _read(place, environ)
    try:
        public = sealed_tokens.public_half(secret)
    except ValueError as error:
        raise errors.InstallationKeyUnusable(place=place, detail=error) from None
    if public != settings.public_key.strip():
        detail = _("it does not belong to the public_key in team.toml")
        raise errors.InstallationKeyUnusable(place=place, detail=detail)
    return secret


def _handed_over(environ: Mapping[str, str]) -> str:
    """Where systemd puts a credential, or a container a secret (systemd.exec(5), LoadCredential)."""
    folder = environ.get("CREDENTIALS_DIRECTORY") or "/run/secrets"
    return f"file:{Path(folder) / CREDENTIAL}"


def _read(place: str, environ: Mapping[str, str]) -> str:
    try:
        return read_secret(Path("/"), place, environ)
    except errors.TokenFileUnsafe as error:
        detail = _("other users may read it. Allow only the saver's user: chmod 600 {path}")
        path = place.removeprefix("file:")
        raise errors.InstallationKeyUnusable(place=place, detail=detail.format(path=path)) from error
    except errors.ArchiverError as error:
        detail = _("there is no such file, or this user may not read it")
        raise errors.InstallationKeyUnusable(place=place, detail=detail) from error


def _run(place: str) -> str:
    """What a command prints; neither its output nor its errors are ever shown, as they may hold the key."""
    command = shlex.split(place.removeprefix("command:"))
    try:
        finished = subprocess.run(  # noqa: S603 - the team's own settings name it
            command,
            env=child_environ(),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        detail = os.strerror(error.errno or 0) if isinstance(error, OSError) else _("no answer in time")
        raise errors.InstallationKeyUnusable(place=_named(place), detail=detail) from None
    if finished.returncode:
        detail = _("it ended with code {code}").format(code=finished.returncode)
        raise errors.InstallationKeyUnusable(place=_named(place), detail=detail)
    return finished.stdout.decode("utf-8", "replace").strip()


def _named(place: str) -> str:
    """The program of a command, without its arguments, which may hold secrets."""
    words = shlex.split(place.removeprefix("command:"))
    return f"command:{words[0]}" if words else "command:"
