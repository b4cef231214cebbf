"""The status of the archive and of each room, for `archive status` and the pages that show the same."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from archiver.records import ChangedMessages, Contract, ContractRoom, Pause, RoomId
from archiver.records.alerts import Alert
from archiver.store import engine, schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state, raw_tables
from archiver.store.queries.contract_activity import case_sides, changed_messages
from archiver.store.queries.contracts import contracts
from archiver.store.queries.entries import EVERY_ROOM, covered_periods, last_entry_before, last_seq, message_span
from archiver.store.queries.looks_and_gaps import LastLooks, last_list_time, last_read, last_window, room_looks, watch
from archiver.store.queries.room_holdings import FileCounts, file_counts, file_counts_within
from archiver.store.time_text import from_text, sent_at, time_or_none, to_text
from archiver.store.working import remembered_values
from archiver.store.working.alerts import open_alerts
from archiver.store.working.remembered_values import LastBackup
from archiver.store.working.stamp_queue import count_unstamped

_LISTED_NUMBERS = select(schema.last_list.c.room_id, schema.last_list.c.message_num)
"""How many messages Chatwork counted in each room when its list was last read."""


class RoomStatus(NamedTuple):
    """One contracted room."""

    room_id: RoomId
    name: str
    contracts: tuple[str, ...]
    inaccessible_since: datetime | None
    messages: int
    """All that are saved, in any state."""
    changed: Mapping[str, ChangedMessages]
    """Contract → the messages that changed, with the sides of that contract."""
    files: FileCounts
    tasks: int
    covered: tuple[tuple[datetime, datetime], ...]
    gaps: tuple[dict[str, Any], ...]
    last_seen: datetime | None
    emptied: bool
    """Whether the last list of messages came empty, though messages are saved that it should show."""


class Status(NamedTuple):
    """The status of the whole archive."""

    account_id: int | None
    account_name: str
    is_practice: bool
    """Whether it is the demo's."""
    last_sync: datetime | None
    last_read: datetime | None
    """When chats of its jobs were last read: of the last save, unless none of them opened then."""
    rooms: tuple[RoomStatus, ...]
    contracts: tuple[Contract, ...]
    seals: int
    last_seal: datetime | None
    unstamped: int
    """Seals that lack a stamp of one of these authorities."""
    alerts: tuple[Alert, ...]
    """The open alerts, oldest first."""
    backup: LastBackup | None
    """The last backup; None if the archive knows of none."""
    looks: LastLooks
    """The last looks at the rooms of all contracts, whether or not they are still read."""


def status(reading: Reading, *, authorities: Sequence[str] = ()) -> Status:
    """The status in one snapshot; `authorities` are the names of those that are to stamp the seals."""
    owner = current_state.owner(reading) or {}
    every_contract = tuple(contracts(reading))
    rooms = {room.room_id for one in every_contract for room in one.rooms}
    seal = schema.seal.c
    number, closed_at = reading.sql.execute(select(func.count(), func.max(seal.closed_at))).one()
    return Status(
        account_id=owner.get("account_id"),
        account_name=owner.get("name", ""),
        is_practice=remembered_values.PRACTICE.recall(reading) is not None,
        last_sync=remembered_values.last_saved_at(reading),
        last_read=last_read(reading, every_contract),
        rooms=room_states(reading, every_contract),
        contracts=every_contract,
        seals=number,
        last_seal=time_or_none(closed_at),
        unstamped=count_unstamped(reading, authorities),
        alerts=tuple(open_alerts(reading)),
        backup=remembered_values.LAST_BACKUP.recall(reading),
        looks=room_looks(reading, rooms),
    )


def room_states(reading: Reading, every_contract: tuple[Contract, ...]) -> tuple[RoomStatus, ...]:
    """The status of each room of these contracts."""
    parts_by_room: dict[RoomId, dict[str, list[ContractRoom]]] = {}
    for contract in every_contract:
        for room in contract.rooms:
            parts_by_room.setdefault(room.room_id, {}).setdefault(contract.id, []).append(room)
    facts = {row.room_id: row for row in reading.sql.execute(select(schema.room))}
    sides = {contract.id: case_sides(reading, contract) for contract in every_contract}
    files = file_counts(reading)
    messages = count_messages(reading)
    task = schema.task.c
    tasks = dict(map(tuple, reading.sql.execute(select(task.room_id, func.count()).group_by(task.room_id))))
    listed = remembered_values.LISTED_NAMES.recall(reading)
    found = []
    for room_id, contracted in parts_by_room.items():
        row = facts.get(room_id)
        found.append(
            RoomStatus(
                room_id=room_id,
                name=(row.name if row is not None else "") or listed.get(room_id, ""),
                contracts=tuple(contracted),
                inaccessible_since=None if row is None else time_or_none(row.inaccessible_since),
                messages=messages.get(room_id, 0),
                changed={one: changed_messages(reading, parts, sides[one]) for one, parts in contracted.items()},
                files=files.get(room_id, FileCounts(0, 0, 0, 0)),
                tasks=tasks.get(room_id, 0),
                covered=tuple(covered_periods(reading, room_id)),
                gaps=open_gaps(reading, room_id),
                last_seen=last_list_time(reading, room_id),
                emptied=_is_emptied(reading, room_id),
            )
        )
    return tuple(found)


def rooms_within(reading: Reading, rooms: Iterable[RoomStatus], contract: Contract) -> list[RoomStatus]:
    """The rooms of a contract, each with only the messages and files that were sent within its part of it."""
    found = []
    for room in rooms:
        parts = [one for one in contract.rooms if one.room_id == room.room_id]
        bounds = [one.bounds for one in parts]
        if any(map(any, bounds)):
            messages = message_span(reading, room.room_id, bounds)[0]
            room = room._replace(messages=messages, files=file_counts_within(reading, room.room_id, bounds))
        found += [room] if parts else []
    return found


def count_messages(reading: Reading) -> dict[int, int]:
    """The messages of each room that has any; the largest room has what the others leave of all.

    SQLite counts a whole table five times as fast as the rows of one room.
    """
    rooms = [room for (room,) in reading.driver.execute(EVERY_ROOM)]
    if not rooms:
        return {}
    listed = {row.room_id: row.message_num or 0 for row in reading.sql.execute(_LISTED_NUMBERS)}
    largest = max(rooms, key=lambda room: listed.get(room, 0))  # another room would only take longer
    table = schema.message
    counts = {
        room: reading.sql.execute(select(func.count()).select_from(table).where(table.c.room_id == room)).scalar_one()
        for room in rooms
        if room != largest
    }
    every = reading.sql.execute(select(func.count()).select_from(table)).scalar_one()
    return counts | {largest: every - sum(counts.values())}


def _is_emptied(reading: Reading, room: int) -> bool:
    """Whether the last list was empty, and not because the plan hides what is saved."""
    message, last = schema.message.c, last_window(reading, room)
    if last is None or last.oldest is not None or last.limited:
        return False
    return reading.sql.execute(select(message.room_id).where(message.room_id == room).limit(1)).first() is not None


def open_gaps(reading: Reading, room: int) -> tuple[dict[str, Any], ...]:
    """The open gaps of a room as JSON objects, the one from the room's beginning first."""
    table = schema.gap.c
    columns = (table.after, table.before, table.start.label("from"), table.end.label("to"), table.missing, table.reason)
    rows = reading.sql.execute(select(*columns).where(table.room_id == room, table.open)).mappings()
    return tuple(sorted((dict(row) for row in rows), key=lambda gap: int(gap["after"] or 0)))


def room_pauses(reading: Reading, status: Status) -> dict[int, tuple[Pause, ...]]:
    """The times in which nobody looked at each of the rooms, oldest first."""
    upto = last_seq(reading)
    return {room.room_id: watch(reading, room.room_id, upto=upto).pauses for room in status.rooms}


class RememberedStatus:
    """The last status of one home. In a large archive finding it takes most of the time of a first page."""

    def __init__(self) -> None:
        """Begin without one."""
        self._last: tuple[Hashable, tuple[str, ...], Status] | None = None

    def status(self, reading: Reading, *, authorities: Sequence[str] = ()) -> Status:
        """As `status.status`, which is all that it depends on: what the database holds, and these names."""
        last, key = self._last, (reading.written, tuple(authorities))  # another thread may replace it meanwhile
        if last is not None and last[:2] == key:
            return last[2]
        found = status(reading, authorities=authorities)
        if reading.written is not None:
            self._last = (reading.written, tuple(authorities), found)
        return found


class Horizon(NamedTuple):
    """A room of which the plan showed only a part when it was last read."""

    room_id: int
    unsaved_until: datetime | None
    """When the gap before the first save ends; None if there is no such gap, or the plan hid it from the first on."""


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


def growth(reading: Reading, *, since: datetime) -> tuple[int, int]:
    """The bytes of the archive, and those added since a time, of the database estimated by its share of new entries."""
    blob = schema.blob.c
    entries = last_seq(reading)
    database = engine.copy_size(reading.driver)
    share = (entries - last_entry_before(reading, since)) / entries if entries else 0.0
    files = select(func.coalesce(func.sum(blob.size), 0)).where(blob.state == "saved")
    saved_bytes = reading.sql.execute(files).scalar_one()
    new_bytes = reading.sql.execute(files.where(blob.saved_at >= to_text(since))).scalar_one()
    return database + saved_bytes, round(database * share) + new_bytes


def horizons(reading: Reading, rooms: Collection[int]) -> list[Horizon]:
    """The rooms whose newest list was marked as limited by the plan."""
    found = []
    for room in rooms:
        row = last_window(reading, room)
        if row is not None and row.limited:
            found.append(Horizon(room, _unsaved_until(reading, room)))
    return found


def versions(reading: Reading) -> Versions:
    """The versions of SQLite and of the archive's format."""
    sql = reading.sql
    sqlite = str(sql.exec_driver_sql("SELECT sqlite_version()").scalar())
    fts5 = sql.exec_driver_sql("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").scalar()
    revision = sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return Versions(sqlite, bool(fts5), str(revision))


def _unsaved_until(reading: Reading, room: int) -> datetime | None:
    gap = schema.gap.c
    is_beginning = gap.after.is_(None) & (gap.reason != "plan")
    query = select(gap.end, gap.before).where(gap.room_id == room, gap.open, is_beginning).limit(1)
    row = reading.sql.execute(query).one_or_none()
    if row is None:
        return None
    message = schema.message.c
    sent = select(message.send_time).where(message.room_id == room, message.position == int(row.before))
    return from_text(row.end) if row.end else sent_at(reading.sql.execute(sent).scalar() or 0)
