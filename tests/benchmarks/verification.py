"""How fast entries, files and copies are verified, beside the plainest program that hashes the same bytes."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

from archiver.custody.backup import backup
from archiver.custody.verify import verify_archive
from archiver.evidence.chain import digest_file
from archiver.evidence.verify.entries import SavedBytes
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.saved_files import check_files, stored_path
from archiver.store.archive import Archive
from tests.benchmarks.instruments.large_archives import fill_archive
from tests.benchmarks.instruments.measure import MEBIBYTE, Figure, median_seconds, run_alone

ENTRIES_BAR = 0.25
LARGE_FILES_BAR, SMALL_FILES_BAR = 0.55, 3
"""How many times as long as `sha256sum`."""

BACKUP_BAR = 2
"""How many times as long as a plain copy that is checked alike."""

MESSAGES = 100_000
A_READING = 20
SEALS = 365
"""A year of days."""
LARGE_FILES, LARGE_BYTES = 12, 40 * MEBIBYTE
SMALL_FILES, SMALL_BYTES = 10_000, 10_000
TIMES = 5


def measure(folder: Path) -> list[Figure]:
    """One row each for entries and a backup made again, two for files."""
    archive = fill_archive(folder / "archive", MESSAGES, new=A_READING, in_a_seal=MESSAGES // A_READING // SEALS)
    return [
        _entries(archive),
        _backup_again(archive, folder / "copy"),
        _files(folder / "large", LARGE_FILES, LARGE_BYTES, LARGE_FILES_BAR),
        _files(folder / "small", SMALL_FILES, SMALL_BYTES, SMALL_FILES_BAR),
    ]


def _entries(archive: Archive) -> Figure:
    with closing(sqlite3.connect(archive.database)) as sql:
        (count,) = sql.execute("SELECT count(*) FROM entry").fetchone()
    taken: list[float] = []
    verify, plain_loop = partial(_verify, archive, taken), partial(_plain_loop, archive.database)
    whole, plain = median_seconds(verify, plain_loop, times=TIMES, clock=time.process_time)
    rate, least = count / median(taken), count / plain
    measured = f"{rate / least:.0%}: {rate:,.0f} a second of {least:,.0f}"
    measured += f" ({whole:.1f} s for all {count:,}, replies included)"
    bar = f"≥ {ENTRIES_BAR:.0%} of the speed of a plain loop of sqlite3 and SHA-256"
    return Figure("verification of entries", bar, measured, rate / least >= ENTRIES_BAR)


def _verify(archive: Archive, taken: list[float]) -> None:
    """Verify once and note how long the entries took (with seals, columns and form)."""
    marks: dict[str, float] = {}

    def note(what: str, _done: int, _all: int) -> None:
        marks[what] = time.process_time()

    verification = verify_archive(archive, progress=note)
    assert verification.ok, verification.findings[:3]
    assert verification.checked["seals"] >= SEALS
    taken.append(marks["entries"] - marks["replies"])


def _plain_loop(database: Path) -> None:
    """Read every line in order and compare its SHA-256 with the digest beside it."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as sql:
        for line, digest in sql.execute("SELECT line, digest FROM entry ORDER BY seq"):
            assert hashlib.sha256(line.encode()).hexdigest() == digest


def _backup_again(archive: Archive, place: Path) -> Figure:
    """CPU of the second backup, in which nothing is new, and of the least that knows a copy to be whole."""
    archive.close()
    run_alone(make_backup, str(archive.home), str(place))
    again = run_alone(make_backup, str(archive.home), str(place))
    plain = run_alone(copy_plainly, str(archive.database), str(place / "plain.sqlite3")).cpu
    ratio, size = again.cpu / plain, archive.database.stat().st_size / 10**9
    measured = f"{ratio:.1f} ×: {again.cpu:.2f} s of {plain:.2f} for {size:.2f} GB, {again.mebibytes:.0f} MiB"
    bar = f"≤ {BACKUP_BAR} × a plain copy with both digests and SQLite's own check, of CPU"
    return Figure("backup again where nothing is new", bar, measured, ratio <= BACKUP_BAR)


def make_backup(home: str, place: str) -> None:
    """Make or renew a copy, which must be good."""
    outcome = backup(Archive(Path(home)), Path(place), now=lambda: datetime.now(UTC))
    assert outcome.ok, outcome.verification.findings


def copy_plainly(source: str, target: str) -> None:
    """Copy a file, compare the SHA-256 of both, and let SQLite look at every page."""
    shutil.copyfile(source, target)
    assert digest_file(Path(source)) == digest_file(Path(target))
    with closing(sqlite3.connect(target)) as sql:
        assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _files(root: Path, count: int, each: int, most: float) -> Figure:
    saved = [_file(root, number, each) for number in range(count)]
    check = partial(_check, root, saved)
    paths = [str(root / stored_path(one.sha256)) for one in saved]
    plain = partial(subprocess.run, ["sha256sum", *paths], stdout=subprocess.DEVNULL, check=True)
    ours, least = median_seconds(check, plain, times=TIMES)
    measured = f"{ours / least:.2f} ×: {ours:.2f} s of {least:.2f}"
    what = f"verification of {count:,} files of {each / 1000:,.0f} KB"
    return Figure(what, f"≤ {most} × `sha256sum`", measured, ours / least <= most)


def _file(root: Path, number: int, size: int) -> SavedBytes:
    body = Random(number).randbytes(size)
    sha256 = hashlib.sha256(body).hexdigest()
    path = root / stored_path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return SavedBytes(sha256, size, number + 1)


def _check(root: Path, saved: list[SavedBytes]) -> None:
    verification = Verification()
    check_files(verification, root, saved)
    assert verification.ok
