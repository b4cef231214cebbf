"""The one transaction in which the erased entries become tombstones, and all that was made of them goes.

The trigger that refuses changes is dropped and made anew inside it, so that nobody ever sees the table without it.
What is left beside the database goes after it: bytes of files, half downloads, pictures.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, delete, or_, select, text

from archiver.evidence.masked_and_erased import Tombstone, tombstone_line
from archiver.folder_sync import disk_errors, sync_where_possible
from archiver.store import schema, writer
from archiver.store.archive import Archive, Reading
from archiver.store.blobs import FOLDER, INCOMING, blob_path
from archiver.store.engine import DATABASE, Writing
from archiver.store.erasure.records import erased_key
from archiver.store.projection import project
from archiver.store.queries.entries import IS_WHOLE, entries_where, lines_where
from archiver.store.queries.people import AVATARS
from archiver.store.rows import among
from archiver.store.search import index
from archiver.store.working import remembered_values

ERASED = "erased"
"""The kind of an entry of which only a tombstone is left, so that no question about its former kind finds it."""

_TRIGGER = "entry_no_update"
_AT_ONCE = 1_000
_STATEMENTS = (schema.contract, schema.delivery, schema.attachment)
_ENTRY = schema.entry.c


def execute(
    writing: Writing,
    number: int,
    ranges: Sequence[tuple[int, int]],
    replies: Collection[str],
    contracts: Collection[str],
) -> int:
    """Erase the entries of these numbers under an `erasure` entry's number; how many were still there."""
    writing.driver.execute("PRAGMA secure_delete = ON")
    chosen = list(_still_there(writing.sql, ranges))
    rooms = {room for _seq, _kind, _key, _digest, room in chosen if room is not None}
    with _changes_allowed(writing.sql):
        _put_tombstones(writing.sql, number, chosen)
    writing.sql.execute(delete(schema.reply).where(among(schema.reply.c.digest, replies)))
    _delete_working_rows(writing, chosen, rooms, contracts)
    _make_readable_again(writing, rooms)
    shown = select(schema.person.c.avatar).union(select(schema.room.c.icon))
    writing.sql.execute(delete(schema.picture).where(schema.picture.c.url.not_in(shown)))
    if chosen:
        index.rebuild(writing.sql)
    return len(chosen)


_Row = tuple[int, str, str, str, int | None]
"""Number, kind, key, digest and room of an entry."""


def _still_there(sql: Connection, ranges: Sequence[tuple[int, int]]) -> Iterator[_Row]:
    columns = (_ENTRY.seq, _ENTRY.kind, _ENTRY.key, _ENTRY.digest, _ENTRY.room_id)
    for first, last in ranges:
        query = select(*columns).where(_ENTRY.seq.between(first, last), IS_WHOLE)
        for row in sql.execute(query):
            yield row.seq, row.kind, row.key, row.digest, row.room_id


@contextlib.contextmanager
def _changes_allowed(sql: Connection) -> Iterator[None]:
    """Drop the trigger that keeps entries unchanged, and make it anew, within the open transaction."""
    sql.exec_driver_sql(f"DROP TRIGGER IF EXISTS {_TRIGGER}")
    yield
    sql.exec_driver_sql(schema.TRIGGERS[_TRIGGER])


def _put_tombstones(sql: Connection, number: int, chosen: Sequence[_Row]) -> None:
    statement = text("UPDATE entry SET line = :line, kind = :kind, key = :key WHERE seq = :seq")
    rows = (
        {
            "line": tombstone_line(Tombstone(digest, number)),
            "kind": ERASED,
            "key": erased_key(kind, key),
            "seq": seq,
        }
        for seq, kind, key, digest, _room in chosen
    )
    while batch := list(islice(rows, _AT_ONCE)):
        sql.execute(statement, batch)


# --- working rows ----------------------------------------------------------------------------------


def _delete_working_rows(
    writing: Writing, chosen: Sequence[_Row], rooms: Collection[int], contracts: Collection[str]
) -> None:
    """Delete what the next runs remember of the rooms and contracts: it may name people, and is found out anew."""
    listed, sql = sorted(rooms), writing.sql
    messages = [key.partition("/")[2] for _seq, kind, key, _digest, _room in chosen if kind == "message"]
    for table in (schema.visit, schema.last_list, schema.quest, schema.retry, schema.rotation):
        sql.execute(delete(table).where(table.c.room_id.in_(listed)))
    still = select(_ENTRY.room_id).where(_ENTRY.room_id.in_(listed), IS_WHOLE).distinct()
    gone = set(listed) - set(sql.execute(still).scalars())
    alert = schema.alert.c
    of_contracts = [
        or_(alert.subject == one, alert.subject.startswith(f"{one}/", autoescape=True)) for one in sorted(contracts)
    ]
    sql.execute(delete(schema.alert).where(or_(alert.room_id.in_(sorted(gone)), *of_contracts)))
    sql.execute(delete(schema.alert).where(among(alert.message_id, messages)))
    if contracts:
        remembered_values.SETUP_ANSWERS.remember(writing, None)
        allowed = remembered_values.ASSISTANTS.recall(writing)
        left = {job: how for job, how in allowed.items() if job not in contracts}
        remembered_values.ASSISTANTS.remember(writing, left)
    names = remembered_values.LISTED_NAMES.recall(writing)
    remembered_values.LISTED_NAMES.remember(writing, {room: name for room, name in names.items() if room not in gone})
    for contract in contracts:
        remembered_values.DAILY_COPY_UPTO.of(contract).remember(writing, None)
    for contract in {*contracts, *_contracts_with(sql, rooms)}:
        remembered_values.EXPORT_FILES.of(contract).remember(writing, None)


def _contracts_with(sql: Connection, rooms: Collection[int]) -> Iterator[str]:
    """The contracts that have one of the rooms."""
    for contract, statement in sql.execute(select(schema.contract.c.contract_id, schema.contract.c.statement)):
        if any(room["room_id"] in rooms for room in json.loads(statement)["rooms"]):
            yield contract


# --- readable rows ---------------------------------------------------------------------------------


def _make_readable_again(writing: Writing, rooms: Collection[int]) -> None:
    """Make the readable rows of these rooms, and those of all statements, anew from the entries that are left."""
    sql, listed = writing.sql, sorted(rooms)
    for table in schema.READABLE:
        if table in _STATEMENTS:
            sql.execute(delete(table))
        else:
            sql.execute(delete(table).where(table.c.room_id.in_(listed)))
    stated = _ENTRY.kind.in_([table.name for table in _STATEMENTS])
    entries = entries_where(writing, or_(_ENTRY.room_id.in_(listed), stated), IS_WHOLE)
    while batch := list(islice(entries, _AT_ONCE)):
        project(sql, batch, lambda key, upto: list(writer.entries_of(writing, key, upto)))


_EARLIER = f"{DATABASE.removesuffix('.sqlite3')}.before-*.sqlite3*"
"""Databases as they were before an upgrade, which hold everything once more."""

_DIGESTS = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def remove_bytes(archive: Archive, blobs: Collection[str]) -> None:
    """Remove the bytes that no entry names any more, also from the folder of a team; others stay, whoever asks.

    Raises StorageError.
    """
    unnamed = archive.read(unnamed_bytes, blobs)
    for sha256 in sorted(unnamed):
        for home in (archive.home, *archive.keeper.folders()):
            remove(blob_path(home, sha256))


def unnamed_bytes(reading: Reading, blobs: Collection[str]) -> set[str]:
    """Those of these bytes (SHA-256) that no entry names any more."""
    if not blobs:
        return set()
    wanted, named = frozenset(blobs), set[str]()
    for line in lines_where(reading, _ENTRY.kind.in_(("blob", "attachment")), IS_WHOLE):
        named |= wanted.intersection(_DIGESTS.findall(line))
    return set(wanted - named)


def shown_pictures(reading: Reading) -> set[str]:
    """The SHA-256 of every picture of a person or a room that is still shown."""
    return set(reading.sql.execute(select(schema.picture.c.sha256)).scalars())


def remove_leftovers(archive: Archive) -> None:
    """Remove half downloads, pictures that nothing shows any more, and databases of before an upgrade."""
    home = archive.home
    shown = archive.read(shown_pictures)
    pictures = [path for path in _files(home / AVATARS) if path.name not in shown]
    for path in [*_files(home / FOLDER / INCOMING), *pictures, *home.glob(_EARLIER)]:
        remove(path)


def databases_aside(home: Path) -> list[Path]:
    """The databases in the home of a team's copy that were set aside, which no erasure reaches."""
    return sorted(home.glob(f"{DATABASE}.lost-*"))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file()] if folder.is_dir() else []


def remove(path: Path) -> None:
    """Remove a file or folder, and the folder that it leaves empty. Raises StorageError."""
    with disk_errors(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            return
        if os.name == "nt" and path.exists():
            path.chmod(0o600)  # Windows removes nothing that is read-only
        path.unlink(missing_ok=True)
    sync_where_possible(path.parent)  # what is told to be erased does not come back after a power cut
    with suppress(OSError):
        path.parent.rmdir()  # only where it is empty now
