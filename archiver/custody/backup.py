"""A copy of the archive elsewhere that is verified before it counts, and an archive made of such a copy again.

`store` copies and knows nothing of verification; here both are put together, and when and where is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from archiver import errors
from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import Progress, Verification
from archiver.settings import file
from archiver.settings.model import Settings
from archiver.settings.token import token_file
from archiver.store.archive import Archive
from archiver.store.backup import copy as copying
from archiver.store.engine import DATABASE

WITH_FINDINGS = DATABASE + ".with-findings"
"""Where a database is put that must not take the place of a good earlier one."""

_OF_FILES = frozenset(("file-missing", "file-changed"))
"""Findings that say nothing against the database."""

_MAYBE_OF_THE_COPY = frozenset(("file-changed", "seal-digest", "seal-form"))
"""Findings that go away if only the copy is damaged and the home has the good bytes."""


@dataclass(frozen=True, slots=True)
class BackupOutcome:
    """What a backup or a restore came to."""

    verification: Verification
    """Of the copy; of the source if nothing was copied because of it."""
    copied: copying.CopyReport | None
    """None: the source has findings, nothing was copied."""
    placed: bool
    """Whether the new database is in its place."""
    remembered: bool = True
    same_disk: bool = False
    """Whether the copy lies on the disk of the archive, and so is lost together with it."""

    @property
    def ok(self) -> bool:
        """Whether everything was copied and nothing was found wrong in it."""
        return self.placed and self.verification.ok and not (self.copied and self.copied.kept)


def backup(
    archive: Archive, place: Path, *, now: Callable[[], datetime], tell: Progress | None = None
) -> BackupOutcome:
    """Bring the copy at a place up to date, verify it, and remember it in the archive.

    A database with findings never takes the place of an earlier one. Raises NoArchive, BadSettings, ArchiveInUse
    (another backup is running), and what `store.backup.copy` raises.
    """
    if not archive.exists():
        raise errors.NoArchive(path=archive.home)
    with _lock(archive.home):
        settings = file.load(archive.home, {})  # without the environment: the token file of the settings is meant
        also, secret = _roots(settings), [path for path in [token_file(settings)] if path is not None]
        made = copying.copy(archive, place, also=also, leave_out=secret, tell=_bytes(tell))
        told = _verify(place, made.database, tell)
        if any(one.check in _MAYBE_OF_THE_COPY for one in told.findings):
            again = copying.copy(archive, place, also=also, leave_out=secret, thorough=True, tell=_bytes(tell))
            made = replace(again, files=made.files + again.files, bytes=made.bytes + again.bytes)
            told = _verify(place, made.database, tell)
        placed = _place(made, told, place)
        last = copying.LastBackup(now(), str(place), told.ok and not made.kept)
        together = place.stat().st_dev == archive.home.stat().st_dev
        return BackupOutcome(told, made, placed, remembered=placed and _remember(archive, last), same_disk=together)


def restore(source: Path, home: Path, *, now: Callable[[], datetime], tell: Progress | None = None) -> BackupOutcome:
    """Make an archive of a copy, which is verified before and is never changed; the archive is verified after.

    Raises NothingThere, CopyNotClosed, ArchiveThere, and what `store.backup.copy` raises.
    """
    if not (source / DATABASE).is_file():
        raise errors.NothingThere(path=source)
    copying.check_closed(source)
    with closing(Archive(source, still=True)) as archive:
        copying.check_free(archive, home)
        found = verify_archive(archive, deep=True, progress=tell)
        if not found.ok:
            return BackupOutcome(found, None, placed=False)
        also: Collection[str] = ()
        with suppress(errors.BadSettings):  # they come along as they are, and are complained of when they are used
            also = _roots(file.load(source, {}))
        made = copying.copy(archive, home, also=also, tell=_bytes(tell))
    told = _verify(home, made.database, tell, deep=True)
    if not told.ok:
        return BackupOutcome(told, made, placed=False)
    copying.place_database(home)
    copying.remove_mark(home)
    with closing(Archive(home)) as restored:
        _remember(restored, copying.LastBackup(now(), str(source), verified=True))
    return BackupOutcome(told, made, placed=True)


def _verify(place: Path, database: Path, tell: Progress | None, *, deep: bool = False) -> Verification:
    with closing(Archive(place, still=True, database=database)) as copy:
        return verify_archive(copy, deep=deep, progress=tell)


def _place(made: copying.CopyReport, told: Verification, place: Path) -> bool:
    """Put the new database where it belongs; beside it if it has findings and an earlier one lies there."""
    whole = all(one.check in _OF_FILES for one in told.findings)
    if not whole and made.earlier is not None:
        made.database.replace(place / WITH_FINDINGS)
        return False
    copying.place_database(place)
    return True


def _remember(archive: Archive, last: copying.LastBackup) -> bool:
    """False if the archive lies where nothing can be written: the copy is there all the same."""
    try:
        with archive.writing() as writing:
            copying.remember(writing, last)
    except errors.StorageError:
        return False
    return True


def _roots(settings: Settings) -> list[str]:
    """Certificates that the settings name within the home, by their names there."""
    named = [Path(one.roots) for one in settings.timestamp.authorities if not one.roots.startswith("certifi:")]
    inside = [path for path in named if not path.is_absolute() and ".." not in path.parts]
    return sorted({path.as_posix() for path in inside if path.suffix.lower() in (".pem", ".crt", ".cer")})


def _bytes(tell: Progress | None) -> Callable[[int, int], None] | None:
    return None if tell is None else lambda done, total: tell("copy", done, total)


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """Keep a second backup of the same archive away; on media that cannot be written there is no lock."""
    lock = FileLock(home / "backup.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise errors.ArchiveInUse(path=home) from error
    except OSError:
        pass
    try:
        yield
    finally:
        lock.release()
