"""Verifies a part of the archive each day, another one each time, so that within a month everything had its turn.

Entries against their digests, attachments against their names; the order of the seals and what only all entries
together can show is left to the whole verification.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.evidence.verify.findings import Verification
from archiver.store import blobs, seals
from archiver.store.archive import Archive, Reading
from archiver.store.engine import DATABASE
from archiver.store.queries import raw_tables

PARTS = 30
"""Into so many parts the archive is taken apart: one a day."""


def part_of(day: date) -> int:
    """Which part has its turn on a day."""
    return day.toordinal() % PARTS


def verify_sample(archive: Archive, part: int, *, step: Callable[[], None] = lambda: None) -> Verification:
    """Check one of the `PARTS` parts; `step` is called again and again, and may raise to end it.

    That every attachment lies in its place is looked at each time. Raises NoArchive, NewerArchive, ArchiveBusy; a
    database that cannot be read is a finding.
    """
    told = Verification()
    try:
        with archive.reading() as reading:
            _check_entries(told, reading, part, step)
            _check_seals(told, reading, part)
            named = sorted(set(raw_tables.saved(reading)))
    except errors.ArchiveDamaged as error:
        told.find("database", DATABASE, str(error))
        named = []
    for sha256 in named:
        step()
        _check_file(told, archive.home, sha256, part)
    told.close()
    return told


def _check_entries(told: Verification, reading: Reading, part: int, step: Callable[[], None]) -> None:
    for seq, *_columns, line, digest in raw_tables.entries(reading):
        if seq % PARTS == part:
            step()
            told.checked["entries"] += 1
            if hashlib.sha256(line).hexdigest().encode() != digest:
                told.find("entry-digest", f"entry/{seq}", _("The record's SHA-256 differs from the one kept with it."))


def _check_seals(told: Verification, reading: Reading, part: int) -> None:
    for row in raw_tables.seals(reading):
        if row.number % PARTS != part:
            continue
        told.checked["seals"] += 1
        paths = sorted((reading.home / seals.FOLDER).glob(f"{row.number:06}-*.json"))
        if [row.sha256] != [blobs.digest_of(path) for path in paths]:
            told.find("seal-digest", f"seal/{row.number}", _("The file of the seal is not as it was when it was made."))


def _check_file(told: Verification, home: Path, sha256: str, part: int) -> None:
    subject = f"files/{sha256}"
    if not blobs.held(home, sha256):
        told.find("file-missing", subject, _("The file was saved, but it is not there."))
    elif int(sha256[:4], 16) % PARTS == part:
        told.checked["files"] += 1
        try:
            same = blobs.digest_of(blobs.path_of(home, sha256)) == sha256
        except OSError:
            same = False
        if not same:
            told.find("file-changed", subject, _("The file's SHA-256 is not the one it was saved under."))
