"""The readable tables: the present state, made of entries. Each row names the entry (`seq`) it was last made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Text, text

from archiver.store.schema.evidence import id_column, readable_table, seq_column

room = readable_table(
    "room",
    id_column("room_id"),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("icon", Text, nullable=False),
    Column("accessible", Boolean, nullable=False),
    Column("inaccessible_since", Text),
    Column("fingerprint", Text, nullable=False),
    seq_column(),
)

person = readable_table(
    "person",
    id_column("room_id"),
    id_column("account_id"),
    Column("name", Text, nullable=False),
    Column("avatar", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    seq_column(),
)

member = readable_table(
    "member",
    id_column("room_id"),
    id_column("account_id"),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("chatwork_id", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    seq_column(),
)

message = readable_table(
    "message",
    id_column("room_id"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # the id as a number, to sort by
    Column("message_id", Text, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("send_time", BigInteger, nullable=False),
    Column("update_time", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("text_digest", Text, nullable=False),
    Column("was_edited", Boolean, nullable=False),
    Column("was_deleted", Boolean, nullable=False),
    seq_column(),
    Index("message_sent", "room_id", "send_time"),
    Index("message_author", "room_id", "account_id", "kind", "send_time"),
    Index("message_edited", "room_id", "position", sqlite_where=text("was_edited")),
    Index("message_vanished", "room_id", "position", sqlite_where=text("was_deleted OR state = 'missing'")),
    Index("message_state", "room_id", "state", sqlite_where=text("state <> 'present'")),
    large=True,
)

message_version = readable_table(
    "message_version",
    id_column("room_id"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("update_time", BigInteger, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text),  # null while it is the current text: then the latest window counts
    seq_column(),
    large=True,
)

task = readable_table(
    "task",
    id_column("room_id"),
    id_column("task_id"),
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
    seq_column(),
    Index("task_message", "room_id", "message_id"),
)

task_version = readable_table(
    "task_version",
    id_column("room_id"),
    id_column("task_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("limit_time", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    seq_column(),
)

file = readable_table(
    "file",
    id_column("room_id"),
    id_column("file_id"),
    Column("message_id", Text, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("upload_time", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("gone_since", Text),
    Column("fingerprint", Text, nullable=False),
    seq_column(),
    Index("file_message", "room_id", "message_id"),
    Index("file_sent", "room_id", "upload_time", "file_id"),
)

blob = readable_table(
    "blob",
    id_column("room_id"),
    id_column("file_id"),
    Column("state", Text, nullable=False),  # saved, lost
    Column("sha256", Text),
    Column("size", BigInteger),
    Column("saved_at", Text),
    Column("reason", Text),
    Column("listed_size", BigInteger, nullable=False),
    Column("listed_time", BigInteger, nullable=False),
    seq_column(),
)

window = readable_table(
    "window",
    id_column("room_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("observed_at", Text, nullable=False),
    Column("oldest", BigInteger),
    Column("newest", BigInteger),
    Column("absent", Text, nullable=False),
    Column("reply", Text),
    Column("message_num", BigInteger),
    Column("limited", Boolean, nullable=False),
    Column("first", Text),  # of a steady row: the first of its looks, of which observed_at is the last; all: its entry
    Index("window_span", "room_id", "seq", "oldest", "newest"),
)

reading = readable_table(
    "reading",
    id_column("room_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("observed_at", Text, nullable=False),
    Column("oldest", BigInteger, nullable=False),  # of the ids, as numbers
    Column("newest", BigInteger, nullable=False),
    Column("ids", Text, nullable=False),
)

coverage = readable_table(
    "coverage",
    id_column("room_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("oldest", BigInteger),  # null: from the room's beginning
    Column("newest", BigInteger),  # null: nothing was ever posted
    Column("start", Text, nullable=False),
    Column("end", Text, nullable=False),
    seq_column(),
)

gap = readable_table(
    "gap",
    id_column("room_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("after", Text),
    Column("before", Text, nullable=False),
    Column("start", Text),
    Column("end", Text),
    Column("missing", BigInteger),
    Column("reason", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    seq_column(),
)

change = readable_table(
    "change",
    id_column("room_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    large=True,
)

contract = readable_table(
    "contract",
    Column("contract_id", Text, primary_key=True),
    Column("number", Integer, nullable=False),  # the order in which they were entered
    Column("state", Text, nullable=False),
    Column("platform_id", Text),
    Column("statement", Text, nullable=False),  # the payload, as JSON
    seq_column(),
)

delivery = readable_table(
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
    seq_column(),
)

attachment = readable_table(
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
    seq_column(),
)
