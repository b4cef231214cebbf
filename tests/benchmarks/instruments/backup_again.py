"""A backup made again into the same folder, beside the plainest way to copy its database and know that it is whole."""

from __future__ import annotations

import hashlib
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from archiver.custody.backup import backup
from archiver.store.archive import Archive
from tests.benchmarks.instruments.measure import Figure, run_alone

BAR_SECONDS, BAR_GIGABYTES = 2.0, 1.5
GIGA = 10**9


def measure_backup_again(archive: Archive, place: Path) -> Figure:
    """CPU of the second backup, in which nothing is new, and of a plain copy with the SHA-256 of both files."""
    home = str(archive.home)
    archive.close()
    gigabytes = archive.database.stat().st_size / GIGA
    run_alone(backup_alone, home, str(place))
    again = run_alone(backup_alone, home, str(place))
    plain = run_alone(copy_plainly, str(archive.database), str(place / "plain.sqlite3")).result
    seconds = again.result
    measured = (
        f"{seconds:.1f} s of CPU for {gigabytes:.2f} GB, {seconds / plain:.1f} × a plain copy with both its digests "
        f"({plain:.2f} s), {again.mebibytes:.0f} MiB"
    )
    numbers = {"seconds": seconds, "plain": plain, "gigabytes": gigabytes, "mebibytes": again.mebibytes}
    good = seconds / gigabytes <= BAR_SECONDS / BAR_GIGABYTES
    bar = f"≤ {BAR_SECONDS:.0f} s for {BAR_GIGABYTES} GB"
    return Figure("backup again where nothing is new", bar, measured, good, numbers)


def backup_alone(home: str, place: str) -> float:
    """Make or renew a copy, which must be good; the seconds of the processor."""
    begun = time.process_time()
    outcome = backup(Archive(Path(home)), Path(place), now=lambda: datetime.now(UTC))
    if not outcome.ok:
        raise RuntimeError(outcome.verification.findings)
    return time.process_time() - begun


def copy_plainly(source: str, target: str) -> float:
    """Copy a file and compare the SHA-256 of both; the seconds of the processor."""
    begun = time.process_time()
    shutil.copyfile(source, target)
    if _sha256(source) != _sha256(target):
        raise RuntimeError(target)
    return time.process_time() - begun


def _sha256(name: str) -> str:
    with Path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
