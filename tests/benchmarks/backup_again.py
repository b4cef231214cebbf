"""A backup made again into the same folder, beside the plainest way to copy its database and know that it is whole."""

from __future__ import annotations

import hashlib
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from archiver.custody.backup import backup
from archiver.store.archive import Archive
from tests.benchmarks.instruments.copied_entries import archive_of_copies
from tests.benchmarks.instruments.measure import Figure, run_alone

BAR_SECONDS = 2.0
MESSAGES = 1_000_000


def measure(folder: Path, count: int = MESSAGES) -> list[Figure]:
    """CPU of the second backup, in which nothing is new, and of a plain copy with the SHA-256 of both files."""
    home, place = folder / "home", folder / "copy"
    archive = archive_of_copies(home, count)
    size = archive.database.stat().st_size
    archive.close()
    run_alone(backup_alone, str(home), str(place))
    again = run_alone(backup_alone, str(home), str(place))
    plain = run_alone(copy_plainly, str(archive.database), str(folder / "plain.sqlite3"))
    seconds = again.result
    measured = (
        f"{seconds:.1f} s of CPU for {size / 1e9:.2f} GB, {seconds / plain.result:.1f} × a plain copy with both its "
        f"digests ({plain.result:.1f} s), {again.mebibytes:.0f} MiB"
    )
    numbers = {"seconds": seconds, "plain": plain.result, "bytes": size, "mebibytes": again.mebibytes}
    what = f"backup again of {count:,} messages of which none is new"
    return [Figure(what, f"≤ {BAR_SECONDS:.0f} s", measured, seconds <= BAR_SECONDS, numbers)]


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
