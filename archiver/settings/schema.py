"""The shape of `archive.toml`: its sections and keys, what each may hold, and the value of a key left out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Amount = Annotated[float, Meta(gt=0, le=1_000_000)]
NoLess = Annotated[float, Meta(ge=0, le=1_000_000)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table in which a key that we do not know is an error: it may be a slip of the pen."""


class TokenTable(Section, frozen=True):
    """Where the API token is."""

    source: str = "keyring"


class SyncTable(Section, frozen=True):
    """How often; durations as the user writes them."""

    every: str = "5m"
    full_every: str = "6h"
    reserve: Annotated[int, Meta(ge=0, le=100_000)] = 60
    reread_days: Annotated[int, Meta(ge=1, le=3660)] = 30


class FilesTable(Section, frozen=True):
    """Sizes, decimal."""

    large_mb: Amount = 20
    max_gb: Amount = 5
    stop_when_free_gb: NoLess = 2


class ExportsTable(Section, frozen=True):
    """Folders as the user writes them."""

    folder: str = ""
    daily: bool = True
    daily_file_mb: NoLess = 5
    also_to: tuple[str, ...] = ()


class AuthorityTable(Section, frozen=True):
    """One time-stamp authority; the name becomes part of file names."""

    name: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,20}\Z")]
    url: Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]+\Z")]
    roots: Annotated[str, Meta(min_length=1)]


class TimestampTable(Section, frozen=True):
    """Who stamps the seals."""

    authorities: tuple[AuthorityTable, ...] = ()


class NotifyTable(Section, frozen=True):
    """When and where the user is told."""

    stale_hours: Amount = 24
    desktop: bool = True
    daily: bool = False
    urls: tuple[str, ...] = ()


class SettingsTable(Section, frozen=True):
    """The whole file."""

    language: Literal["ja", "en", ""] = ""
    token: TokenTable = TokenTable()
    sync: SyncTable = SyncTable()
    files: FilesTable = FilesTable()
    exports: ExportsTable = ExportsTable()
    timestamp: TimestampTable = TimestampTable()
    notify: NotifyTable = NotifyTable()


def convert(table: dict[str, Any]) -> SettingsTable:
    """Check what tomllib read. Raises msgspec.ValidationError, whose text names the place."""
    return msgspec.convert(table, SettingsTable)
