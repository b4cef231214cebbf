"""The working tables and the full-text index: what only the next run or a search needs, and no evidence."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, text

from archiver.store.schema.evidence import id_column, metadata

visit = Table(
    "visit",
    metadata,
    id_column("room_id"),
    Column("kind", Text, primary_key=True),  # messages, files, people; contacts with room 0
    Column("at", Text, nullable=False),
    Column("counters", Text, nullable=False),
)

last_list = Table(
    "last_list",  # the last window of each room, while no entry about its messages came since
    metadata,
    id_column("room_id"),
    Column("seq", Integer, nullable=False),  # of the window
    Column("account_id", BigInteger),
    Column("body", Text, nullable=False),  # plain SHA-256 of the reply's bytes
    Column("objects", Text, nullable=False),  # SHA-256 of the objects as JSON with sorted keys
    Column("oldest", Text),
    Column("newest", Text),
    Column("count", Integer, nullable=False),
    Column("message_num", BigInteger),
    Column("limited", Boolean, nullable=False),
    Column("same", Text),  # how the looks were the same: bytes, objects; null: no look since the last steady entry
    Column("first", Text),
    Column("last", Text),
    Column("times", Integer),
    Column("longest_s", Integer),
    Column("looks", Text),  # the seconds from each to the next as a `steady` entry has them, as JSON
)

retry = Table(
    "retry",
    metadata,
    id_column("room_id"),
    id_column("file_id"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

quest = Table(
    "quest",
    metadata,
    id_column("room_id"),
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
    id_column("room_id"),
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
    Column("sha256", Text),  # null: not stored yet
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
"""The statement that makes the index of bigrams. `ascii` leaves every character beyond ASCII as it is, in each version
of SQLite; with all punctuation as token characters, only a space ends a word."""
