"""The copies whose databases this program knows to be whole, so that the next backup need not digest every record anew.

Such a copy is known by the SHA-256 of its file: whatever has another one, for whatever reason, is not relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.evidence.verify.entries import REPLY_KINDS, RULES, EntryCheck
from archiver.store import blobs
from archiver.store.archive import Archive, Writing
from archiver.store.backup.copy import check_closed
from archiver.store.backup.same_records import RecordsNotCompared, TwoDatabases, faults_told, open_both
from archiver.store.engine import DATABASE
from archiver.store.queries.raw_tables import RawReply
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


class EarlierCopy(NamedTuple):
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


_STEP = 1_000
"""Entries between two reports of progress."""


class ComparedRecords:
    """The entries and replies of the new copy beside those of the earlier one. All methods raise RecordsNotCompared."""

    def __init__(self, databases: TwoDatabases) -> None:
        """Take both databases."""
        self._databases = databases

    def replies(self, kept: set[bytes]) -> tuple[list[RawReply], int]:
        """The replies that have to be verified, and how many are the same; the digests of all come to `kept`.

        Of a record that is the same in both the reply is still kept if the earlier copy lacks none: so
        RecordsNotCompared, if one is gone or differs, as after an erasure.
        """
        with faults_told():
            if not self._databases.has_earlier_replies():
                raise RecordsNotCompared
            kept.update(_digest(text) for text in self._databases.reply_digests())
            new = list(self._databases.new_replies())
            return new, self._databases.count("reply") - len(new)

    def check_entries(self, check: EntryCheck, step: Callable[[int, int], None]) -> None:
        """Check every entry, those that are the same in the earlier copy by their seals; `step`: done, of how many."""
        with faults_told():
            total = self._databases.count("entry")
            for done, (seq, at, digest, dated) in enumerate(self._databases.entries(REPLY_KINDS), 1):
                if dated is None or not check.check_same(seq, at, digest, is_dated_by_reply=dated == 1):
                    check.check(self._databases.entry(seq))
                if done % _STEP == 0 or done == total:
                    step(done, total)


def _digest(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode())
    except ValueError as error:
        raise RecordsNotCompared from error


@contextmanager
def compared_records(new: Path, earlier: Path) -> Iterator[ComparedRecords]:
    """Open both databases. Raises RecordsNotCompared."""
    with ExitStack() as stack:
        with faults_told():
            databases = stack.enter_context(open_both(new, earlier))
        yield ComparedRecords(databases)
