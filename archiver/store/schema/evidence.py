"""The tables of the evidence: entries, replies, seals; and helpers with which all tables are declared."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()


def readable_table(name: str, *columns: Column[object] | Index, large: bool = False) -> Table:
    """A table made of entries. A large one is stored in the order of its primary key, which saves an index."""
    return Table(name, metadata, *columns, info={"readable": True}, sqlite_with_rowid=not large)


def id_column(name: str) -> Column[object]:
    """A column for an id of Chatwork's that is the primary key or part of it."""
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def seq_column() -> Column[object]:
    """A column for the number of the entry that a row was last made of."""
    return Column("seq", Integer, nullable=False)


entry = Table(
    "entry",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("observed_at", Text, nullable=False),
    Column("clock", Text),
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
    Column("digest", Text, nullable=False, index=True),  # SHA-256 of salt and body
    Column("salt", LargeBinary, nullable=False),
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
