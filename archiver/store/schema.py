"""The tables: entries, replies and seals (the evidence), readable tables (made of entries), working tables.

Readable tables can be thrown away and made again; each of their rows names the entry (`seq`) it was last made of.
Working tables, and the full-text index, hold what only the next run or a search needs.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text, text

metadata = MetaData()

_Columns = tuple[Column[Any], ...]


def _table(name: str, *columns: Column[Any] | Index, with_rowid: bool = True) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=with_rowid)


def _readable_table(name: str, *columns: Column[Any] | Index, large: bool = False) -> Table:
    """A table made of entries, each row with the number of its last one, which may be part of its key.

    A large one is stored in the order of its primary key, which saves an index.
    """
    made_of = () if any(one.name == "seq" for one in columns) else _filled(Integer, "seq")
    return Table(name, metadata, *columns, *made_of, info={"readable": True}, sqlite_with_rowid=not large)


def _ids(*names: str) -> _Columns:
    """Columns of the primary key for ids of Chatwork's, and for positions: the id of a message to sort by."""
    return tuple(Column(name, BigInteger, primary_key=True, autoincrement=False) for name in names)


def _numbers(*names: str) -> _Columns:
    """Columns of the primary key for our own numbers."""
    return tuple(Column(name, Integer, primary_key=True, autoincrement=False) for name in names)


def _names(*names: str) -> _Columns:
    """Columns of the primary key for texts."""
    return tuple(Column(name, Text, primary_key=True) for name in names)


def _filled(kind: type[Any], *names: str) -> _Columns:
    return tuple(Column(name, kind, nullable=False) for name in names)


def _optional(kind: type[Any], *names: str) -> _Columns:
    return tuple(Column(name, kind) for name in names)


# --- the evidence --------------------------------------------------------------------------------

entry = _table(
    "entry",
    *_numbers("seq"),
    *_filled(Text, "observed_at"),
    *_optional(Text, "clock"),
    *_filled(Text, "kind"),
    *_optional(BigInteger, "account_id", "room_id"),
    *_filled(Text, "key", "line", "digest"),
    # Not unique: with another unique key INSERT OR REPLACE would remove a row past the triggers.
    Index("entry_key", "key"),
)

TRIGGERS = {
    "entry_no_update": (
        "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry "
        "BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END"
    ),
    "entry_no_delete": (
        "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry "
        "BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END"
    ),
    "entry_in_order": (
        "CREATE TRIGGER entry_in_order BEFORE INSERT ON entry "
        "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry) "
        "BEGIN SELECT RAISE(ABORT, 'entries are numbered without holes'); END"
    ),
}

reply = _table(
    "reply",
    Column("number", Integer, primary_key=True),
    Column("digest", Text, nullable=False, index=True),  # SHA-256 of salt and body
    *_filled(LargeBinary, "salt"),
    *_filled(BigInteger, "room_id"),
    *_filled(Text, "path"),
    *_filled(Integer, "status"),
    *_filled(Text, "headers", "received_at"),
    *_filled(LargeBinary, "body"),  # zlib
)

seal = _table(
    "seal",
    *_numbers("number"),
    *_filled(Integer, "first", "last"),
    *_filled(Text, "sha256", "closed_at", "day"),
)

# --- readable tables -------------------------------------------------------------------------------

room = _readable_table(
    "room",
    *_ids("room_id"),
    *_filled(Text, "name", "description", "type", "role", "icon"),
    *_filled(Boolean, "accessible"),
    *_optional(Text, "inaccessible_since"),
    *_filled(Text, "fingerprint"),
)

person = _readable_table(
    "person",
    *_ids("room_id", "account_id"),
    *_filled(Text, "name", "avatar", "fingerprint"),
)

member = _readable_table(
    "member",
    *_ids("room_id", "account_id"),
    *_filled(Text, "role", "name", "chatwork_id", "organization", "department", "state", "since", "fingerprint"),
)

message = _readable_table(
    "message",
    *_ids("room_id", "position"),
    *_filled(Text, "message_id"),
    *_filled(BigInteger, "account_id"),
    *_filled(Text, "name"),
    *_filled(BigInteger, "send_time", "update_time"),
    *_filled(Text, "state", "kind", "first_seen", "changed_at"),
    *_filled(Integer, "versions"),
    *_filled(Text, "fingerprint", "text_digest"),
    *_filled(Boolean, "was_edited", "was_deleted"),
    Index("message_sent", "room_id", "send_time"),
    Index("message_week", "room_id", text("send_time / 604800"), "position"),
    Index("message_author", "room_id", "account_id", "kind", "send_time"),
    Index("message_edited", "room_id", "position", sqlite_where=text("was_edited")),
    Index("message_vanished", "room_id", "position", sqlite_where=text("was_deleted OR state = 'missing'")),
    Index("message_state", "room_id", "state", sqlite_where=text("state <> 'present'")),
    large=True,
)

message_version = _readable_table(
    "message_version",
    *_ids("room_id", "position"),
    *_numbers("number"),
    *_filled(Text, "body"),
    *_filled(BigInteger, "update_time"),
    *_filled(Text, "first_seen"),
    *_optional(Text, "last_seen"),  # null while it is the current text: then the latest window counts
    large=True,
)

task = _readable_table(
    "task",
    *_ids("room_id", "task_id"),
    *_filled(Text, "message_id"),
    *_filled(BigInteger, "account_id", "assigned_by", "limit_time"),
    *_filled(Text, "limit_type", "status", "state", "first_seen"),
    *_optional(Text, "gone_since"),
    *_filled(Integer, "versions"),
    *_filled(Text, "fingerprint"),
    Index("task_message", "room_id", "message_id"),
)

task_version = _readable_table(
    "task_version",
    *_ids("room_id", "task_id"),
    *_numbers("number"),
    *_filled(Text, "body"),
    *_filled(BigInteger, "limit_time"),
    *_filled(Text, "status", "first_seen"),
)

file = _readable_table(
    "file",
    *_ids("room_id", "file_id"),
    *_filled(Text, "message_id"),
    *_filled(BigInteger, "account_id"),
    *_filled(Text, "account_name", "name"),
    *_filled(BigInteger, "size", "upload_time"),
    *_filled(Text, "state"),
    *_optional(Text, "gone_since"),
    *_filled(Text, "fingerprint"),
    Index("file_message", "room_id", "message_id"),
    Index("file_sent", "room_id", "upload_time", "file_id"),
)

blob = _readable_table(
    "blob",
    *_ids("room_id", "file_id"),
    *_filled(Text, "state"),  # saved, lost
    *_optional(Text, "sha256"),
    *_optional(BigInteger, "size"),
    *_optional(Text, "saved_at", "reason"),
    *_filled(BigInteger, "listed_size", "listed_time"),
)

window = _readable_table(
    "window",
    *_ids("room_id"),
    *_numbers("seq"),
    *_filled(Text, "observed_at"),
    *_optional(BigInteger, "oldest", "newest"),
    *_filled(Text, "absent"),
    *_optional(Text, "reply"),
    *_optional(BigInteger, "message_num"),
    *_filled(Boolean, "limited"),
    *_optional(Text, "first"),  # of a steady row: the first of its looks, of which observed_at is the last
    Index("window_span", "room_id", "seq", "oldest", "newest"),
)

reading = _readable_table(
    "reading",
    *_ids("room_id"),
    *_numbers("seq"),
    *_filled(Text, "observed_at"),
    *_filled(BigInteger, "oldest", "newest"),  # of the ids, as numbers
    *_filled(Text, "ids"),
)

coverage = _readable_table(
    "coverage",
    *_ids("room_id"),
    *_numbers("number"),
    *_optional(BigInteger, "oldest", "newest"),  # null: from the room's beginning; nothing was ever posted
    *_filled(Text, "start", "end"),
)

gap = _readable_table(
    "gap",
    *_ids("room_id"),
    *_numbers("number"),
    *_optional(Text, "after"),
    *_filled(Text, "before"),
    *_optional(Text, "start", "end"),
    *_optional(BigInteger, "missing"),
    *_filled(Text, "reason"),
    *_filled(Boolean, "open"),
)

change = _readable_table("change", *_ids("room_id"), *_numbers("seq"), large=True)

contract = _readable_table(
    "contract",
    *_names("contract_id"),
    *_filled(Integer, "number"),  # the order in which they were entered
    *_filled(Text, "state"),
    *_optional(Text, "platform_id"),
    *_filled(Text, "statement"),  # the payload, as JSON
)

delivery = _readable_table(
    "delivery",
    *_names("contract_id"),
    *_numbers("number"),
    *_filled(Text, "state", "at"),  # stated, withdrawn; the time in Japan, as the user stated it
    *_optional(Text, "name"),
    *_optional(BigInteger, "size"),
    *_optional(Text, "sha256"),
    *_optional(BigInteger, "file_id"),
    *_optional(Text, "note"),
)

attachment = _readable_table(
    "attachment",
    *_names("contract_id"),
    *_numbers("number"),
    *_filled(Text, "state", "kind", "name"),  # stated, withdrawn; screenshot, notice, mail, invoice, other
    *_filled(BigInteger, "size"),
    *_filled(Text, "sha256", "added_at"),
    *_optional(Text, "dated", "message_id", "note"),
)

# --- working tables --------------------------------------------------------------------------------

visit = _table(
    "visit",
    *_ids("room_id"),
    *_names("kind"),  # messages, files, people; contacts with room 0
    *_filled(Text, "at", "counters"),
)

last_list = _table(
    "last_list",  # the last window of each room, while no entry about its messages came since
    *_ids("room_id"),
    *_filled(Integer, "seq"),  # of the window
    *_optional(BigInteger, "account_id"),
    *_filled(Text, "body", "objects"),  # SHA-256 of the reply's bytes, and of the objects as JSON with sorted keys
    *_optional(Text, "oldest", "newest"),
    *_filled(Integer, "count"),
    *_optional(BigInteger, "message_num"),
    *_filled(Boolean, "limited"),
    # How the looks were the same: bytes, objects; null: there was no look since the last steady entry.
    *_optional(Text, "same", "first", "last"),
    *_optional(Integer, "times", "longest_s"),
    *_optional(Text, "looks"),  # the seconds from each to the next as a `steady` entry has them, as JSON
)

retry = _table(
    "retry",
    *_ids("room_id", "file_id"),
    *_filled(Integer, "attempts"),
    *_filled(Text, "next_at", "reason"),
)

quest = _table(
    "quest",
    *_ids("room_id", "position"),
    *_filled(Text, "origin"),  # file, task, reply, link, description, recovered
    *_filled(Integer, "priority", "attempts"),  # the smallest first
    *_filled(Text, "state", "next_at"),  # waiting, read, hidden, unreadable
    Index("quest_due", "state", "next_at"),
    with_rowid=False,
)

rotation = _table(
    "rotation",
    *_ids("room_id"),
    Column("own", Boolean, primary_key=True, autoincrement=False),  # one's own messages, or the others'
    *_filled(Text, "begun_at"),
    *_filled(Integer, "done"),
    *_optional(BigInteger, "position"),  # read down to here; null: none yet in this round
)

alert = _table(
    "alert",
    *_numbers("number"),
    *_filled(Text, "rule", "level"),  # high, medium, low
    *_optional(BigInteger, "room_id"),
    *_optional(Text, "message_id"),
    *_optional(BigInteger, "account_id"),
    *_filled(Integer, "count"),  # of messages
    *_filled(Text, "at"),
    *_optional(Text, "subject", "dismissed_at", "reason"),  # what else it is about, as its rule writes it
)

picture = _table(
    "picture",
    *_names("url"),
    *_optional(Text, "sha256"),  # null: not stored yet
    *_filled(Text, "next_at"),  # when it may be asked for again
)

stamp = _table(
    "stamp",
    *_numbers("seal"),
    *_names("authority"),
    *_filled(Text, "state"),  # waiting, stamped; no row: never asked for
    *_filled(Integer, "attempts"),  # asked in vain while this seal waited
    # When to ask again (null: at once), why it waits, the token's time, and when it came by our clock.
    *_optional(Text, "next_at", "reason", "time", "got_at"),
    *_optional(Float, "offset"),  # seconds of the token's time after our clock's
    *_optional(Text, "root"),  # SHA-256 of the root it was checked against
)

verification = _table(
    "verification",
    *_numbers("number"),
    *_filled(Text, "at"),
    *_filled(Boolean, "deep"),
    *_filled(Text, "checked"),  # how much was looked at, as JSON
    *_filled(Integer, "findings"),
    *_filled(Text, "checks"),  # names of the checks that found something, as JSON
)

search_version = _table(
    "search_version",
    *_numbers("seq"),  # of the version; its row in SEARCH has the same
    *_filled(BigInteger, "room_id", "position"),
    *_optional(BigInteger, "newest"),  # the newest message in this table so far; null: this one
    Index("search_late", "position", sqlite_where=text("newest IS NOT NULL")),
)

memory = _table("memory", *_names("key"), *_filled(Text, "value"))

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5(grams, content='', tokenize=\"ascii tokenchars '"
    + _PUNCTUATION.replace("'", "''").replace('"', '""')
    + "'\")"
)
"""The statement that makes the index of bigrams. `ascii` leaves every character beyond ASCII as it is, in each version
of SQLite; with all punctuation as token characters, only a space ends a word."""

READABLE = tuple(table for table in metadata.sorted_tables if table.info.get("readable"))
