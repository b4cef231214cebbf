"""Who keeps an archive beside its home: nobody, or a team, whose ledger and store of files get everything first.

It is the one door to a team: `Keeper` is all that the program of one person knows of it. A home with a `ledger.toml`
is a copy of an archive of a team, and only there the team's own keeper is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archiver.store import blobs
from archiver.store.engine import Reading
from archiver.store.working.remembered_values import UnfinishedErasure

LEDGER_FILE = "ledger.toml"
"""In a home: says that it is a copy, and of what."""


class KeptByTeam(Enum):
    """What of an archive goes to its team before it is saved in its home."""

    NOTHING = "nothing"
    RECORDS = "records"
    """To the ledger; bytes of files stay in the home alone."""
    ALL = "all"


class Keeper:
    """The keeper of an archive of one's own: its home has all of it, and nobody else is asked."""

    kept = KeptByTeam.NOTHING

    def __init__(self, home: Path) -> None:
        """Keep the home's path."""
        self.home = home

    @property
    def is_team(self) -> bool:
        """Whether the home is a copy of what a team keeps."""
        return self.kept is not KeptByTeam.NOTHING

    def top_up(self, archive: Any) -> None:
        """Bring an `Archive`, the home's, up to what is kept. Raises LedgerUnavailable, StaleCopy, StorageError."""

    def committing(self, sql: Connection) -> AbstractContextManager[None]:  # noqa: ARG002 - here nothing is to be done
        """Commit what a transaction appends, at the end of the block; its own commit follows.

        Raises LedgerUnavailable, StaleCopy, StorageError.
        """
        return nullcontext()

    def check_open(self) -> None:
        """Raise ArchiveClosed where its member has left the team, as far as was seen when it was last brought up."""

    def close(self) -> None:
        """Give connections up; they are opened again when they are needed."""

    def bring_bytes(self, digests: Iterable[str]) -> None:
        """Bring bytes of files that the home lacks, as far as they are kept. Raises StorageError."""

    def put_daily(self, path: Path) -> None:
        """Keep a daily copy of the home. Raises StorageError."""

    def may_erase(self) -> bool:
        """Whether this machine may have something erased. Raises LedgerUnavailable."""
        return True

    def begun_erasure(self, reading: Reading) -> UnfinishedErasure | None:
        """An erasure that another machine recorded and did not carry out, such as one that was lost."""

    def folders(self) -> Sequence[Path]:
        """Other folders on the disk with files of the archive. Raises TeamStoreUnavailable where one is away."""
        return ()

    def accesses(self) -> Sequence[tuple[datetime, str]] | None:
        """When others than the owner have read the archive, and who; None: nobody can, or it is not known now."""

    def check(self) -> Iterator[tuple[bool, str]]:
        """Whether what keeps it can be used, in sentences."""
        yield from ()


def keeper_of(home: Path) -> Keeper:
    """The keeper of the archive in a home. Raises BadLedgerFile, NotAllowed."""
    try:
        (home / LEDGER_FILE).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return Keeper(home)
    except OSError:
        pass  # it is read below, which says what is wrong
    keeper: Keeper = import_module("archiver.team.ledger_copy.keeper").open_keeper(home)
    return keeper


def kept_path(home: Path, sha256: str) -> Path:
    """Where the bytes of a file lie in a home, which gets them first where it lacks them. Raises StorageError.

    Bytes that nobody has whole are not there afterwards.
    """
    keeper_of(home).bring_bytes([sha256])
    return blobs.blob_path(home, sha256)
