"""Entries of notes, which no readable table is made of, for tests of the store itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from archiver.records import Entry, Observation
from archiver.store import schema, seals, writer
from archiver.store.archive import Archive, Reading

AT = datetime(2026, 11, 24, 13, 31, 5, 123_456, tzinfo=UTC)
NOON = datetime(2026, 11, 12, 3, 0, tzinfo=UTC)
"""12:00 in Tokyo."""


def note(text: object, *, key: str = "note/x", room: int | None = None, reply: str | None = None) -> Observation:
    """An observation that no readable table is made of."""
    return Observation("note", key, {"text": text}, room, reply)


def append_observations(archive: Archive, *observations: Observation, at: datetime = AT) -> list[Any]:
    """Append observations in one transaction."""
    with archive.writing() as writing:
        return writer.append(writing, observations, account_id=1234567, at=at)


def all_entries(archive: Archive) -> list[Any]:
    """Every entry of the archive, oldest first."""
    with archive.reading() as reading:
        return list(entries(reading))


def entries(reading: Reading) -> Iterator[Entry]:
    """The same of a snapshot, as the columns hold them."""
    return map(Entry._make, reading.sql.execute(select(schema.entry).order_by(schema.entry.c.seq)))


def append_notes(archive: Archive, number: int = 1, *, at: datetime = NOON) -> list[str]:
    """Append so many notes; returns the digests of their entries."""
    return [one.digest for one in append_observations(archive, *map(note, map(str, range(number))), at=at)]


def close_seal(archive: Archive, number: int = 1, *, at: datetime = NOON) -> None:
    """Append so many notes and seal them at once."""
    append_notes(archive, number, at=at)
    seals.close_seals(archive, now=at)
