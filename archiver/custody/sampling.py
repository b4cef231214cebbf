"""Verifies a part of the archive each day, another one each time, so that everything has its turn within a month.

Entries are checked against their digests, attachments against their names. The chain of seals, and what only all
entries together can show, is left to the whole verification.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.evidence.replaced_records import read_tombstone
from archiver.evidence.verify.findings import Verification
from archiver.store import blobs, seals
from archiver.store.archive import Archive, Reading
from archiver.store.engine import DATABASE
from archiver.store.keeper import KeptByTeam, keeper_of
from archiver.store.queries import raw_tables

PARTS = 30
"""Number of parts that the archive is divided into, one for each day."""


def part_of(day: date) -> int:
    """Which part has its turn on a day."""
    return day.toordinal() % PARTS


def verify_sample(archive: Archive, part: int, *, step: Callable[[], None] = lambda: None) -> Verification:
    """Check one of the `PARTS` parts; `step` is called again and again, and may raise to end the check.

    That every attachment is there is checked each time, but of a copy whose files lie in a team's store. Raises
    NoArchive, NewerArchive, ArchiveBusy; a database that cannot be read is a finding.
    """
    verification = Verification()
    try:
        with archive.reading() as reading:
            _check_entries(verification, reading, part, step)
            _check_seals(verification, reading, part)
            saved = sorted(set(raw_tables.saved_digests(reading)))
    except errors.ArchiveDamaged as error:
        verification.add_finding("database", DATABASE, str(error))
        saved = []
    is_copy = keeper_of(archive.home).kept is KeptByTeam.ALL
    for sha256 in saved:
        if is_copy and not blobs.is_held(archive.home, sha256):
            continue  # it lies in the team's store, which is verified by itself
        step()
        _check_file(verification, archive.home, sha256, part)
    verification.close()
    return verification


def _check_entries(verification: Verification, reading: Reading, part: int, step: Callable[[], None]) -> None:
    for seq, *_columns, line, digest in raw_tables.entries(reading):
        if seq % PARTS == part:
            step()
            verification.checked["entries"] += 1
            tombstone = read_tombstone(line)  # the owner erased the record: its digest is left
            actual = hashlib.sha256(line).hexdigest() if tombstone is None else tombstone.digest
            if actual.encode() != digest:
                verification.add_finding(
                    "entry-digest", f"entry/{seq}", _("The record's SHA-256 differs from the one kept with it.")
                )


def _check_seals(verification: Verification, reading: Reading, part: int) -> None:
    for row in raw_tables.seals(reading):
        if row.number % PARTS != part:
            continue
        verification.checked["seals"] += 1
        paths = sorted((reading.home / seals.FOLDER).glob(f"{row.number:06}-*.json"))
        if [row.sha256] != [blobs.file_sha256(path) for path in paths]:
            verification.add_finding(
                "seal-digest", f"seal/{row.number}", _("The file of the seal is not as it was when it was made.")
            )


def _check_file(verification: Verification, home: Path, sha256: str, part: int) -> None:
    subject = f"files/{sha256}"
    if not blobs.is_held(home, sha256):
        verification.add_finding("file-missing", subject, _("The file was saved, but it is not there."))
    elif int(sha256[:4], 16) % PARTS == part:
        verification.checked["files"] += 1
        try:
            is_same = blobs.file_sha256(blobs.blob_path(home, sha256)) == sha256
        except OSError:
            is_same = False
        if not is_same:
            verification.add_finding(
                "file-changed", subject, _("The file's SHA-256 is not the one it was saved under.")
            )
