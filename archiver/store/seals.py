"""Seals: each closes a range of entries in a file that holds their digests and the digest of the seal before.

The file outlives the database. It is fsynced and renamed before its row commits. What files above the last row mean
is settled first (`orphaned_seals`); nothing is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from archiver.evidence import chain
from archiver.records import JST, Seal
from archiver.store import orphaned_seals, pending_records, schema, seal_files, typed_facts
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.durable_files import make_durable_folder, storage_error, write_durably
from archiver.store.time_text import QUIET_KINDS, from_text, seal_times, unsealed_times
from archiver.store.transactions import SmallStatement

FOLDER = seal_files.FOLDER
MAX_ENTRIES = 100_000
"""Entries in one seal at most, so that a seal fits into memory. A longer tail makes several seals."""

DUE_AFTER = timedelta(hours=6)

_LAST_SEALED = SmallStatement(select(func.max(schema.seal.c.last)))


def is_due(reading: Reading, *, now: datetime) -> bool:
    """Whether the oldest unsealed entry, or what only was counted, is of an earlier Tokyo day, or news six hours old.

    Entries of a kind that comes without any news count from the next Tokyo day on only, and only by Chatwork's time.
    A time that lies ahead was a wrong clock's: nothing waits until it comes.
    """
    pending = pending_records.oldest_due(reading, now)
    unsealed = unsealed_times(reading, last_sealed(reading) + 1, now, pending=pending)
    oldest = unsealed.oldest if unsealed.is_compared else unsealed.oldest_news
    if oldest is not None and unsealed.now.astimezone(JST).date() != oldest.astimezone(JST).date():
        return True
    oldest = unsealed.oldest_news
    return oldest is not None and not timedelta() <= unsealed.now - oldest < DUE_AFTER


def is_tail_of_stamps(reading: Reading) -> bool:
    """Whether nothing but the arrival of stamps is unsealed, which alone is worth no seal."""
    if pending_records.oldest_pending(reading) is not None:
        return False
    query = select(schema.entry.c.kind).where(schema.entry.c.seq > last_sealed(reading)).distinct()
    return set(reading.sql.execute(query).scalars()) == {"stamp"}


def close_seals(archive: Archive, *, now: datetime, with_idle_runs: bool = True) -> list[Seal]:
    """Seal all entries that no seal holds yet, with what only was counted; the new seals.

    `with_idle_runs` False, as for the seal of a day: those of a quiet week stay one record.
    Raises DiskFull, HomeNotWritable, ArchiveBusy.
    """
    closed: list[Seal] = []
    with archive.writing() as writing:
        typed_facts.state_typed(writing, at=now)
        pending_records.append_due(writing, news=with_idle_runs or _has_news(writing), at=now)
    while True:
        orphaned_seals.settle_seals(archive, now=now)
        with archive.writing() as writing:
            if orphaned_seals.has_files_above(writing):  # another process was killed just now
                continue
            seal = _close_next(writing, now=now)
        if seal is None:
            return closed
        closed.append(seal)


def _has_news(reading: Reading) -> bool:
    """Whether an entry that no seal holds says something new."""
    entry = schema.entry.c
    query = select(entry.seq).where(entry.seq > last_sealed(reading), entry.kind.not_in(QUIET_KINDS)).limit(1)
    return reading.sql.execute(query).scalar() is not None


def seals(reading: Reading) -> list[Seal]:
    """Every seal of the table, oldest first."""
    rows = reading.sql.execute(select(schema.seal).order_by(schema.seal.c.number))
    return [_seal_from_row(tuple(row)) for row in rows]


def last_sealed(reading: Reading) -> int:
    """The number of the last sealed entry; 0 if there is none."""
    return _LAST_SEALED.value(reading.sql) or 0


def _seal_from_row(row: Sequence[Any]) -> Seal:
    number, first, last, sha256, closed_at, day = row
    return Seal(number, first, last, sha256, from_text(closed_at), day)


def _close_next(writing: Writing, *, now: datetime) -> Seal | None:
    before = writing.sql.execute(select(schema.seal).order_by(schema.seal.c.number.desc()).limit(1)).one_or_none()
    previous = _seal_from_row(tuple(before)) if before else None
    first = previous.last + 1 if previous else 1
    entry = schema.entry.c
    rows = writing.sql.execute(
        select(entry.digest, entry.account_id).where(entry.seq >= first).order_by(entry.seq).limit(MAX_ENTRIES)
    ).all()
    if not rows:
        return None
    expected, number = (previous.number + 1 if previous else 1), orphaned_seals.last_known_number(writing) + 1
    last = first + len(rows) - 1
    closed_at, day_at = seal_times(writing, now, last)
    day = from_text(day_at).astimezone(JST).date().isoformat()
    body = chain.seal_bytes(
        number=number,
        previous=previous.sha256 if previous else chain.GENESIS,
        first=first,
        last=last,
        entries=(row.digest for row in rows),
        day=day,
        closed_at=closed_at,
        skips=None if number == expected else (expected, number - 1),
        account_id=next((row.account_id for row in reversed(rows) if row.account_id is not None), None),
        software=f"chatwork-archiver {version('chatwork-archiver')}",
    )
    seal = Seal(number, first, last, chain.file_digest(body), from_text(closed_at), day)
    _write_file(writing.home / FOLDER, seal, body)
    writing.sql.execute(
        insert(schema.seal).values(
            number=number, first=first, last=last, sha256=seal.sha256, closed_at=closed_at, day=day
        )
    )
    return seal


def _write_file(folder: Path, seal: Seal, body: bytes) -> None:
    """Write the seal's file durably; no file has its number, as `orphaned_seals` saw to."""
    try:
        make_durable_folder(folder)
        write_durably(folder / seal.name, body)
    except OSError as error:
        raise storage_error(error, folder) from error
