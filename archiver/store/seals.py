"""Seals: each closes a range of entries in a file that holds their digests and the digest of the seal before.

The file outlives the database. It is fsynced and renamed before its row commits. What files above the last row mean
is settled first (`orphaned_seals`); nothing is ever overwritten.
Before a seal, what runs have counted becomes entries: looks at lists that stayed the same, and idle runs. It also does
with the next news, idle runs alone once a week. A process that is killed loses nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from archiver.evidence import chain
from archiver.folder_sync import disk_errors
from archiver.records import JST, Observation, Seal
from archiver.store import durable_files, orphaned_seals, schema, user_statements, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.durable_files import make_durable_folder, write_durably
from archiver.store.engine import SmallStatement
from archiver.store.queries import current_state
from archiver.store.time_text import (
    QUIET_KINDS,
    from_text,
    not_before_compared,
    run_time,
    seal_times,
    to_text,
    unsealed_times,
)
from archiver.store.working import last_lists, remembered_values

IDLE_RUNS_KEPT = timedelta(days=7)
"""So long idle runs are collected while nothing happens; the times of looks are written for each day's seal."""


def append_pending(writing: Writing, *, at: datetime) -> None:
    """Append the looks and the idle runs so far, so that nothing is sealed or handed out without them."""
    writer.append_steady(writing)
    append_idle_runs(writing, at=at)


def append_due(writing: Writing, *, news: bool, at: datetime) -> None:
    """The same for the seal of a day: without `news` idle runs are collected on, up to a week."""
    if news or _is_old(_idle_since(writing), at):
        append_pending(writing, at=at)
    else:
        writer.append_steady(writing)


def append_idle_runs(writing: Writing, *, at: datetime) -> None:
    """Append the record of the idle runs collected so far."""
    sweep = remembered_values.IDLE_RUNS.recall(writing)
    if sweep is not None:
        owner = current_state.owner_id(writing)
        time, dated = run_time(writing, sweep, at)
        append_sweep(writing, sweep, account_id=owner, at=time, dated=dated)
        remembered_values.IDLE_RUNS.remember(writing, None)


def append_sweep(
    writing: Writing, sweep: dict[str, object], *, account_id: int | None, at: datetime, dated: bool = False
) -> None:
    """Append the record of a run, or of several idle ones; `dated`: `at` is Chatwork's time although no reply came."""
    observation = Observation("sweep", f"sweep/{writer.SELF}", sweep)
    writer.append(writing, [observation], account_id=account_id, at=at, dated=dated)


def oldest_pending(reading: Reading) -> str | None:
    """When the oldest of what is counted or typed was seen or begun, as text; None: there is nothing."""
    typed = [to_text(one.at) for one in remembered_values.TYPED_FACTS.recall(reading).values()]
    times = (last_lists.oldest_look(reading), _idle_since(reading), *typed)
    return min((at for at in times if at is not None), default=None)


def oldest_due(reading: Reading, now: datetime) -> str | None:
    """The same of what the seal of a day waits for: looks, and idle runs that were collected for a week."""
    idle = _idle_since(reading)
    times = (last_lists.oldest_look(reading), idle if _is_old(idle, now) else None)
    return min((at for at in times if at is not None), default=None)


def _idle_since(reading: Reading) -> str | None:
    idle = remembered_values.IDLE_RUNS.recall(reading)
    return None if idle is None else str(idle["from"])


def _is_old(since: str | None, now: datetime) -> bool:
    """Whether runs are collected since a week; a time that lies ahead was a wrong clock's and is not waited for."""
    return since is not None and not timedelta() <= now - from_text(since) < IDLE_RUNS_KEPT


FOLDER = durable_files.SEALS
MAX_ENTRIES = 100_000
"""Entries in one seal at most, so that a seal fits into memory. A longer tail makes several seals."""

DUE_AFTER = timedelta(hours=6)

_LAST_SEALED = SmallStatement(select(func.max(schema.seal.c.last)))


def is_due(reading: Reading, *, now: datetime) -> bool:
    """Whether the oldest unsealed entry, or what only was counted, is of an earlier Tokyo day, or news six hours old.

    Entries of a kind that comes without any news count from the next Tokyo day on only, and only by Chatwork's time.
    A time that lies ahead was a wrong clock's: nothing waits until it comes.
    """
    oldest, news = unsealed_times(reading, last_sealed(reading) + 1, pending=oldest_due(reading, now))
    is_compared = reading.clock is not None and reading.clock.offset is not None
    oldest, now = oldest if is_compared else news, not_before_compared(reading, now)
    if oldest is not None and now.astimezone(JST).date() != oldest.astimezone(JST).date():
        return True
    return news is not None and not timedelta() <= now - news < DUE_AFTER


def is_tail_of_stamps(reading: Reading) -> bool:
    """Whether nothing but the arrival of stamps is unsealed, which alone is worth no seal."""
    if oldest_pending(reading) is not None:
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
        user_statements.state_typed(writing, at=now)
        append_due(writing, news=with_idle_runs or _has_news(writing), at=now)
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
    return [seal_from_row(row) for row in rows]


def last_sealed(reading: Reading) -> int:
    """The number of the last sealed entry; 0 if there is none."""
    return _LAST_SEALED.value(reading.sql) or 0


def seal_from_row(row: Sequence[Any]) -> Seal:
    """The seal of a row of the table."""
    number, first, last, sha256, closed_at, day = row
    return Seal(number, first, last, sha256, from_text(closed_at), day)


def _close_next(writing: Writing, *, now: datetime) -> Seal | None:
    before = writing.sql.execute(select(schema.seal).order_by(schema.seal.c.number.desc()).limit(1)).one_or_none()
    previous = seal_from_row(before) if before else None
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
    seal = Seal(number, first, last, chain.digest_bytes(body), from_text(closed_at), day)
    _write_file(writing.home / FOLDER, seal, body)
    writing.sql.execute(
        insert(schema.seal).values(
            number=number, first=first, last=last, sha256=seal.sha256, closed_at=closed_at, day=day
        )
    )
    return seal


def _write_file(folder: Path, seal: Seal, body: bytes) -> None:
    """Write the seal's file durably; no file has its number, as `orphaned_seals` saw to."""
    with disk_errors(folder):
        make_durable_folder(folder)
        write_durably(folder / seal.name, body)
