"""Makes a verified copy of the archive elsewhere, and restores an archive from such a copy.

`store.backup_copy` copies without verifying; this module does both, and remembers when and where. A copy that is known
to be whole, so that the next backup need not digest every record anew, is known by the SHA-256 of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.custody import erasures, put_back_databases
from archiver.custody.verify import ComparedRecords, compared_records, verify_archive
from archiver.evidence.chain import digest_file
from archiver.evidence.verify.entries import RULES
from archiver.evidence.verify.findings import Progress, Verification
from archiver.settings import file
from archiver.settings.model import Settings
from archiver.settings.token import token_file
from archiver.store import backup_copy
from archiver.store.archive import Archive, Writing
from archiver.store.backup_copy import check_closed
from archiver.store.database_comparison import RecordsNotCompared
from archiver.store.durable_files import held_lock
from archiver.store.engine import DATABASE
from archiver.store.queries import raw_tables
from archiver.store.queries.status import damage
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import KNOWN_COPIES, LAST_BACKUP, KnownCopy, LastBackup

WITH_FINDINGS = DATABASE + ".with-findings"
"""Name for a copied database with findings, which must not replace a good earlier one."""

_OF_FILES = frozenset(("file-missing", "file-changed"))
"""Findings about files alone, not about the database."""

_MAYBE_OF_THE_COPY = frozenset(("file-changed", "seal-digest", "seal-form"))
"""Findings that go away if only the copy is damaged and the home has the good bytes."""


class BackupOutcome(NamedTuple):
    """The outcome of a backup or a restore."""

    verification: Verification
    """Of the copy; of the source if its findings kept it from being copied."""
    report: backup_copy.CopyReport | None
    """None: nothing was copied, as the source has findings."""
    is_placed: bool
    """Whether the new database is in its place."""
    relied_on: KnownCopy | None = None
    """The earlier copy with which records were compared (`compared_records`); None: every record was verified."""
    differs_from: datetime | None = None
    """When the last copy here was made, if the one that was replaced was another: put there, changed or damaged."""
    is_remembered: bool = True
    erased: tuple[str, ...] = ()
    """What a restored archive had again of what was erased, and that it was erased once more."""
    is_same_disk: bool = False
    """Whether the copy is on the archive's own disk, and would be lost together with it."""
    with_erased: tuple[Path, ...] = ()
    """Files of earlier copies in the folder that hold something erased since, or may; they were left as they are."""
    removed: int = 0
    """How many such files were removed."""
    aside: Path | None = None
    """The folder into which a restore moved what could not be read."""

    @property
    def ok(self) -> bool:
        """Whether everything was copied and nothing was found wrong in it."""
        return self.is_placed and self.verification.ok and not (self.report and self.report.uncopied)


def backup(
    archive: Archive,
    place: Path,
    *,
    now: Callable[[], datetime],
    tell: Progress | None = None,
    remove_erased: bool = False,
) -> BackupOutcome:
    """Bring the copy in a folder up to date, verify it, and remember it in the archive.

    What earlier copies in the folder still hold of what was erased since is named, or with `remove_erased` removed.
    A database with findings never replaces an earlier one. Raises NoArchive, BadSettings, ArchiveInUse
    (another backup is running), and what `store.backup_copy` raises.
    """
    if not archive.exists():
        raise archive.absence()
    with _lock(archive.home):
        report, verification, earlier = _make_copy(archive, place, now(), tell)
        sha256 = digest_or_none(report.database) if verification.ok else None
        placed = _put_in_place(report, verification, place)
        old = erasures.leftovers(archive, place) if placed else []
        if remove_erased and old:
            erasures.remove_leftovers(old)
            # what is said is of what is left
            verification, earlier = _verify(place, place / DATABASE, tell), earlier._replace(reliable=None)
        is_verified, relied_on = verification.ok and not report.uncopied, earlier.reliable
        last = LastBackup(now(), str(place), is_verified, None if relied_on is None else relied_on.whole_at)
        is_same_disk = place.stat().st_dev == archive.home.stat().st_dev
        return BackupOutcome(
            verification,
            report,
            placed,
            relied_on=relied_on,
            differs_from=earlier.differs_from if placed else None,
            is_remembered=placed and _remember_backup(archive, last, sha256, relied_on),
            is_same_disk=is_same_disk,
            with_erased=() if remove_erased else tuple(old),
            removed=len(old) if remove_erased else 0,
        )


def restore(
    source: Path, home: Path, *, now: Callable[[], datetime], tell: Progress | None = None, in_place_of: bool = False
) -> BackupOutcome:
    """Make an archive from a copy; the copy is verified before and never changed, the archive is verified after.

    `in_place_of`: of one whose database is damaged or gone; what is left of it is moved into a folder of the home.
    Raises NothingThere, CopyNotClosed, ArchiveThere, and what `store.backup_copy` raises.
    """
    if not (source / DATABASE).is_file():
        raise errors.NothingThere(path=source)
    backup_copy.check_closed(source)
    with closing(Archive(source, unchanging=True)) as archive:
        is_taken = _check_free(archive, home, in_place_of=in_place_of)
        source_verification = verify_archive(archive, deep=True, progress=tell)
        if not source_verification.ok:
            return BackupOutcome(source_verification, None, is_placed=False)
        with _set_aside(home, now) if is_taken else nullcontext() as aside:
            roots: Collection[str] = ()
            with suppress(errors.BadSettings):  # they are copied as they are, and reported when they are used
                roots = _root_files(file.load_settings(source, {}))
            report = backup_copy.copy_archive(archive, home, also=roots, tell=_copy_progress(tell))
            verification = _verify(home, report.database, tell, deep=True)
            if verification.ok:
                backup_copy.place_database(home)
    if not verification.ok:
        if aside is not None:
            backup_copy.put_back(aside, home)
        return BackupOutcome(verification, report, is_placed=False)
    backup_copy.bring_back(home)
    with closing(Archive(home)) as restored:
        if _remember_backup(restored, LastBackup(now(), str(source), verified=True)):
            for of_another_computer in (remembered_values.LAST_FAULT, remembered_values.SCHEDULED_RUN):
                restored.write(of_another_computer.remember, None)
        erased = erasures.go_on(restored, now=now, copies=_copy_folders(home))
        erased += erasures.remove_restored_copies(restored)
    backup_copy.remove_mark(home)  # with it an interrupted restore can be finished by the same command
    with closing(Archive(home)) as restored, suppress(errors.OlderArchive):  # an older form takes no records as it is
        put_back_databases.record_restore(restored, now=now())
    return BackupOutcome(verification, report, is_placed=True, erased=tuple(erased), aside=aside)


def is_unreadable(archive: Archive) -> bool:
    """Whether a home has a database that cannot be read, or pages of it cannot."""
    if not archive.exists():
        return False
    try:
        return bool(archive.read(damage))
    except errors.StorageError as error:
        return not isinstance(error, errors.ArchiveBusy | errors.OlderArchive | errors.DiskFull)


def _check_free(source: Archive, home: Path, *, in_place_of: bool) -> bool:
    """Raise ArchiveThere if a home holds an archive, or parts of one; `in_place_of`: one that can be read.

    Whether there are parts, which have to be moved.
    """
    try:
        backup_copy.check_free(source, home)
    except errors.ArchiveThere:
        if not in_place_of:
            raise
        with closing(Archive(home, read_only=True)) as present:
            if present.exists() and not is_unreadable(present):
                raise
        return True
    return False


@contextmanager
def _set_aside(home: Path, now: Callable[[], datetime]) -> Iterator[Path]:
    """Move what is left of an archive aside; back again, if an error keeps the copy from taking its place."""
    aside = backup_copy.set_aside(home, at=now())
    try:
        yield aside
    except BaseException:
        backup_copy.put_back(aside, home)
        raise


def _copy_folders(home: Path) -> tuple[Path, ...]:
    """The folders that get copies of the archive by its settings, where the notes of its erasures lie too."""
    try:
        return file.load_settings(home, {}).exports.also_to
    except errors.ArchiverError:
        return ()


def _make_copy(
    archive: Archive, place: Path, now: datetime, tell: Progress | None
) -> tuple[backup_copy.CopyReport, Verification, EarlierCopy]:
    """Copy everything, and verify it; what is damaged in the copy alone is copied once more."""
    settings = file.load_settings(archive.home, {})  # without the environment: the token file that the settings name
    roots, left_out = _root_files(settings), [path for path in [token_file(settings)] if path is not None]
    if archive.keeper.is_team:
        with archive.reading() as reading:
            archive.keeper.bring_bytes(raw_tables.saved_digests(reading))
    copy_again = partial(
        backup_copy.copy_archive, archive, place, also=roots, leave_out=left_out, tell=_copy_progress(tell)
    )
    report = copy_again()
    earlier = EarlierCopy() if report.earlier is None else earlier_copy(archive, place, now)
    verification, earlier = _verify_beside_earlier(place, report.database, earlier, tell)
    if any(one.check in _MAYBE_OF_THE_COPY for one in verification.findings):
        second = copy_again(thorough=True)
        files, mended = report.files + second.files, report.mended + second.mended
        report = replace(second, files=files, bytes=report.bytes + second.bytes, mended=mended)
        verification = _verify(place, report.database, tell)
    return report, verification, earlier


def _verify_beside_earlier(
    place: Path, database: Path, earlier: EarlierCopy, tell: Progress | None
) -> tuple[Verification, EarlierCopy]:
    """Verify a new copy: by the earlier one at the place, which is relied on if it is known to be whole and nothing is
    found; else that one is not reliable.
    """
    if earlier.reliable is not None:
        with suppress(RecordsNotCompared), compared_records(database, place / DATABASE) as compared:
            verification = _verify(place, database, tell, compared=compared)
            if verification.ok:
                return verification, earlier
    return _verify(place, database, tell), earlier._replace(reliable=None)


def _verify(
    place: Path,
    database: Path,
    tell: Progress | None,
    *,
    deep: bool = False,
    compared: ComparedRecords | None = None,
) -> Verification:
    """Verify what was copied; every page of its database was looked at as soon as it was written."""
    with closing(Archive(place, unchanging=True, database=database)) as copied:
        return verify_archive(copied, deep=deep, progress=tell, are_pages_checked=True, compared=compared)


def _put_in_place(report: backup_copy.CopyReport, verification: Verification, place: Path) -> bool:
    """Put the new database in its place, or beside an earlier one if it has findings; return whether in its place."""
    is_whole = all(one.check in _OF_FILES for one in verification.findings)
    if not is_whole and report.earlier is not None:
        backup_copy.move_into_place(report.database, place / WITH_FINDINGS)
        return False
    backup_copy.place_database(place)
    return True


def _remember_backup(
    archive: Archive, last: LastBackup, sha256: str | None = None, relied_on: KnownCopy | None = None
) -> bool:
    """Remember the backup in the archive; False if the archive cannot be written.

    `sha256`: of its database, if it is good enough for the next one to be compared with it.
    """
    try:
        with archive.writing() as writing:
            LAST_BACKUP.remember(writing, last)
            if last.verified:
                remembered_values.COPY_FAULT.remember(writing, None)
                remember_copy(writing, last, sha256, relied_on)
    except errors.StorageError:
        return False
    return True


def _root_files(settings: Settings) -> list[str]:
    """Root certificate files that the settings name within the home, as paths relative to it."""
    paths = [Path(one.roots) for one in settings.timestamp.authorities if not one.roots.startswith("certifi:")]
    inside = [path for path in paths if not path.is_absolute() and ".." not in path.parts]
    return sorted({path.as_posix() for path in inside if path.suffix.lower() in (".pem", ".crt", ".cer")})


def _copy_progress(tell: Progress | None) -> Callable[[int, int], None] | None:
    return None if tell is None else lambda done, total: tell("copy", done, total)


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """Keep out a second backup of the same archive; on read-only media there is no lock."""
    with ExitStack() as stack:
        with suppress(errors.StorageError):
            stack.enter_context(held_lock(home / "backup.lock"))
        yield


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
        return digest_file(database)
    except OSError:
        return None


def _digest_of(place: Path) -> str | None:
    """The SHA-256 of a copy's database; None if it cannot be read, or has changes in a log beside it."""
    try:
        check_closed(place)
    except (errors.CopyNotClosed, OSError):
        return None
    return digest_or_none(place / DATABASE)
