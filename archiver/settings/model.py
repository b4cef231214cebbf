"""The settings as frozen values with their defaults, durations and sizes in the units of the code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000
BASE_URL = "https://api.chatwork.com/v2"
"""Chatwork API v2 (developer.chatwork.com, endpoints)."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=3660)


def parse_duration(text: str) -> timedelta:
    """The duration that `90s`, `5m`, `6h` or `30d` stands for: above zero, at most ten years.

    Raises ValueError for everything else.
    """
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    duration = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else timedelta()
    if not timedelta() < duration <= _LONGEST:
        raise ValueError(text)
    return duration


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How often rooms are read, and how many API calls are left to other tools."""

    every: timedelta = timedelta(minutes=5)
    full_every: timedelta = timedelta(hours=6)
    """Each room's messages and files are listed at least this often, even without changes."""
    reserve: int = 60
    """API calls left to the user's other tools."""
    window_share: int = 20
    """Percent of the allowance of API calls that reading the lists of messages in turn may take."""
    reread_days: int = 30
    """Each message that is too old for the list is read once in so many days."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Which files are downloaded, and when downloads stop; MB and GB are decimal."""

    large_mb: float = 20
    """Files above this size are downloaded last and in parts."""
    max_gb: float = 5
    """Files above this size are listed only."""
    stop_when_free_gb: float = 2

    @property
    def large_bytes(self) -> int:
        """`large_mb` in bytes."""
        return int(self.large_mb * MEGABYTE)

    @property
    def max_bytes(self) -> int:
        """`max_gb` in bytes."""
        return int(self.max_gb * GIGABYTE)

    @property
    def stop_when_free_bytes(self) -> int:
        """`stop_when_free_gb` in bytes."""
        return int(self.stop_when_free_gb * GIGABYTE)


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """Where packages and daily exports are written."""

    folder: Path | None = None
    """None = the default: Documents/Chatwork提出資料, else `exports` in the home."""
    daily: bool = True
    daily_file_mb: float = 5
    """New files up to this size go into a daily export."""
    also_to: tuple[Path, ...] = ()
    """Other folders to which daily exports and seals are written too."""

    @property
    def daily_file_bytes(self) -> int:
        """`daily_file_mb` in bytes."""
        return int(self.daily_file_mb * MEGABYTE)


@dataclass(frozen=True, slots=True)
class AuthoritySetting:
    """One time-stamp authority."""

    name: str
    """Part of file names: `[a-z0-9-]{1,20}`."""
    url: str
    roots: str
    """A PEM file (relative to the home), or `certifi:` and the SHA-256 fingerprint of a root."""
    user: str = ""
    """The name for its server (basic authentication); empty: it asks for none."""
    password_source: str = ""
    """Where the password for that name is: `env:NAME` or `file:PATH`."""
    accredited_as: str = ""
    """The id of the service on the minister's list that it is, as the owner states; empty: none."""


@dataclass(frozen=True, slots=True)
class TimestampSettings:
    """The authorities that stamp the seals; none by default."""

    authorities: tuple[AuthoritySetting, ...] = ()


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server that takes notices, and to whom they go."""

    host: str
    to: str
    sender: str
    """The address in `From`."""
    port: int
    tls: str = "tls"
    """`tls`, `starttls`, or `none`, which is allowed to this computer only."""
    user: str = ""
    """Empty: the server asks for no name and no password."""
    password_source: str = "keyring"  # noqa: S105 - the name of a place, not a secret
    """`keyring`, `env:NAME` or `file:PATH`."""


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """When and where notices are sent."""

    stale_hours: float = 24
    """Hours without a successful run after which a notice is sent."""
    desktop: bool = True
    daily: bool = False
    """Whether a notice is sent every day, even if all is well."""
    urls: tuple[str, ...] = field(default=(), repr=False)
    """Addresses, or `env:NAME` and `file:PATH` where one is stored. They hold passwords, so they are never printed."""
    mail: MailSettings | None = None
    """None: no notice goes by mail, unless an address of `urls` does it."""
    ping: str = field(default="", repr=False)
    """The heartbeat's address, or `env:NAME` and `file:PATH` where it is stored; a secret. Empty: there is none."""

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways by which the user is told: `desktop`, `mail`, `urls`, and `ping`, which tells by its silence."""
        wanted = {"desktop": self.desktop, "mail": self.mail, "urls": self.urls, "ping": self.ping}
        return tuple(way for way, is_set in wanted.items() if is_set)


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where a copy of the archive is made regularly, and the user's own program that then saves the copy."""

    to: Path | None = None
    every: timedelta | None = None
    """None: a copy is made only by hand."""
    after: tuple[str, ...] = ()
    """The program and its arguments; `{copy}` in an argument is the copy's folder. Empty: none."""


SEALED = "sealed:"
"""The place of a token that its owner gave to a team: in the ledger, where workers alone can open it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings from file and environment, without the token itself."""

    home: Path
    language: str | None = None
    """`ja`, `en`, or None: that of the environment."""
    token_source: str = "keyring"  # noqa: S105 - the name of a place, not a secret
    """`keyring`, `env:NAME`, `file:PATH`, or `SEALED` within a worker of a team."""
    base_url: str = BASE_URL
    """Without a final slash; https, or this computer."""
    sync: SyncSettings = SyncSettings()
    files: FileSettings = FileSettings()
    exports: ExportSettings = ExportSettings()
    timestamp: TimestampSettings = TimestampSettings()
    notify: NotifySettings = NotifySettings()
    backup: BackupSettings = BackupSettings()
    secret_variables: frozenset[str] = frozenset()
    """Names of variables that `archive.toml` names for secrets, used now or not."""


FOLDER = "Chatwork提出資料"
"""Name of the default folder within the user's Documents."""


def exports_folder(settings: Settings) -> Path:
    """The exports folder: that of the settings, else one in Documents if they exist, else `exports` in the home."""
    if settings.exports.folder is not None:
        return settings.exports.folder
    from platformdirs import user_documents_path

    documents = user_documents_path()
    return documents / FOLDER if documents.is_dir() else settings.home / "exports"
