"""Appends observations: entries with their digests, the replies they came from, and the readable rows.

All of it is done in one transaction of `archive.writing()`, so a reading is archived completely or not at all.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from archiver.evidence import chain
from archiver.records import Entry, Observation, Reply
from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.projection.project import project
from archiver.store.projection.rows import insert_rows
from archiver.store.search import index
from archiver.store.time_text import from_text, to_text

SELF = "{seq}"
"""Placeholder in a key for the entry's own number, for entries that are about themselves (window, sweep …)."""

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far this computer's clock may differ from an entry's time without being noted in the entry."""

_LAST = select(schema.entry.c.seq, schema.entry.c.observed_at).order_by(schema.entry.c.seq.desc()).limit(1)


def append(
    writing: Writing, observations: Sequence[Observation], *, account_id: int | None, at: datetime
) -> list[Entry]:
    """Append observations in order, all observed at `at` (aware), and bring the readable tables up to date.

    Times never decrease along the entries: while a clock that was set back is behind the last entry, that one's
    time is used. The times of the clocks are in the records of runs and in the windows (`date`).
    """
    if not observations:
        return []
    last = writing.sql.execute(_LAST).one_or_none()
    first = 1 if last is None else last.seq + 1
    observed_at = to_text(at) if last is None else max(to_text(at), last.observed_at)
    clock = to_text(at) if from_text(observed_at) - at > CLOCK_TOLERANCE else None
    appended = [
        _make_entry(observation, seq=seq, observed_at=observed_at, clock=clock, account_id=account_id)
        for seq, observation in enumerate(observations, first)
    ]
    insert_rows(writing.sql, schema.entry, [_entry_row(entry) for entry, _ in appended])
    objects = [entry_object for _, entry_object in appended]
    project(writing.sql, objects, lambda key, upto: entries_of(writing, key, upto))
    index.add_texts(writing.sql, objects)
    return [entry for entry, _ in appended]


def keep_reply(writing: Writing, reply: Reply, *, room_id: int) -> None:
    """Store a reply about a contracted room that led to entries."""
    writing.sql.execute(
        insert(schema.reply).values(
            digest=reply.digest,
            salt=reply.salt,
            room_id=room_id,
            path=reply.path,
            status=reply.status,
            headers=json.dumps(dict(reply.headers), sort_keys=True),
            received_at=to_text(reply.received_at),
            body=zlib.compress(reply.body, 7),  # 9 takes twice the time for 2 % less
        )
    )


def entries_of(reading: Reading, key: str, upto: int) -> list[dict[str, Any]]:
    """The entries of one key up to a number, oldest first, as the objects that their lines hold."""
    table = schema.entry.c
    rows = reading.sql.execute(select(table.line).where(table.key == key, table.seq <= upto).order_by(table.seq))
    return [json.loads(line) for (line,) in rows]


def _make_entry(
    observation: Observation, *, seq: int, observed_at: str, clock: str | None, account_id: int | None
) -> tuple[Entry, dict[str, Any]]:
    fields: dict[str, Any] = {
        "seq": seq,
        "observed_at": observed_at,
        "clock": clock,
        "kind": observation.kind,
        "account_id": account_id,
        "room_id": observation.room_id,
        "key": observation.key.replace(SELF, str(seq)),
        "payload": observation.payload,
        "salt": secrets.token_hex(16),
        "reply": observation.reply,
    }
    line = chain.entry_line(**fields)
    numbers = (account_id, observation.room_id)
    entry = Entry(seq, observed_at, clock, observation.kind, *numbers, fields["key"], line, chain.digest(line))
    return entry, fields


def _entry_row(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "observed_at": entry.observed_at,
        "clock": entry.clock,
        "kind": entry.kind,
        "account_id": entry.account_id,
        "room_id": entry.room_id,
        "key": entry.key,
        "line": entry.line,
        "digest": entry.digest,
    }
