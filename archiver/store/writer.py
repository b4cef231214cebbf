"""Appends observations: entries with their digests, the replies they came from, and the readable rows.

All of it is done in one transaction of `archive.writing()`, so a reading is archived completely or not at all.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from archiver.evidence import chain
from archiver.records import Entry, Observation, Reply
from archiver.store import schema
from archiver.store.engine import Reading, Writing
from archiver.store.projection import project
from archiver.store.queries import current_state
from archiver.store.queries.entries import IS_WHOLE, entries_where, last_seq
from archiver.store.received_facts_and_record_forms import tells_what_was_shown
from archiver.store.rows import insert_values
from archiver.store.search import index
from archiver.store.time_text import entry_times, to_text
from archiver.store.working import last_lists

SELF = "{seq}"
"""Placeholder in a key for the entry's own number, for entries that are about themselves (window, sweep …)."""

_END_STEADY = frozenset(
    {"window", "message", "account", "gap", "gap.narrowed", "gap.closed", "room.inaccessible", "room.accessible"}
)  # fmt: skip
"""Kinds of entries before which the looks so far are written, as the next list must be compared anew."""


def append(
    writing: Writing, observations: Sequence[Observation], *, account_id: int | None, at: datetime, dated: bool = False
) -> list[Entry]:
    """Append observations in order, all observed at `at` (aware), and bring the readable tables up to date.

    `dated`: `at` is the `Date` of a reply. Else it is the time of the archive's clock, which is never earlier than
    the last time by Chatwork's while no offset between the two is known (`time_text`).
    """
    if not observations:
        return []
    rooms = {one.room_id for one in observations if one.kind in _END_STEADY and one.room_id is not None}
    if rooms:
        append_steady(writing, rooms)
        last_lists.forget_lists(writing, rooms)
    observed_at, clock = entry_times(writing, at, dated=dated)
    appended = [
        _make_entry(observation, seq=seq, observed_at=observed_at, clock=clock, account_id=account_id)
        for seq, observation in enumerate(observations, last_seq(writing) + 1)
    ]
    _insert_entries(writing, appended)
    return [entry for entry, _ in appended]


def append_dated(
    writing: Writing, observations: Sequence[Observation], reply: Reply, *, account_id: int | None
) -> list[Entry]:
    """Append what a reply showed, observed at its `Date` if that counts."""
    return append(writing, observations, account_id=account_id, at=reply.received_at, dated=reply.dated)


def append_stated(writing: Writing, observations: Sequence[Observation], *, at: datetime) -> list[Entry]:
    """Append what the owner states or does, under their account."""
    return append(writing, observations, account_id=current_state.owner_id(writing), at=at)


def append_steady(writing: Writing, rooms: Collection[int] | None = None) -> None:
    """Append the looks at lists that stayed the same which no entry has yet, such as before a seal.

    Each `steady` entry is dated by its last look, whenever it is written. `rooms`: of these alone.
    """
    appended = [
        _make_entry(
            Observation("steady", f"steady/{room}/{SELF}", payload, room),
            seq=seq,
            observed_at=payload["last"],
            clock=None,
            account_id=account,
        )
        for seq, (room, account, payload) in enumerate(last_lists.end_looks(writing, rooms), last_seq(writing) + 1)
    ]
    if appended:
        _insert_entries(writing, appended)


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
    """The entries of one key up to a number, oldest first, as the objects of their lines; of others, as somebody
    forged them, no readable row can be made.
    """
    table = schema.entry.c
    entries = entries_where(reading, table.key == key, table.seq <= upto, IS_WHOLE)
    return [entry for entry in entries if tells_what_was_shown(entry)]


def _insert_entries(writing: Writing, appended: Sequence[tuple[Entry, dict[str, Any]]]) -> None:
    """Insert entries with their readable rows and what the search needs."""
    insert_values(writing.sql, schema.entry, Entry._fields, [entry for entry, _ in appended])
    objects = [entry_object for _, entry_object in appended]
    project(writing.sql, objects, lambda key, upto: entries_of(writing, key, upto))
    index.add_texts(writing.sql, objects)


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
