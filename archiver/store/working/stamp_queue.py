"""The queue of stamps: which seals wait for whose time, and the files of the stamps that came.

A stamp's file is in its place before its row commits, and rows that are lost are made again of the files.
A seal that was never asked about has no row, so closing one writes nothing here. What is in a stamp is judged
elsewhere: here it is bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from archiver.records import Seal
from archiver.store import schema
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.seals import seals
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import stamp_files

PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
"""How long an authority that gave nothing is left alone, by how often it was asked in vain; the last one stays."""

WAITING, STAMPED = "waiting", "stamped"

_SEAL, _STAMP = schema.seal.c, schema.stamp.c


@dataclass(frozen=True, slots=True)
class DueStamp:
    """A seal that lacks the stamp of an authority."""

    seal: Seal
    authority: str
    attempts: int = 0
    """How often the authority was asked in vain while this seal waited."""
    reason: str | None = None
    """Why, the last time."""

    @property
    def file(self) -> str:
        """The name that the stamp's file has in `seals/`."""
        return stamp_files.file_name(self.seal.name, self.authority)


class Got(NamedTuple):
    """What is known of a stamp that was judged good."""

    time: datetime
    """The token's own."""
    root: str
    """SHA-256 of the root it was checked against."""
    got_at: datetime | None = None
    """When it came, by our clock; None: not known any more."""
    offset: float | None = None
    """Seconds of the token's time after our clock's."""


class Stamp(NamedTuple):
    """A stamp that is held."""

    authority: str
    time: datetime
    got_at: datetime | None


class StampQueueCounts(NamedTuple):
    """The days that are sealed, and how many of them wait for a stamp."""

    days: int
    waiting: int
    reason: str | None
    """Why the newest of them waits, if it was asked for."""


class Longest(NamedTuple):
    """The seals that wait for the stamp of one authority."""

    authority: str
    seals: int
    since: datetime
    """When the oldest of them was closed."""
    reason: str | None
    """Why the newest of them waits, if it was asked for."""


def pause(attempts: int) -> timedelta:
    """How long to leave an authority alone after it was asked so often in vain (1, 2, 3 …)."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


# --- reading ---------------------------------------------------------------------------------


def waiting(
    reading: Reading,
    authorities: Sequence[str],
    now: datetime,
    *,
    all: bool = False,  # noqa: A002 - all of them, also those whose pause is not over
) -> list[DueStamp]:
    """The seals that lack a stamp of these authorities and may be asked about now, the newest first."""
    found = []
    for name in authorities:
        query = _lacking(name, *_SEAL, _STAMP.attempts, _STAMP.reason).order_by(_SEAL.number.desc())
        if not all:
            query = query.where(_is_over(now))
        for *row, attempts, reason in reading.sql.execute(query):
            found.append(DueStamp(_seal(*row), name, attempts or 0, reason))
    return sorted(found, key=lambda due: -due.seal.number)


def unstamped(reading: Reading, authorities: Sequence[str]) -> int:
    """How many seals lack a stamp of any of these authorities."""
    numbers: set[int] = set()
    for name in authorities:
        numbers.update(reading.sql.execute(_lacking(name, _SEAL.number)).scalars())
    return len(numbers)


def tally(reading: Reading, authorities: Sequence[str]) -> StampQueueCounts:
    """How many days are sealed and how many of them wait; where no authority is asked, one without any stamp waits."""
    days = set(reading.sql.execute(select(_SEAL.day).distinct()).scalars())
    if not authorities:
        bare = select(_SEAL.day).where(_SEAL.number.not_in(select(_STAMP.seal).where(_STAMP.state == STAMPED)))
        return StampQueueCounts(len(days), len(set(reading.sql.execute(bare).scalars())), None)
    lacking: dict[str, str | None] = {}
    for name in authorities:
        for day, reason in reading.sql.execute(_lacking(name, _SEAL.day, _STAMP.reason)):
            lacking[day] = reason or lacking.get(day)
    known = [reason for _, reason in sorted(lacking.items()) if reason is not None]
    return StampQueueCounts(len(days), len(lacking), known[-1] if known else None)


def longest_waiting(reading: Reading, authority: str) -> Longest | None:
    """The seals that lack this authority's stamp, as one; None if there are none."""
    rows = reading.sql.execute(_lacking(authority, _SEAL.closed_at, _STAMP.reason).order_by(_SEAL.number)).all()
    known = [reason for _at, reason in rows if reason is not None]
    return Longest(authority, len(rows), from_text(rows[0][0]), known[-1] if known else None) if rows else None


def times(reading: Reading) -> dict[int, list[Stamp]]:
    """The stamps that are held, by the number of their seal; those of one seal by their time."""
    query = select(_STAMP.seal, _STAMP.authority, _STAMP.time, _STAMP.got_at).where(_STAMP.state == STAMPED)
    found: dict[int, list[Stamp]] = {}
    for number, name, time, got_at in reading.sql.execute(query.order_by(_STAMP.seal, _STAMP.time, _STAMP.authority)):
        found.setdefault(number, []).append(Stamp(name, from_text(time), None if got_at is None else from_text(got_at)))
    return found


def unlisted(reading: Reading) -> list[DueStamp]:
    """Stamps that lie in `seals/` without a row: left from a kill, or the table was lost. Raises StorageError."""
    held = {(number, stamp.authority) for number, stamps in times(reading).items() for stamp in stamps}
    by_name = {one.name: one for one in seals(reading)}
    found = []
    for name, authority in stamp_files.stamp_files(reading.home):
        seal = by_name.get(name)
        if seal is not None and (seal.number, authority) not in held:
            found.append(DueStamp(seal, authority))
    return found


# --- writing ---------------------------------------------------------------------------------


def keep(archive: Archive, due: DueStamp, reply: bytes, got: Got, *, pem: Sequence[str]) -> bool:
    """Keep a stamp that was judged good: its file, the roots (PEM blocks), then its row.

    False if one is held already, from another process at the same time; the earlier one stays. Raises DiskFull,
    HomeNotWritable, ArchiveBusy.
    """
    with archive.writing() as writing:
        if _is_stamped(writing, due):
            return False
        stamp_files.put(writing.home, due.file, reply, authority=due.authority, pem=pem)
        _put(writing, due, got)
    return True


def adopt(archive: Archive, due: DueStamp, got: Got) -> None:
    """Give a stamp whose file is in its place, and was judged good, its row."""
    with archive.writing() as writing:
        if not _is_stamped(writing, due):
            _put(writing, due, got)


def failed(archive: Archive, dues: Sequence[DueStamp], *, reason: str, at: datetime) -> None:
    """The authority of these seals gave nothing: leave it alone for a pause that grows with each time."""
    attempts = max((due.attempts for due in dues), default=0) + 1
    with archive.writing() as writing:
        for due in dues:
            _wait(writing, due, attempts=attempts, reason=reason, next_at=at + pause(attempts))


def goes_on(archive: Archive, dues: Sequence[DueStamp]) -> None:
    """The authority of these seals gives stamps again: their turn is the next round, whatever pause they had."""
    with archive.writing() as writing:
        for due in dues:
            if due.attempts:
                _wait(writing, due, attempts=0, reason=None, next_at=None)


# --- rows --------------------------------------------------------------------------


def _lacking(authority: str, *columns: Column[Any]) -> Select[Any]:
    """The seals without a stamp of an authority, beside what is known of its waiting."""
    joined = schema.seal.outerjoin(schema.stamp, and_(_STAMP.seal == _SEAL.number, _STAMP.authority == authority))
    return select(*columns).select_from(joined).where(or_(_STAMP.state.is_(None), _STAMP.state != STAMPED))


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Whether a pause is over; one longer than any there is was made by a clock that was wrong."""
    return or_(_STAMP.next_at.is_(None), _STAMP.next_at <= to_text(now), _STAMP.next_at > to_text(now + PAUSES[-1]))


def _seal(number: int, first: int, last: int, sha256: str, closed_at: str, day: str) -> Seal:
    return Seal(number, first, last, sha256, from_text(closed_at), day)


def _is_stamped(reading: Reading, due: DueStamp) -> bool:
    held = and_(_STAMP.seal == due.seal.number, _STAMP.authority == due.authority, _STAMP.state == STAMPED)
    return bool(reading.sql.execute(select(func.count()).select_from(schema.stamp).where(held)).scalar())


def _put(writing: Writing, due: DueStamp, got: Got) -> None:
    values = {
        "state": STAMPED,
        "attempts": due.attempts,
        "next_at": None,
        "reason": None,
        "time": to_text(got.time),
        "got_at": None if got.got_at is None else to_text(got.got_at),
        "offset": got.offset,
        "root": got.root,
    }
    _upsert(writing, due, values)


def _wait(writing: Writing, due: DueStamp, *, attempts: int, reason: str | None, next_at: datetime | None) -> None:
    if not _is_stamped(writing, due):
        told = None if next_at is None else to_text(next_at)
        _upsert(writing, due, {"state": WAITING, "attempts": attempts, "reason": reason, "next_at": told})


def _upsert(writing: Writing, due: DueStamp, values: dict[str, object]) -> None:
    key = {"seal": due.seal.number, "authority": due.authority}
    statement = insert(schema.stamp).values(**key, **values)
    writing.sql.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
