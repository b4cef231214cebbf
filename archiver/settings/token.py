"""Secrets (API token, addresses and password for notices): read from the place that is named, stored, removed.

It is read when the first request needs it, so that `status` and `search` open no keyring. No error contains it.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import secrets
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.folder_sync import disk_errors, sync_where_possible
from archiver.settings.home import APPLICATION, TOKEN_VARIABLE, child_environ
from archiver.settings.model import NotifySettings, Settings


def place_words(source: str) -> str:
    """The place in words for sentences; a word that is no such place stays as it is."""
    kind, _colon, place = source.partition(":")
    match kind:
        case "env":
            return _("the variable {name}").format(name=place)
        case "file":
            return _("the file {path}").format(path=place)
        case "keyring":
            keyrings = {"win32": _("Windows Credential Manager"), "darwin": _("the keychain of macOS")}
            return keyrings.get(sys.platform, _("the password store of this desktop"))
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


def store_secret(home: Path, source: str, value: str, *, name: str = "") -> None:
    """Store a secret in the keyring or in a file of mode 0600; `update_settings` writes the name of the place.

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
    with disk_errors(path), contextlib.suppress(FileNotFoundError):
        path.unlink()
        return True
    return False


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


#: Everybody, signed-in users, users, guests, anonymous, network: as SDDL writes them, by letters or by number
#: (Microsoft, "SID Strings").
_GROUPS = {"WD", "AU", "BU", "BG", "AN", "NU", "IU", "S-1-1-0", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"}


def can_others_read(path: Path) -> bool:
    """Whether whole groups may read the file; False if there is no access list."""
    try:
        return has_group_grant(_read_sddl(path))
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return False


def has_group_grant(sddl: str) -> bool:
    """Whether an access list in SDDL allows anything to a group that means "others".

    `D:(A;ID;FA;;;BA)` is one entry: type, flags, rights, two object ids, whom (Microsoft, "ACE Strings").
    """
    entries = re.findall(r"\(([^()]*)\)", sddl.partition("D:")[2].partition("S:(")[0])
    parts = [entry.split(";") for entry in entries]
    return any(entry[0] == "A" and entry[5] in _GROUPS for entry in parts if len(entry) >= 6)


def _read_sddl(path: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "acl"
        command = ["icacls", str(path), "/save", str(saved), "/q"]
        subprocess.run(command, env=child_environ(), check=True, capture_output=True, timeout=10)  # noqa: S603 - part of Windows
        return saved.read_text(encoding="utf-16")


def is_private(path: Path, status: os.stat_result) -> bool:
    """Whether a file belongs to this user (or root) and nobody else has any permission on it."""
    if sys.platform == "win32":
        return not can_others_read(path)
    return not stat.S_IMODE(status.st_mode) & 0o077 and status.st_uid in {os.geteuid(), 0}


_HALF_WRITTEN_SECONDS = 60
"""A file that another process is writing is younger; older ones a killed process has left."""


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path` with mode 0600; the folder is made with mode 0700 if it is missing.

    A symbolic link is followed, so that a settings file kept elsewhere stays there. Raises DiskFull,
    DiskFailing, TooManyOpenFiles, HomeNotWritable; what was at `path` before is then unchanged.
    """
    with disk_errors(path.parent):
        target = Path(os.path.realpath(path))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(target, data)


def remove_leftovers(path: Path, *, older_than: float = _HALF_WRITTEN_SECONDS) -> None:
    """Remove what killed processes left of the file, which may hold a secret, if it is older than so many seconds."""
    target = Path(os.path.realpath(path))
    with contextlib.suppress(OSError):
        for leftover in target.parent.glob(f".{glob.escape(target.name)}.????????.partial"):
            if leftover.stat().st_mtime <= time.time() - older_than:
                leftover.unlink()


def _write(target: Path, data: bytes) -> None:
    remove_leftovers(target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_where_possible(target.parent)


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
        sentence = _(
            "The file of alert address number {number} of [notify] urls can be read by others, so it was not "
            "used. Allow only yourself to read it: chmod 600"
        )
        return NotifyAddress(number, "", sentence.format(number=number))
    except (errors.SettingsError, ValueError, RuntimeError):  # no path at all, or a home of nobody
        url = ""
    missing = _("Alert address number {number} of [notify] urls is not where it should be.").format(number=number)
    return NotifyAddress(number, url, None if url else missing)


def variable_names(sources: Iterable[str]) -> Iterator[str]:
    """The variables among places of secrets such as `env:NAME`."""
    return (source.removeprefix("env:") for source in sources if source.startswith("env:"))


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

    Raises as `store_secret`.
    """
    if settings.token_source == KEYRING:
        try:
            store_secret(settings.home, KEYRING, password, name=NAME)
        except errors.KeyringUnavailable:
            pass
        else:
            return KEYRING
    store_secret(settings.home, PRIVATE_FILE, password)
    return PRIVATE_FILE
