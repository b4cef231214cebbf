"""API tokens sealed for workers alone: whoever has the ledger and not the installation's key has nothing.

A token is encrypted with AES-256-GCM under a key of its own. That key is wrapped for the installation: X25519 with a
key made for this once, HKDF-SHA256 over both public keys, AES-256-GCM (RFC 9180, 4.1, with a label of ours).
The account's number is associated data of both, so that no row opens in the place of another one. Sealing needs the
public half only: where a token is given, nobody can read the tokens of others. While secrets are in use, they are
kept out of images of the process's memory.
The secret half of the key is made once, read by workers alone, and never in the database.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
import hashlib
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from gettext import gettext as _
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archiver import errors
from archiver.settings.home import child_environ
from archiver.settings.token import read_secret, replace_file
from archiver.team.ledger.service_tables import SealedRow
from archiver.team.team_file import TeamSettings

KEY_BYTES = 32
_NONCE_BYTES = 12
_PUBLIC_BYTES = 32
_LABEL = b"chatwork-archiver team token 1"


class NotOpened(ValueError):
    """The row was sealed for another key or another account, or is damaged."""


def new_secret_key() -> str:
    """A new secret half of an installation's key, as text."""
    return _text(X25519PrivateKey.generate().private_bytes_raw())


def public_half(secret_key: str) -> str:
    """The public half, as text. Raises ValueError for what is no key."""
    return _text(_secret(secret_key).public_key().public_bytes_raw())


def key_id(public_key: str) -> str:
    """A short name of a key, for the row and for messages. Raises ValueError for what is no key."""
    return hashlib.sha256(_bytes(public_key)).hexdigest()[:16]


def seal_token(token: str, account: int, public_key: str) -> SealedRow:
    """Seal a token of an account. Raises ValueError for what is no key."""
    own_key = AESGCM.generate_key(bit_length=8 * KEY_BYTES)
    return _wrapped(_encrypt(own_key, token.encode(), account), own_key, account, public_key)


def wrap_anew(row: SealedRow, account: int, secret_key: str, public_key: str) -> SealedRow:
    """The row for another key of the installation; the token in it stays sealed.

    Raises NotOpened, and ValueError for what is no key.
    """
    own_key = _own_key(row, account, secret_key)
    if own_key is None:
        raise NotOpened(row.key_id)
    try:
        return _wrapped(row.sealed, own_key, account, public_key)
    finally:
        wipe(own_key)


def open_token(row: SealedRow, account: int, secret_key: str) -> str:
    """The token in a row, as a text of its own, for the caller to wipe.

    Raises NotOpened, and ValueError for what is no key.
    """
    own_key = _own_key(row, account, secret_key)
    token = None if own_key is None else _decrypt(own_key, row.sealed, account)
    if own_key is not None:
        wipe(own_key)
    if token is None:  # no error carries what was being opened
        raise NotOpened(row.key_id)
    text = token.decode()
    wipe(token)
    return text


def _wrapped(sealed: bytes, own_key: bytes, account: int, public_key: str) -> SealedRow:
    """A sealed token with its key wrapped for an installation."""
    once = X25519PrivateKey.generate()
    public = X25519PublicKey.from_public_bytes(_bytes(public_key))
    once_public = once.public_key().public_bytes_raw()
    wrapping_key = _derive(once.exchange(public), once_public, _bytes(public_key))
    return SealedRow(sealed, once_public + _encrypt(wrapping_key, own_key, account), key_id(public_key))


def _own_key(row: SealedRow, account: int, secret_key: str) -> bytes | None:
    """The token's own key; None if it was wrapped for another installation or account, or is damaged."""
    secret = _secret(secret_key)
    once, wrapped = row.wrapped_key[:_PUBLIC_BYTES], row.wrapped_key[_PUBLIC_BYTES:]
    try:
        shared = secret.exchange(X25519PublicKey.from_public_bytes(once))
    except ValueError:
        return None
    return _decrypt(_derive(shared, once, secret.public_key().public_bytes_raw()), wrapped, account)


def _derive(shared: bytes, once: bytes, public: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=_LABEL + once + public).derive(shared)


def _encrypt(key: bytes, plain: bytes, account: int) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, str(account).encode())


def _decrypt(key: bytes, sealed: bytes, account: int) -> bytes | None:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], str(account).encode())
    except (InvalidTag, ValueError):
        return None


def _secret(text: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_bytes(text))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    """The 32 bytes of a key. Raises ValueError, which does not hold the text."""
    try:
        data = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != KEY_BYTES:
        raise ValueError("not 32 bytes in base64")
    return data


_PR_SET_DUMPABLE = 4
"""prctl(2): a process that is not dumpable writes no core file, and other processes of its user cannot read it."""


def forbid_core_files() -> None:
    """Forbid core files and, on Linux, reading this process's memory; where neither is known nothing happens."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def wipe(secret: str | bytes) -> None:
    """Overwrite a secret that nobody uses any more, as freed memory keeps what was in it until it is used again.

    Only for a value that was made for one use: it is changed in place, where its bytes lie in CPython (behind a header
    of the size of an empty value; an ASCII text has one byte for each sign).
    """
    if sys.implementation.name != "cpython" or (isinstance(secret, str) and not secret.isascii()):
        return
    header = sys.getsizeof("" if isinstance(secret, str) else b"") - 1
    if len(secret) > 1:  # shorter ones are shared by all of the process
        ctypes.memset(id(secret) + header, 0, len(secret))


CREDENTIAL = "archiver-key"
"""The name under which systemd (`LoadCredential=`) and containers hand the key over."""

_COMMAND_SECONDS = 60.0


def write_new_key(path: Path) -> str:
    """Make a key in a file that is not there yet, for its owner alone; the public half.

    Raises UsageError if something is there: with another key, no token that was given opens any more. HomeNotWritable.
    """
    if path.exists():
        raise errors.UsageError(detail=_("{path} is there already; a key is not replaced").format(path=path))
    secret = new_secret_key()
    replace_file(path, f"{secret}\n".encode())
    return public_half(secret)


def public_half_of(path: Path, environ: Mapping[str, str]) -> str:
    """The public half of a key that is in a file, as after a call that was cut short. Raises UsageError."""
    try:
        return public_half(_read(f"file:{path}", environ))
    except (ValueError, errors.InstallationKeyUnusable):
        raise errors.UsageError(detail=_("{path} is there already, and is no key").format(path=path)) from None


def read_key(settings: TeamSettings, environ: Mapping[str, str]) -> str:
    """Read the secret half, which must be of the public half in the settings. Raises InstallationKeyUnusable."""
    handed_over = Path(environ.get("CREDENTIALS_DIRECTORY") or "/run/secrets") / CREDENTIAL
    place = settings.key or f"file:{handed_over}"
    secret = _run(place) if place.startswith("command:") else _read(place, environ)
    try:
        public = public_half(secret)
    except ValueError as error:
        raise errors.InstallationKeyUnusable(place=place, detail=error) from None
    if public != settings.public_key.strip():
        detail = _("it does not belong to the public_key in team.toml")
        raise errors.InstallationKeyUnusable(place=place, detail=detail)
    return secret


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
