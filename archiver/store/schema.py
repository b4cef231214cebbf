"""The tables: entries and replies (the evidence), readable tables (made of entries), working tables.

Readable tables can be thrown away and made again; each row names the entry (`seq`) it was last made of.
Working tables hold what only the next run needs, and are no evidence.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

# --- evidence --------------------------------------------------------------------------------

entry = Table(
    "entry",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("observed_at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account_id", BigInteger),
    Column("room_id", BigInteger),
    Column("key", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("digest", Text, nullable=False),
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

reply = Table(
    "reply",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("room_id", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib
)

seal = Table(
    "seal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("closed_at", Text, nullable=False),
    Column("day", Text, nullable=False),
)

# --- readable --------------------------------------------------------------------------------


def _readable(name: str, *columns: Column[object] | Index, large: bool = False) -> Table:
    """A table made of entries; a large one lies in its primary key's order, which saves an index."""
    return Table(name, metadata, *columns, info={"readable": True}, sqlite_with_rowid=not large)


def _id(name: str) -> Column[object]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _seq() -> Column[object]:
    return Column("seq", Integer, nullable=False)


room = _readable(
    "room",
    _id("room_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("icon", Text, nullable=False),
    Column("accessible", Boolean, nullable=False),
    Column("inaccessible_since", Text),
    Column("fingerprint", Text, nullable=False),
    _seq(),
)

person = _readable(
    "person",
    _id("room_id"),
    _id("account_id"),
    Column("name", Text, nullable=False),
    Column("avatar", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    _seq(),
)

member = _readable(
    "member",
    _id("room_id"),
    _id("account_id"),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("chatwork_id", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    _seq(),
)

message = _readable(
    "message",
    _id("room_id"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # the id as a number, to sort by
    Column("message_id", Text, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("send_time", BigInteger, nullable=False),
    Column("update_time", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("text_digest", Text, nullable=False),
    Column("was_edited", Boolean, nullable=False),
    _seq(),
    Index("message_sent", "room_id", "send_time"),
    Index("message_edited", "room_id", "position", sqlite_where=text("was_edited")),
    Index("message_state", "room_id", "state", sqlite_where=text("state <> 'present'")),
    large=True,
)

message_version = _readable(
    "message_version",
    _id("room_id"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("update_time", BigInteger, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text),  # null while it is the text now shown: the latest window tells
    _seq(),
    large=True,
)

task = _readable(
    "task",
    _id("room_id"),
    _id("task_id"),
    Column("message_id", Text, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("assigned_by", BigInteger, nullable=False),
    Column("limit_time", BigInteger, nullable=False),
    Column("limit_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("gone_since", Text),
    Column("versions", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    _seq(),
    Index("task_message", "room_id", "message_id"),
)

task_version = _readable(
    "task_version",
    _id("room_id"),
    _id("task_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("limit_time", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    _seq(),
)

file = _readable(
    "file",
    _id("room_id"),
    _id("file_id"),
    Column("message_id", Text, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("upload_time", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("gone_since", Text),
    Column("fingerprint", Text, nullable=False),
    _seq(),
    Index("file_message", "room_id", "message_id"),
    Index("file_sent", "room_id", "upload_time", "file_id"),
)

blob = _readable(
    "blob",
    _id("room_id"),
    _id("file_id"),
    Column("state", Text, nullable=False),  # saved, lost
    Column("sha256", Text),
    Column("size", BigInteger),
    Column("saved_at", Text),
    Column("reason", Text),
    Column("listed_size", BigInteger, nullable=False),
    Column("listed_time", BigInteger, nullable=False),
    _seq(),
)

window = _readable(
    "window",
    _id("room_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("observed_at", Text, nullable=False),
    Column("oldest", BigInteger),
    Column("newest", BigInteger),
    Column("absent", Text, nullable=False),
    Column("reply", Text),
    Column("message_num", BigInteger),
    Column("limited", Boolean, nullable=False),
    Index("window_span", "room_id", "seq", "oldest", "newest"),
)

reading = _readable(
    "reading",
    _id("room_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("observed_at", Text, nullable=False),
    Column("oldest", BigInteger, nullable=False),  # of the ids, as numbers
    Column("newest", BigInteger, nullable=False),
    Column("ids", Text, nullable=False),
)

coverage = _readable(
    "coverage",
    _id("room_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("oldest", BigInteger),  # null: from the room's beginning
    Column("newest", BigInteger),  # null: nothing was ever posted
    Column("start", Text, nullable=False),
    Column("end", Text, nullable=False),
    _seq(),
)

gap = _readable(
    "gap",
    _id("room_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("after", Text),
    Column("before", Text, nullable=False),
    Column("start", Text),
    Column("end", Text),
    Column("missing", BigInteger),
    Column("reason", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    _seq(),
)

change = _readable(
    "change",
    _id("room_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    large=True,
)

contract = _readable(
    "contract",
    Column("contract_id", Text, primary_key=True),
    Column("number", Integer, nullable=False),  # the order in which they were entered
    Column("state", Text, nullable=False),
    Column("platform_id", Text),
    Column("statement", Text, nullable=False),  # the payload, as JSON
    _seq(),
)

delivery = _readable(
    "delivery",
    Column("contract_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),  # stated, withdrawn
    Column("at", Text, nullable=False),  # in Japan, as the user stated it
    Column("name", Text),
    Column("size", BigInteger),
    Column("sha256", Text),
    Column("file_id", BigInteger),
    Column("note", Text),
    _seq(),
)

attachment = _readable(
    "attachment",
    Column("contract_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),  # stated, withdrawn
    Column("kind", Text, nullable=False),  # screenshot, notice, mail, invoice, other
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("dated", Text),
    Column("message_id", Text),
    Column("note", Text),
    _seq(),
)

# --- working ---------------------------------------------------------------------------------

visit = Table(
    "visit",
    metadata,
    _id("room_id"),
    Column("kind", Text, primary_key=True),  # messages, files, people; contacts with room 0
    Column("at", Text, nullable=False),
    Column("counters", Text, nullable=False),
)

retry = Table(
    "retry",
    metadata,
    _id("room_id"),
    _id("file_id"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

quest = Table(
    "quest",
    metadata,
    _id("room_id"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),  # file, task, reply, link, description, recovered
    Column("priority", Integer, nullable=False),  # the smallest first
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),  # waiting, read, hidden, unreadable
    Column("next_at", Text, nullable=False),
    Index("quest_due", "state", "next_at"),
    sqlite_with_rowid=False,
)

rotation = Table(
    "rotation",
    metadata,
    _id("room_id"),
    Column("own", Boolean, primary_key=True, autoincrement=False),  # one's own messages, or the others'
    Column("begun_at", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("position", BigInteger),  # read down to here; null: none yet in this round
)

alert = Table(
    "alert",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False),
    Column("level", Text, nullable=False),  # high, medium, low
    Column("room_id", BigInteger),
    Column("message_id", Text),
    Column("account_id", BigInteger),
    Column("count", Integer, nullable=False),  # of messages
    Column("at", Text, nullable=False),
    Column("subject", Text),  # what else it is about, as its rule writes it
    Column("dismissed_at", Text),
    Column("reason", Text),
)

picture = Table(
    "picture",
    metadata,
    Column("url", Text, primary_key=True),
    Column("sha256", Text),  # null: not had yet
    Column("next_at", Text, nullable=False),  # when it may be asked for again
)

stamp = Table(
    "stamp",
    metadata,
    Column("seal", Integer, primary_key=True, autoincrement=False),
    Column("authority", Text, primary_key=True),
    Column("state", Text, nullable=False),  # waiting, stamped; no row: never asked for
    Column("attempts", Integer, nullable=False),  # asked in vain while this seal waited
    Column("next_at", Text),  # when to ask again; null: at once
    Column("reason", Text),  # why it waits
    Column("time", Text),  # the token's
    Column("got_at", Text),  # by our clock; null: not known any more
    Column("offset", Float),  # seconds of the token's time after our clock's
    Column("root", Text),  # SHA-256 of the root it was checked against
)

verification = Table(
    "verification",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("deep", Boolean, nullable=False),
    Column("checked", Text, nullable=False),  # how much was looked at, as JSON
    Column("findings", Integer, nullable=False),
    Column("checks", Text, nullable=False),  # names of the checks that found something, as JSON
)

search_version = Table(
    "search_version",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the version; its row in SEARCH has the same
    Column("room_id", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("newest", BigInteger),  # the newest message in this table so far; null: this one
    Index("search_late", "position", sqlite_where=text("newest IS NOT NULL")),
)

memory = Table(
    "memory",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5(grams, content='', tokenize=\"ascii tokenchars '"
    + _PUNCTUATION.replace("'", "''").replace('"', '""')
    + "'\")"
)
"""The index of pairs of signs, where SQLite has FTS5. `ascii` leaves every sign beyond ASCII as it is, in each version
of SQLite; together with the punctuation only the blank ends a word."""

READABLE = tuple(table for table in metadata.sorted_tables if table.info.get("readable"))
