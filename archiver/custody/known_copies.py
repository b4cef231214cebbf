"""The copies whose databases this program knows to be whole, so that the next backup need not digest every record anew.

Such a copy is known by the SHA-256 of its file: whatever has another one, for whatever reason, is not relied on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from archiver import errors
from archiver.evidence.verify.entries import RULES
from archiver.store import blobs
from archiver.store.archive import Archive, Writing
from archiver.store.backup.copy import check_closed
from archiver.store.engine import DATABASE
from archiver.store.working.remembered_values import KNOWN_COPIES, LAST_BACKUP, KnownCopy, LastBackup

WHOLE_EVERY = timedelta(days=30)
"""So long after every record was verified, a backup verifies every record again."""

_MOST = 4
"""So many copies are remembered, for people who take turns with their disks."""


def rules() -> str:
    """By which program and rules records are verified now."""
    return f"chatwork-archiver {version('chatwork-archiver')}, rules {RULES}"


def usable(known: Sequence[KnownCopy], now: datetime) -> list[KnownCopy]:
    """Those that may be relied on: verified by the present rules, and every record not too long ago."""
    return [one for one in known if one.rules == rules() and timedelta() <= now - one.whole_at < WHOLE_EVERY]


@dataclass(frozen=True, slots=True)
class EarlierCopy:
    """What is known of the database that lies in a folder of copies before a new one takes its place."""

    reliable: KnownCopy | None = None
    """The known copy that it is; None: it cannot be relied on."""
    differs_from: datetime | None = None
    """When the good copy was made that was the last one here, if the file that lies here is another one.

    None too where the file cannot be read, of which nothing is known."""


def earlier_copy(archive: Archive, place: Path, now: datetime) -> EarlierCopy:
    """Compare the database in a folder of copies with what is remembered of it. Raises StorageError."""
    with archive.reading() as reading:
        known, last = KNOWN_COPIES.recall(reading), LAST_BACKUP.recall(reading)
    if not known:
        return EarlierCopy()
    digest = _digest_of(place)
    same = [one for one in known if one.sha256 == digest]
    is_last_here = last is not None and last.verified and last.path == str(place)
    made_here = [one.at for one in known if is_last_here and last is not None and one.at == last.at]
    return EarlierCopy(
        reliable=next(iter(usable(same, now)), None),
        differs_from=next(iter(made_here), None) if digest is not None and not same else None,
    )


def remember_copy(writing: Writing, last: LastBackup, sha256: str | None, replaced: KnownCopy | None) -> None:
    """Remember a good copy that has taken its place, maybe that of a known one; `sha256` None: it could not be read."""
    if sha256 is not None:
        new = KnownCopy(last.at, sha256, rules(), last.whole_at or last.at)
        others = [one for one in KNOWN_COPIES.recall(writing) if one not in (replaced, new)]
        KNOWN_COPIES.remember(writing, (new, *others)[:_MOST])


def digest_or_none(database: Path) -> str | None:
    """The SHA-256 of a database's file; None if it cannot be read."""
    try:
        return blobs.file_sha256(database)
    except OSError:
        return None


def _digest_of(place: Path) -> str | None:
    """The SHA-256 of a copy's database; None if it cannot be read, or has changes in a log beside it."""
    try:
        check_closed(place)
    except (errors.CopyNotClosed, OSError):
        return None
    return digest_or_none(place / DATABASE)
