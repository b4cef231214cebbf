"""Seals: each closes a range of entries in a file that holds their digests and the digest of the seal before.

The file outlives the database. It is fsynced and renamed before its row commits; a file with a number above the last
row was left by a killed process and is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from archiver.evidence import chain
from archiver.records import JST, Seal
from archiver.store import schema, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.durable_files import storage_error, write_durably
from archiver.store.time_text import from_text, to_text

FOLDER = "seals"
MAX_ENTRIES = 100_000
"""Entries in one seal at most, so that a seal fits into memory. A longer tail makes several seals."""

DUE_AFTER = timedelta(hours=6)


_OBSERVED_AT = select(schema.entry.c.observed_at).where(schema.entry.c.seq == bindparam("seq"))
_LAST_SEALED = select(func.max(schema.seal.c.last))


def is_due(reading: Reading, *, now: datetime) -> bool:
    """Whether the oldest unsealed entry is of an earlier Tokyo day or six hours old."""
    oldest = reading.sql.execute(_OBSERVED_AT, {"seq": last_sealed(reading) + 1}).scalar()
    if oldest is None:
        return False
    observed_at = from_text(oldest)
    return now.astimezone(JST).date() > observed_at.astimezone(JST).date() or now - observed_at >= DUE_AFTER


def close_seals(archive: Archive, *, now: datetime) -> list[Seal]:
    """Seal all entries that no seal holds yet; the new seals. Raises DiskFull, HomeNotWritable, ArchiveBusy."""
    closed: list[Seal] = []
    with archive.writing() as writing:
        writer.append_steady(writing)
    while True:
        with archive.writing() as writing:
            seal = _close_next(writing, now=now)
        if seal is None:
            return closed
        closed.append(seal)


def seals(reading: Reading) -> list[Seal]:
    """Every seal of the table, oldest first."""
    rows = reading.sql.execute(select(schema.seal).order_by(schema.seal.c.number))
    return [_seal_from_row(tuple(row)) for row in rows]


def last_sealed(reading: Reading) -> int:
    """The number of the last sealed entry; 0 if there is none."""
    return reading.sql.execute(_LAST_SEALED).scalar() or 0


def _seal_from_row(row: Sequence[Any]) -> Seal:
    number, first, last, sha256, closed_at, day = row
    return Seal(number, first, last, sha256, from_text(closed_at), day)


def _close_next(writing: Writing, *, now: datetime) -> Seal | None:
    before = writing.sql.execute(select(schema.seal).order_by(schema.seal.c.number.desc()).limit(1)).one_or_none()
    previous = _seal_from_row(tuple(before)) if before else None
    first = previous.last + 1 if previous else 1
    entry = schema.entry.c
    rows = writing.sql.execute(
        select(entry.digest, entry.observed_at, entry.account_id)
        .where(entry.seq >= first)
        .order_by(entry.seq)
        .limit(MAX_ENTRIES)
    ).all()
    if not rows:
        return None
    number, last = (previous.number + 1 if previous else 1), first + len(rows) - 1
    day = from_text(rows[-1].observed_at).astimezone(JST).date().isoformat()
    body = chain.seal_bytes(
        number=number,
        previous=previous.sha256 if previous else chain.GENESIS,
        first=first,
        last=last,
        entries=(row.digest for row in rows),
        day=day,
        closed_at=to_text(now),
        account_id=next((row.account_id for row in reversed(rows) if row.account_id is not None), None),
        software=f"chatwork-archiver {version('chatwork-archiver')}",
    )
    seal = Seal(number, first, last, chain.file_digest(body), from_text(to_text(now)), day)
    _write_file(writing.home / FOLDER, seal, body)
    writing.sql.execute(
        insert(schema.seal).values(
            number=number, first=first, last=last, sha256=seal.sha256, closed_at=to_text(now), day=day
        )
    )
    return seal


def _write_file(folder: Path, seal: Seal, body: bytes) -> None:
    """Write the seal's file durably, after removing what a killed process left under its number."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.glob(f"{seal.number:06}-*"):
            left.unlink()
        write_durably(folder / seal.name, body)
    except OSError as error:
        raise storage_error(error, folder) from error
