"""Health of the database for `archive status --full`: damage, growth, versions, how far back the plan shows rooms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from archiver.store import database_copy, schema
from archiver.store.archive import Reading
from archiver.store.queries import raw_tables
from archiver.store.queries.entries import last_entry_before
from archiver.store.time_text import from_text, to_text


class Growth(NamedTuple):
    """Bytes of the database and of saved files: in total, and added since a time."""

    total: int
    added: int


class Horizon(NamedTuple):
    """A room of which the plan showed only a part when it was last read."""

    room_id: int
    oldest: datetime | None
    """When the oldest message that the list still showed was sent; None if it showed none or the time is unknown."""
    unsaved_until: datetime | None
    """When the gap before the first save ends; None if there is no such gap."""


class Versions(NamedTuple):
    """Versions of SQLite and of the archive's format."""

    sqlite: str
    fts5: bool
    """Whether this SQLite has full-text search."""
    revision: str


def damage(reading: Reading) -> list[str]:
    """At most five errors that SQLite's quick check finds; empty if the database is whole. Raises ArchiveDamaged."""
    with raw_tables.damage_translated(reading):
        cursor = reading.sql.connection.cursor()
        findings = [str(text) for (text,) in cursor.execute("PRAGMA quick_check(5)")]
    return [] if findings == ["ok"] else findings


def growth(reading: Reading, *, since: datetime) -> Growth:
    """The size of the archive and its growth since a time; for the database estimated by its share of new entries."""
    entry, blob = schema.entry.c, schema.blob.c
    entries = reading.sql.execute(select(func.max(entry.seq))).scalar() or 0
    connection = reading.sql.connection.driver_connection
    assert connection is not None
    database = database_copy.copy_size(connection)
    share = (entries - last_entry_before(reading, since)) / entries if entries else 0.0
    files = select(func.coalesce(func.sum(blob.size), 0)).where(blob.state == "saved")
    saved_bytes = reading.sql.execute(files).scalar_one()
    new_bytes = reading.sql.execute(files.where(blob.saved_at >= to_text(since))).scalar_one()
    return Growth(database + saved_bytes, round(database * share) + new_bytes)


def horizons(reading: Reading, rooms: Collection[int]) -> list[Horizon]:
    """The rooms whose newest list was marked as limited by the plan."""
    window = schema.window.c
    found = []
    for room in rooms:
        query = select(window.limited, window.oldest).where(window.room_id == room).order_by(window.seq.desc()).limit(1)
        row = reading.sql.execute(query).one_or_none()
        if row is not None and row.limited:
            found.append(Horizon(room, _send_time(reading, room, row.oldest), _unsaved_until(reading, room)))
    return found


def versions(reading: Reading) -> Versions:
    """The versions of SQLite and of the archive's format."""
    sql = reading.sql
    sqlite = str(sql.exec_driver_sql("SELECT sqlite_version()").scalar())
    fts5 = sql.exec_driver_sql("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").scalar()
    revision = sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return Versions(sqlite, bool(fts5), str(revision))


def _send_time(reading: Reading, room: int, position: int | None) -> datetime | None:
    message = schema.message.c
    query = select(message.send_time).where(message.room_id == room, message.position == position)
    seconds = None if position is None else reading.sql.execute(query).scalar()
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _unsaved_until(reading: Reading, room: int) -> datetime | None:
    gap = schema.gap.c
    query = select(gap.end, gap.before).where(gap.room_id == room, gap.open, gap.after.is_(None)).limit(1)
    row = reading.sql.execute(query).one_or_none()
    if row is None:
        return None
    return from_text(row.end) if row.end else _send_time(reading, room, int(row.before))
