"""The sections and keys of `archive.toml`, with the type, limits and default of each value."""

from __future__ import annotations

import threading
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

PositiveNumber = Annotated[float, Meta(gt=0, le=1_000_000)]
NumberFromZero = Annotated[float, Meta(ge=0, le=1_000_000)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table in which an unknown key is an error, as it may be misspelt."""


class TokenTable(Section, frozen=True):
    """The section `[token]`: where the API token is stored."""

    source: str = "keyring"


class SyncTable(Section, frozen=True):
    """The section `[sync]`; durations are texts such as `5m`."""

    every: str = "5m"
    full_every: str = "6h"
    reserve: Annotated[int, Meta(ge=0, le=100_000)] = 60
    window_share: Annotated[int, Meta(ge=1, le=100)] = 20
    reread_days: Annotated[int, Meta(ge=1, le=3660)] = 30


class FilesTable(Section, frozen=True):
    """The section `[files]`: decimal sizes."""

    large_mb: PositiveNumber = 20
    max_gb: PositiveNumber = 5
    stop_when_free_gb: NumberFromZero = 2


class ExportsTable(Section, frozen=True):
    """The section `[exports]`; folders are texts as the user wrote them."""

    folder: str = ""
    daily: bool = True
    daily_file_mb: NumberFromZero = 5
    also_to: tuple[str, ...] = ()


class AuthorityTable(Section, frozen=True):
    """A time-stamp authority; its name becomes part of file names."""

    name: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,20}\Z")]
    url: Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]+\Z")]
    roots: Annotated[str, Meta(min_length=1)]
    user: str = ""
    password: str = ""
    accredited_as: Literal["", "seiko", "mind", "amano", "gmo-globalsign"] = ""


class TimestampTable(Section, frozen=True):
    """The section `[timestamp]`: the authorities that stamp the seals."""

    authorities: tuple[AuthorityTable, ...] = ()


class NotifyTable(Section, frozen=True):
    """The section `[notify]`: when and where notices are sent."""

    stale_hours: PositiveNumber = 24
    desktop: bool = True
    daily: bool = False
    urls: tuple[str, ...] = ()
    mail_host: str = ""
    mail_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    mail_tls: Literal["tls", "starttls", "none"] = "tls"
    mail_user: str = ""
    mail_password: str = "keyring"  # noqa: S105 - the name of a place, not a secret
    mail_from: str = ""
    mail_to: str = ""
    ping: str = ""


class BackupTable(Section, frozen=True):
    """The section `[backup]`: where a copy is made regularly, and which program of the user's runs on it."""

    to: str = ""
    every: str = ""
    after: tuple[str, ...] = ()


class SettingsTable(Section, frozen=True):
    """The whole settings file."""

    language: Literal["ja", "en", ""] = ""
    token: TokenTable = TokenTable()
    sync: SyncTable = SyncTable()
    files: FilesTable = FilesTable()
    exports: ExportsTable = ExportsTable()
    timestamp: TimestampTable = TimestampTable()
    notify: NotifyTable = NotifyTable()
    backup: BackupTable = BackupTable()


_CONVERTING = threading.Lock()
"""msgspec 0.22 describes each type at its first use; where two threads do so at once, the process is gone (SIGSEGV)."""


def convert(table: dict[str, Any]) -> SettingsTable:
    """Convert what tomllib read. Raises msgspec.ValidationError, whose text names the key."""
    with _CONVERTING:
        return msgspec.convert(table, SettingsTable)
