"""A million sealed messages in minutes instead of hours: some are read, and their entries and replies are copied.

Each copy lies later, under ids, numbers and digests of its own, and all of it verifies.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from archiver.evidence.chain import reply_digest
from archiver.store import seals
from archiver.store.archive import Archive
from archiver.store.time_text import from_text, to_text
from tests.benchmarks.instruments.copied_rows import copy_rows
from tests.benchmarks.instruments.large_archives import SHOWN, fill_archive

READ = 20_000
"""Messages that are read; the others are copies of their entries."""


class Shift(NamedTuple):
    """How much later a copy lies than what was read."""

    seq: int
    seconds: int
    ids: int


def archive_of_copies(home: Path, count: int, *, read: int = READ) -> Archive:
    """An archive of one room with so many messages (a multiple of `read`), all sealed."""
    archive = fill_archive(home, read, new=SHOWN)
    for number in range(1, count // read):
        with closing(sqlite3.connect(archive.database)) as database, database:
            last = _copy(database, number)
        seals.close_seals(archive, now=last + timedelta(hours=6))
    return archive


def _copy(database: sqlite3.Connection, number: int) -> datetime:
    """Copy everything that was read once more; the time of its last entry."""
    (first,) = database.execute("SELECT min(seq) FROM entry WHERE kind IN ('message', 'window')").fetchone()
    (end,) = database.execute("SELECT last FROM seal WHERE number = (SELECT max(number) FROM seal)").fetchone()
    read_last = (end - first + 1) // number + first - 1
    ids, seconds = database.execute(
        "SELECT max(position) - min(position) + 1000, max(send_time) - min(send_time) + 60 FROM message WHERE seq <= ?",
        (read_last,),
    ).fetchone()
    shift = Shift(end - first + 1, number * seconds, number * ids)
    replies = dict(_put_replies(database, shift, number))
    rows = list(_shifted_entries(database, shift, replies, first, read_last))
    database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    by_column = {"seq": shift.seq, "send_time": shift.seconds, "position": shift.ids}
    for table in ("message", "message_version", "window"):
        copy_rows(database, table, by_column, at_most=read_last)
    return from_text(rows[-1][1])


def _shifted_entries(
    database: sqlite3.Connection, shift: Shift, replies: dict[str, str], first: int, last: int
) -> Iterator[tuple[Any, ...]]:
    query = "SELECT seq, kind, account_id, room_id, line FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq"
    for seq, kind, account, room, line in database.execute(query, (first, last)).fetchall():
        entry = json.loads(line)
        at = to_text(from_text(entry["observed_at"]) + timedelta(seconds=shift.seconds))
        entry |= {"seq": seq + shift.seq, "observed_at": at}
        if "reply" in entry:
            entry["reply"] = replies[entry["reply"]]
        head, _slash, ident = entry["key"].rpartition("/")
        if kind == "message":
            _shift_message(entry["payload"]["object"], shift)
            entry["key"] = f"{head}/{int(ident) + shift.ids}"
        elif kind == "window":
            entry["key"] = f"{head}/{seq + shift.seq}"
        text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield seq + shift.seq, at, entry["clock"], kind, account, room, entry["key"], text, digest


def _put_replies(database: sqlite3.Connection, shift: Shift, copy: int) -> Iterator[tuple[str, str]]:
    """Copy the replies with lists of messages; old digest → new one."""
    (most,) = database.execute("SELECT max(number) FROM reply").fetchone()
    read = most // copy
    columns = "number, digest, salt, room_id, path, status, headers, received_at, body"
    for number, digest, salt, *middle, body in database.execute(
        f"SELECT {columns} FROM reply WHERE number <= ?", (read,)
    ).fetchall():
        received = json.loads(zlib.decompress(body) if body[:1] == b"x" else body)
        for one in received if isinstance(received, list) else ():
            _shift_message(one, shift)
        plain = json.dumps(received, ensure_ascii=False).encode()
        new = reply_digest(salt, plain)
        row = (number + copy * read, new, salt, *middle, zlib.compress(plain))
        database.execute("INSERT INTO reply VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        yield digest, new


def _shift_message(received: dict[str, Any], shift: Shift) -> None:
    received["message_id"] = str(int(received["message_id"]) + shift.ids)
    received["send_time"] += shift.seconds
