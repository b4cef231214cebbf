"""The team as the keeper of an archive: a home's database is brought up to the ledger, and ships what it appends.

Records that only a copy holds, as the ledger was restored to an earlier time, go to the ledger. Where the ledger has
given their numbers to others, the database is set aside, and a new copy is made.
Its seals that the ledger does not have go to `seals/orphaned/`, its unsealed records are noted: the next round records
both as those of an older database. The note is in the new copy before the old one loses its name, so no kill can lose
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from archiver import errors
from archiver.folder_sync import disk_errors, sync_folder
from archiver.health.check_result import error_text
from archiver.store import durable_files, schema
from archiver.store.archive import Archive
from archiver.store.engine import Reading, checkpoint_log, remove_logs, remove_with_logs
from archiver.store.erasure import records
from archiver.store.keeper import Keeper, KeptByTeam
from archiver.store.queries.entries import last_seq, record_digest
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import UnfinishedErasure
from archiver.team.ledger.archive_in_ledger import Ledger
from archiver.team.ledger.database import read_ledger_file
from archiver.team.ledger.service_tables import PUT_BACK, accesses
from archiver.team.ledger_copy import bringing, exchange, shared_files
from archiver.team.object_store import FolderStore
from archiver.team.s3_store import check_store, open_store
from archiver.wording import gettext as _

_SECONDS_ALONE = 30
"""How long a process waits while another one begins a copy anew."""


class LedgerKeeper(Keeper):
    """A home that is a copy of an archive in a team's ledger."""

    def __init__(self, home: Path, ledger: Ledger) -> None:
        """Keep the home's path, and the archive in the ledger; nothing is reached yet."""
        super().__init__(home)
        self.ledger, self.place = ledger, ledger.place
        self.kept = KeptByTeam.RECORDS if ledger.place.files is None else KeptByTeam.ALL

    def top_up(self, archive: Archive) -> None:
        """Bring copy and ledger together."""
        if not archive.database.is_file():
            with self._alone():
                finish(archive.database)  # at which a process ended
                if not archive.database.is_file():
                    archive.create()
        try:
            exchange_with(archive, self.ledger)
        except exchange.CopyDiverged:
            self._begin_anew(archive)

    @contextmanager
    def committing(self, sql: Connection) -> Iterator[None]:
        """Commit the rows in the ledger when the block ends."""
        before = exchange.copy_standing(sql, self.home)
        yield
        exchange.ship(sql, self.home, self.ledger, before)

    def check_open(self) -> None:
        """Raise ArchiveClosed where the ledger says so."""
        if self.ledger.is_closed:
            raise errors.ArchiveClosed(archive=self.place.archive)

    def close(self) -> None:
        """Close the connection to the ledger."""
        self.ledger.close()

    def bring_bytes(self, digests: Iterable[str]) -> None:
        """Bring what the home lacks from the team's store."""
        shared_files.bring_bytes(self.home, digests, self.place)

    def put_daily(self, path: Path) -> None:
        """Put a daily copy into the team's store, as a copy of an archive can be thrown away."""
        shared_files.put_daily(self.home, path, self.place)

    def may_erase(self) -> bool:
        """Whether the database lets this machine have something erased."""
        return self.ledger.may_erase()

    def begun_erasure(self, reading: Reading) -> UnfinishedErasure | None:
        """The first one of which this copy still holds something."""
        known = remembered_values.ERASURES_SETTLED.recall(reading)
        begun = [one.number for one in records.erasures(reading) if one.number not in known]
        return next((left for number in begun if (left := bringing.unfinished_erasure(reading, number))), None)

    def folders(self) -> Sequence[Path]:
        """The archive's own in a folder that all machines see; a bucket keeps what it has."""
        store = None if self.place.files is None else open_store(self.place.files)
        if not isinstance(store, FolderStore):
            return ()
        store.check()
        return (store.folder / str(self.place.archive),)

    def accesses(self) -> Sequence[tuple[datetime, str]] | None:
        """Each row of the ledger's record of accesses."""
        try:
            return [(one.at, one.who) for one in accesses(self.place) if one.what != PUT_BACK]
        except errors.ArchiverError:
            return None

    def check(self) -> Iterator[tuple[bool, str]]:
        """Whether ledger and store answer, and this machine may save there."""
        try:
            may_append = self.ledger.may_append()
            self.check_open()
            if not may_append:
                yield False, _("The user of the ledger's database may read and not save: archive guide team")
            elif self.place.files is None:
                yield True, _("The team's ledger answers, and this computer may save there.")
            else:
                check_store(self.place.files)
                yield True, _("The team's ledger and its store of files answer, and this computer may save there.")
        except errors.ArchiverError as error:
            yield False, error_text(error)

    def _begin_anew(self, archive: Archive) -> None:
        """Keep the database under another name, if no other process has just done so, and begin a new copy."""
        archive.close()
        with self._alone():
            try:
                exchange_with(archive, self.ledger)
            except exchange.CopyDiverged:
                self._set_aside(archive)
                exchange_with(archive, self.ledger)

    def _set_aside(self, archive: Archive) -> None:
        """The new copy knows what is to be reported before it takes the place, so no kill loses it."""
        with archive.connection() as sql:
            lost = lost_records(sql, self.home, self.ledger)
        with closing(Archive(self.home, database=fresh_copy(archive.database))) as fresh:
            fresh.create()
            with fresh.writing() as writing:
                remembered_values.LOST_RECORDS.remember(writing, lost)
        archive.close()
        put_aside(archive.database)
        finish(archive.database)

    def _alone(self) -> AbstractContextManager[None]:
        """Let one process at a time put a new copy in its place. Raises ArchiveBusy, StorageError."""
        return durable_files.held_lock(self.home / "ledger.lock", _SECONDS_ALONE, errors.ArchiveBusy)


def open_keeper(home: Path) -> Keeper:
    """The keeper of a home with a `ledger.toml`; called by `store.keeper`. Raises BadLedgerFile, NotAllowed."""
    place = read_ledger_file(home)
    return Keeper(home) if place is None else LedgerKeeper(home, Ledger(place))


def exchange_with(archive: Archive, ledger: Ledger) -> None:
    """Bring an archive and a ledger together if one of them is not as it was at their last exchange.

    Raises CopyDiverged where both have records that the other does not have, BadLedger for a row that no copy can
    have written (what comes before it is here then), LedgerUnavailable, StaleCopy, StorageError.
    """
    with archive.connection() as sql:
        mark = exchange.copy_mark(sql)
    with ledger.reading() as reading:
        if reading.mark == mark:
            return
    with archive.immediate() as sql:
        bad_row = exchange.top_up(sql, archive.home, ledger)
    if bad_row is not None:  # what comes before it is here by now
        raise bad_row


def lost_records(sql: Connection, home: Path, ledger: Ledger) -> tuple[int, int] | None:
    """Move the seals that the ledger lacks, and return the first and last unsealed record that it lacks.

    Raises LedgerUnavailable, StorageError.
    """
    copy = Reading(sql, home)
    seals = list(sql.execute(select(schema.seal.c.number, schema.seal.c.sha256, schema.seal.c.last)))
    entries = last_seq(copy)
    with ledger.reading() as reading:
        lost = {number for number, sha256, _last in seals if reading.seal_digest(number) != sha256}
        first = max((last for *_seal, last in seals), default=0) + 1
        while first <= entries and reading.digest(first) == record_digest(copy, first):
            first += 1
    folder = home / durable_files.SEALS
    for file in durable_files.list_files(folder):
        if file.number in lost:
            durable_files.move_to_orphaned(folder, file.name)
    return (first, entries) if first <= entries else None


def fresh_copy(database: Path) -> Path:
    """The place of the new copy until the old one has another name, with nothing there. Raises StorageError."""
    fresh = _fresh_place(database, _last_aside(database) + 1)
    with disk_errors(fresh):
        remove_with_logs(fresh)  # of a process that was killed
    return fresh


def put_aside(database: Path) -> None:
    """Give the database another name, which stays. Raises StorageError."""
    number = _last_aside(database) + 1
    with disk_errors(database):
        for path in (_fresh_place(database, number), database):
            checkpoint_log(path)
            remove_logs(path)
        database.rename(_aside(database, number))
        sync_folder(database.parent)


def finish(database: Path) -> None:
    """Put the new copy in the place of the one that was set aside just before it. Raises StorageError."""
    fresh = _fresh_place(database, _last_aside(database))
    with disk_errors(database):
        if fresh.exists():
            fresh.rename(database)
            sync_folder(database.parent)


def _last_aside(database: Path) -> int:
    number = 0
    while _aside(database, number + 1).exists():
        number += 1
    return number


def _aside(database: Path, number: int) -> Path:
    return database.with_name(f"{database.name}.lost-{number}")


def _fresh_place(database: Path, number: int) -> Path:
    """Where the copy after that setting aside is made; without that one it is of no use, and of none later."""
    return database.with_name(f"{database.name}.after-lost-{number}")
