"""The queue of time stamps: which seals wait for the stamp of which authority, and which stamps are stored.

A stamp's file is in its place before its row and its `stamp` entry commit, and lost rows are made again from the
files. A seal for which no stamp was requested yet has no row. The content of stamps is judged elsewhere; here they
are bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, and_, func, or_, select

from archiver.folder_sync import disk_errors
from archiver.records import Observation, Seal
from archiver.store import schema, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.durable_files import names_in, write_durably
from archiver.store.queries.entries import last_seq
from archiver.store.rows import upsert_rows
from archiver.store.seals import FOLDER, seal_from_row, seals
from archiver.store.time_text import from_text, to_text

PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
"""Pauses after one, two … failed requests to an authority; the last one is used from then on."""

WAITING, STAMPED = "waiting", "stamped"

_SEAL, _STAMP = schema.seal.c, schema.stamp.c


class DueStamp(NamedTuple):
    """A seal that lacks the stamp of an authority."""

    seal: Seal
    authority: str
    attempts: int = 0
    """Failed requests to the authority while this seal waited."""

    @property
    def file(self) -> str:
        """The name that the stamp's file has in `seals/`."""
        return file_name(self.seal.name, self.authority)


class StampFacts(NamedTuple):
    """The facts of a stamp that was judged good."""

    time: datetime
    """The time in the token."""
    root: str
    """SHA-256 of the root that it was checked with."""
    got_at: datetime | None = None
    """When it was received, by the local clock; None: not known any more."""
    offset: float | None = None
    """Seconds by which the token's time is after the local clock's."""


class StoredStamp(NamedTuple):
    """A stamp whose file and row are stored."""

    authority: str
    time: datetime


class NewestStamp(NamedTuple):
    """The stamp of an authority on the latest seal that it stamped."""

    authority: str
    seal: Seal
    time: datetime
    record: int | None
    """The number of the entry of its arrival; None: it was erased or lost."""

    @property
    def file(self) -> str:
        """The name of its file in `seals/`."""
        return file_name(self.seal.name, self.authority)


class LongestWait(NamedTuple):
    """The seals that wait for the stamp of one authority."""

    authority: str
    seals: int
    since: datetime
    """When the oldest of them was closed."""
    reason: str | None
    """Why the newest of them waits, if a request failed."""


def pause_after(attempts: int) -> timedelta:
    """The pause after the given number of failed requests to an authority (1, 2, 3 …)."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


# --- reading ---------------------------------------------------------------------------------


def due_stamps(
    reading: Reading, authorities: Sequence[str], now: datetime, *, include_paused: bool = False
) -> list[DueStamp]:
    """The seals that lack a stamp of these authorities and may be stamped now, the newest first.

    `include_paused`: also those whose pause is not over.
    """
    dues = []
    for name in authorities:
        query = _seals_without_stamp(name, *_SEAL, _STAMP.attempts).order_by(_SEAL.number.desc())
        if not include_paused:
            query = query.where(_is_pause_over(now))
        for *row, attempts in reading.sql.execute(query):
            dues.append(DueStamp(seal_from_row(row), name, attempts or 0))
    return sorted(dues, key=lambda due: -due.seal.number)


def count_unstamped(reading: Reading, authorities: Sequence[str]) -> int:
    """How many seals lack the stamp of at least one of these authorities."""
    numbers: set[int] = set()
    for name in authorities:
        numbers.update(reading.sql.execute(_seals_without_stamp(name, _SEAL.number)).scalars())
    return len(numbers)


def count_days(reading: Reading) -> int:
    """How many days are sealed."""
    return reading.sql.execute(select(func.count(_SEAL.day.distinct()))).scalar() or 0


def longest_waiting(reading: Reading, authority: str) -> LongestWait | None:
    """A summary of the seals that lack this authority's stamp; None if there are none."""
    rows = reading.sql.execute(
        _seals_without_stamp(authority, _SEAL.closed_at, _STAMP.reason).order_by(_SEAL.number)
    ).all()
    known = [reason for _at, reason in rows if reason is not None]
    return LongestWait(authority, len(rows), from_text(rows[0][0]), known[-1] if known else None) if rows else None


def stamps_by_seal(reading: Reading, seal: int | None = None) -> dict[int, list[StoredStamp]]:
    """The stored stamps by the number of their seal, or those of one seal; of each in order of time."""
    query = select(_STAMP.seal, _STAMP.authority, _STAMP.time).where(_STAMP.state == STAMPED)
    query = query if seal is None else query.where(_STAMP.seal == seal)
    stamps: dict[int, list[StoredStamp]] = {}
    for number, name, time in reading.sql.execute(query.order_by(_STAMP.seal, _STAMP.time, _STAMP.authority)):
        stamps.setdefault(number, []).append(StoredStamp(name, from_text(time)))
    return stamps


def newest_stamps(reading: Reading) -> list[NewestStamp]:
    """The stamp on the latest seal of each authority that ever stamped, sorted by its name."""
    query = select(_STAMP.authority, _STAMP.time, *_SEAL).join(schema.seal, _SEAL.number == _STAMP.seal)
    rows = reading.sql.execute(query.where(_STAMP.state == STAMPED).order_by(_STAMP.seal))
    newest = {row.authority: row for row in rows}
    return [
        NewestStamp(authority, seal := seal_from_row(row), from_text(time), _record(reading, seal, authority))
        for authority, time, *row in (newest[name] for name in sorted(newest))
    ]


def authorities_after(reading: Reading, stamp: NewestStamp, *, until: str) -> frozenset[str]:
    """Other authorities with a stamp of before `until` over a seal that holds the record of this stamp's arrival."""
    if stamp.record is None:
        return frozenset()
    query = select(_STAMP.authority).distinct().join(schema.seal, _SEAL.number == _STAMP.seal)
    query = query.where(_STAMP.state == STAMPED, _STAMP.authority != stamp.authority, _STAMP.time <= until)
    return frozenset(reading.sql.execute(query.where(_SEAL.last >= stamp.record)).scalars())


def _record(reading: Reading, seal: Seal, authority: str) -> int | None:
    query = select(func.max(schema.entry.c.seq)).where(schema.entry.c.key == f"stamp/{seal.number}/{authority}")
    return reading.sql.execute(query).scalar()


def unlisted_stamps(reading: Reading) -> list[DueStamp]:
    """Stamps in `seals/` without a row: the process was killed, or the table was lost. Raises StorageError."""
    stored = {(number, stamp.authority) for number, stamps in stamps_by_seal(reading).items() for stamp in stamps}
    by_name = {one.name: one for one in seals(reading)}
    unlisted = []
    for name, authorities in stamp_files(reading.home).items():
        if seal := by_name.get(name):
            unlisted += [DueStamp(seal, one) for one in authorities if (seal.number, one) not in stored]
    return unlisted


# --- writing ---------------------------------------------------------------------------------


def keep_stamp(archive: Archive, due: DueStamp, reply: bytes, facts: StampFacts, *, pem: Sequence[str]) -> bool:
    """Store a stamp that was judged good: its file, the roots (PEM blocks), then its row and its entry.

    False if another process has stored one meanwhile; the earlier one stays. Raises DiskFull, HomeNotWritable,
    ArchiveBusy.
    """
    with archive.writing() as writing:
        if _is_stamped(writing, due):
            return False
        write_stamp(writing.home, due.file, reply, authority=due.authority, pem=pem)
        _put_stamped(writing, due, reply, facts, at=facts.got_at or facts.time)
    return True


def adopt_stamp(archive: Archive, due: DueStamp, reply: bytes, facts: StampFacts, *, at: datetime) -> None:
    """Add the row, and the entry if there is none, of a stamp whose file is in its place and was judged good."""
    with archive.writing() as writing:
        if not _is_stamped(writing, due):
            _put_stamped(writing, due, reply, facts, at=at)


def record_failure(archive: Archive, dues: Sequence[DueStamp], *, reason: str, at: datetime) -> None:
    """Record that the authority of these seals gave no stamp; it is paused, longer with each failure."""
    attempts = max((due.attempts for due in dues), default=0) + 1
    with archive.writing() as writing:
        for due in dues:
            _put_waiting(writing, due, attempts=attempts, reason=reason, next_at=at + pause_after(attempts))


def end_pauses(archive: Archive, dues: Sequence[DueStamp]) -> None:
    """End the pauses of these seals, as their authority gives stamps again."""
    with archive.writing() as writing:
        for due in dues:
            if due.attempts:
                _put_waiting(writing, due, attempts=0, reason=None, next_at=None)


# --- rows --------------------------------------------------------------------------


def _seals_without_stamp(authority: str, *columns: Column[Any]) -> Select[Any]:
    """A query for the seals without a stamp of an authority, joined with their rows in the queue."""
    joined = schema.seal.outerjoin(schema.stamp, and_(_STAMP.seal == _SEAL.number, _STAMP.authority == authority))
    return select(*columns).select_from(joined).where(or_(_STAMP.state.is_(None), _STAMP.state != STAMPED))


def _is_pause_over(now: datetime) -> ColumnElement[bool]:
    """Whether a pause is over. One longer than the longest was made by a wrong clock and counts as over."""
    return or_(_STAMP.next_at.is_(None), _STAMP.next_at <= to_text(now), _STAMP.next_at > to_text(now + PAUSES[-1]))


def _is_stamped(reading: Reading, due: DueStamp) -> bool:
    condition = and_(_STAMP.seal == due.seal.number, _STAMP.authority == due.authority, _STAMP.state == STAMPED)
    return bool(reading.sql.execute(select(func.count()).select_from(schema.stamp).where(condition)).scalar())


def _put_stamped(writing: Writing, due: DueStamp, reply: bytes, facts: StampFacts, *, at: datetime) -> None:
    """Put the row, and append the `stamp` entry, which the next seal covers, unless one says the same already."""
    time, got_at = to_text(facts.time), None if facts.got_at is None else to_text(facts.got_at)
    row = {"state": STAMPED, "attempts": due.attempts, "next_at": None, "reason": None, "time": time, "got_at": got_at}
    _upsert(writing, due, row | {"offset": facts.offset, "root": facts.root})
    key, digest = f"stamp/{due.seal.number}/{due.authority}", hashlib.sha256(reply).hexdigest()
    payload = {"authority": due.authority, "seal": due.seal.number, "sha256": digest, "time": time}
    if all(entry["payload"] != payload for entry in writer.entries_of(writing, key, last_seq(writing))):
        writer.append(writing, [Observation("stamp", key, payload)], account_id=None, at=at)


def _put_waiting(
    writing: Writing, due: DueStamp, *, attempts: int, reason: str | None, next_at: datetime | None
) -> None:
    if not _is_stamped(writing, due):
        next_text = None if next_at is None else to_text(next_at)
        _upsert(writing, due, {"state": WAITING, "attempts": attempts, "reason": reason, "next_at": next_text})


def _upsert(writing: Writing, due: DueStamp, values: dict[str, object]) -> None:
    key: dict[str, object] = {"seal": due.seal.number, "authority": due.authority}
    upsert_rows(writing.sql, schema.stamp, [key | values])


_STAMP_NAME = re.compile(r"(\d{6,18}-\d{4}-\d\d-\d\d\.json)\.([a-z0-9-]{1,20})\.tsr")
_PEM_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def file_name(seal: str, authority: str) -> str:
    """The name of a stamp's file: `000012-2026-11-12.json.a.tsr`, as in docs/adr/0004."""
    return f"{seal}.{authority}.tsr"


def stamp_files(home: Path) -> dict[str, list[str]]:
    """File name of a seal → the authorities whose stamps lie beside it, both in order. Raises StorageError."""
    found: dict[str, list[str]] = {}
    for match in filter(None, map(_STAMP_NAME.fullmatch, names_in(home / FOLDER))):
        found.setdefault(match[1], []).append(match[2])
    return found


def kept_roots(home: Path, authority: str) -> str:
    """The roots stored beside this authority's stamps, as PEM text; empty if there are none. Raises OSError."""
    return _read_text(home / FOLDER / f"{authority}.pem")


def write_stamp(home: Path, name: str, reply: bytes, *, authority: str, pem: Sequence[str]) -> None:
    """Write the roots (PEM blocks) and a reply durably. Raises DiskFull, HomeNotWritable."""
    folder = home / FOLDER
    with disk_errors(folder):
        keep_roots(folder / f"{authority}.pem", pem)
        set_aside(folder / name)
        write_durably(folder / name, reply)


def pem_blocks(text: str) -> list[str]:
    """The roots of such a text, one by one."""
    return _PEM_BLOCK.findall(text)


def set_aside(path: Path) -> None:
    """Rename a file that was judged to be no stamp, so that it is not overwritten."""
    number, aside = 1, path.with_name(f"{path.name}.unusable")
    while path.exists():
        if not aside.exists():
            path.rename(aside)
            return
        number += 1
        aside = path.with_name(f"{path.name}.unusable-{number}")


def keep_roots(path: Path, pem: Sequence[str]) -> None:
    """Append the roots that are not in the file yet; what is there stays. Raises OSError."""
    present = _read_text(path)
    known = {_without_spaces(block) for block in pem_blocks(present)}
    new = [block.strip() + "\n" for block in pem if _without_spaces(block) not in known]
    if new:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        between = "" if present.endswith("\n") or not present else "\n"
        write_durably(path, (present + between + "".join(new)).encode("latin-1"))


def _read_text(path: Path) -> str:
    """The file as Latin-1, byte for byte, so that what somebody wrote between the blocks stays as it is."""
    try:
        return path.read_bytes().decode("latin-1")
    except FileNotFoundError:
        return ""


def _without_spaces(block: str) -> str:
    return "".join(block.split())
