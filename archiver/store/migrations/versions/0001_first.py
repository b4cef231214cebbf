"""The first shape of the database, frozen as it was: later steps start from here."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE alert (
        number INTEGER NOT NULL,
        rule TEXT NOT NULL,
        level TEXT NOT NULL,
        room_id BIGINT,
        message_id TEXT,
        account_id BIGINT,
        count INTEGER NOT NULL,
        at TEXT NOT NULL,
        subject TEXT,
        dismissed_at TEXT,
        reason TEXT,
        PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE attachment (
        contract_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        size BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        added_at TEXT NOT NULL,
        dated TEXT,
        message_id TEXT,
        note TEXT,
        seq INTEGER NOT NULL,
        PRIMARY KEY (contract_id, number)
    )
    """,
    """
    CREATE TABLE blob (
        room_id BIGINT NOT NULL,
        file_id BIGINT NOT NULL,
        state TEXT NOT NULL,
        sha256 TEXT,
        size BIGINT,
        saved_at TEXT,
        reason TEXT,
        listed_size BIGINT NOT NULL,
        listed_time BIGINT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, file_id)
    )
    """,
    """
    CREATE TABLE change (
        room_id BIGINT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, seq)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE contract (
        contract_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        platform_id TEXT,
        statement TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (contract_id)
    )
    """,
    """
    CREATE TABLE coverage (
        room_id BIGINT NOT NULL,
        number INTEGER NOT NULL,
        oldest BIGINT,
        newest BIGINT,
        start TEXT NOT NULL,
        "end" TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, number)
    )
    """,
    """
    CREATE TABLE delivery (
        contract_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        at TEXT NOT NULL,
        name TEXT,
        size BIGINT,
        sha256 TEXT,
        file_id BIGINT,
        note TEXT,
        seq INTEGER NOT NULL,
        PRIMARY KEY (contract_id, number)
    )
    """,
    """
    CREATE TABLE entry (
        seq INTEGER NOT NULL,
        observed_at TEXT NOT NULL,
        clock TEXT,
        kind TEXT NOT NULL,
        account_id BIGINT,
        room_id BIGINT,
        "key" TEXT NOT NULL,
        line TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (seq)
    )
    """,
    """
    CREATE INDEX entry_key ON entry ("key")
    """,
    """
    CREATE TABLE file (
        room_id BIGINT NOT NULL,
        file_id BIGINT NOT NULL,
        message_id TEXT NOT NULL,
        account_id BIGINT NOT NULL,
        account_name TEXT NOT NULL,
        name TEXT NOT NULL,
        size BIGINT NOT NULL,
        upload_time BIGINT NOT NULL,
        state TEXT NOT NULL,
        gone_since TEXT,
        fingerprint TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, file_id)
    )
    """,
    """
    CREATE INDEX file_message ON file (room_id, message_id)
    """,
    """
    CREATE INDEX file_sent ON file (room_id, upload_time, file_id)
    """,
    """
    CREATE TABLE gap (
        room_id BIGINT NOT NULL,
        number INTEGER NOT NULL,
        "after" TEXT,
        "before" TEXT NOT NULL,
        start TEXT,
        "end" TEXT,
        missing BIGINT,
        reason TEXT NOT NULL,
        open BOOLEAN NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, number)
    )
    """,
    """
    CREATE TABLE last_list (
        room_id BIGINT NOT NULL,
        seq INTEGER NOT NULL,
        account_id BIGINT,
        body TEXT NOT NULL,
        objects TEXT NOT NULL,
        oldest TEXT,
        newest TEXT,
        count INTEGER NOT NULL,
        message_num BIGINT,
        limited BOOLEAN NOT NULL,
        same TEXT,
        first TEXT,
        last TEXT,
        times INTEGER,
        longest_s INTEGER,
        looks TEXT,
        PRIMARY KEY (room_id)
    )
    """,
    """
    CREATE TABLE member (
        room_id BIGINT NOT NULL,
        account_id BIGINT NOT NULL,
        role TEXT NOT NULL,
        name TEXT NOT NULL,
        chatwork_id TEXT NOT NULL,
        organization TEXT NOT NULL,
        department TEXT NOT NULL,
        state TEXT NOT NULL,
        since TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, account_id)
    )
    """,
    """
    CREATE TABLE memory (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY ("key")
    )
    """,
    """
    CREATE TABLE message (
        room_id BIGINT NOT NULL,
        position BIGINT NOT NULL,
        message_id TEXT NOT NULL,
        account_id BIGINT NOT NULL,
        name TEXT NOT NULL,
        send_time BIGINT NOT NULL,
        update_time BIGINT NOT NULL,
        state TEXT NOT NULL,
        kind TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        versions INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        text_digest TEXT NOT NULL,
        was_edited BOOLEAN NOT NULL,
        was_deleted BOOLEAN NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, position)
    )
     WITHOUT ROWID
    """,
    """
    CREATE INDEX message_sent ON message (room_id, send_time)
    """,
    """
    CREATE INDEX message_author ON message (room_id, account_id, kind, send_time)
    """,
    """
    CREATE INDEX message_edited ON message (room_id, position) WHERE was_edited
    """,
    """
    CREATE INDEX message_vanished ON message (room_id, position) WHERE was_deleted OR state = 'missing'
    """,
    """
    CREATE INDEX message_state ON message (room_id, state) WHERE state <> 'present'
    """,
    """
    CREATE TABLE message_version (
        room_id BIGINT NOT NULL,
        position BIGINT NOT NULL,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        update_time BIGINT NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, position, number)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE person (
        room_id BIGINT NOT NULL,
        account_id BIGINT NOT NULL,
        name TEXT NOT NULL,
        avatar TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, account_id)
    )
    """,
    """
    CREATE TABLE picture (
        url TEXT NOT NULL,
        sha256 TEXT,
        next_at TEXT NOT NULL,
        PRIMARY KEY (url)
    )
    """,
    """
    CREATE TABLE quest (
        room_id BIGINT NOT NULL,
        position BIGINT NOT NULL,
        origin TEXT NOT NULL,
        priority INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        state TEXT NOT NULL,
        next_at TEXT NOT NULL,
        PRIMARY KEY (room_id, position)
    )
     WITHOUT ROWID
    """,
    """
    CREATE INDEX quest_due ON quest (state, next_at)
    """,
    """
    CREATE TABLE reading (
        room_id BIGINT NOT NULL,
        seq INTEGER NOT NULL,
        observed_at TEXT NOT NULL,
        oldest BIGINT NOT NULL,
        newest BIGINT NOT NULL,
        ids TEXT NOT NULL,
        PRIMARY KEY (room_id, seq)
    )
    """,
    """
    CREATE TABLE reply (
        number INTEGER NOT NULL,
        digest TEXT NOT NULL,
        salt BLOB NOT NULL,
        room_id BIGINT NOT NULL,
        path TEXT NOT NULL,
        status INTEGER NOT NULL,
        headers TEXT NOT NULL,
        received_at TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (number)
    )
    """,
    """
    CREATE INDEX ix_reply_digest ON reply (digest)
    """,
    """
    CREATE TABLE retry (
        room_id BIGINT NOT NULL,
        file_id BIGINT NOT NULL,
        attempts INTEGER NOT NULL,
        next_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (room_id, file_id)
    )
    """,
    """
    CREATE TABLE room (
        room_id BIGINT NOT NULL,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        type TEXT NOT NULL,
        role TEXT NOT NULL,
        icon TEXT NOT NULL,
        accessible BOOLEAN NOT NULL,
        inaccessible_since TEXT,
        fingerprint TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id)
    )
    """,
    """
    CREATE TABLE rotation (
        room_id BIGINT NOT NULL,
        own BOOLEAN NOT NULL,
        begun_at TEXT NOT NULL,
        done INTEGER NOT NULL,
        position BIGINT,
        PRIMARY KEY (room_id, own)
    )
    """,
    """
    CREATE TABLE seal (
        number INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        closed_at TEXT NOT NULL,
        day TEXT NOT NULL,
        PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE search_version (
        seq INTEGER NOT NULL,
        room_id BIGINT NOT NULL,
        position BIGINT NOT NULL,
        newest BIGINT,
        PRIMARY KEY (seq)
    )
    """,
    """
    CREATE INDEX search_late ON search_version (position) WHERE newest IS NOT NULL
    """,
    """
    CREATE TABLE stamp (
        seal INTEGER NOT NULL,
        authority TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_at TEXT,
        reason TEXT,
        time TEXT,
        got_at TEXT,
        "offset" FLOAT,
        root TEXT,
        PRIMARY KEY (seal, authority)
    )
    """,
    """
    CREATE TABLE task (
        room_id BIGINT NOT NULL,
        task_id BIGINT NOT NULL,
        message_id TEXT NOT NULL,
        account_id BIGINT NOT NULL,
        assigned_by BIGINT NOT NULL,
        limit_time BIGINT NOT NULL,
        limit_type TEXT NOT NULL,
        status TEXT NOT NULL,
        state TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        gone_since TEXT,
        versions INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, task_id)
    )
    """,
    """
    CREATE INDEX task_message ON task (room_id, message_id)
    """,
    """
    CREATE TABLE task_version (
        room_id BIGINT NOT NULL,
        task_id BIGINT NOT NULL,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        limit_time BIGINT NOT NULL,
        status TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, task_id, number)
    )
    """,
    """
    CREATE TABLE verification (
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        deep BOOLEAN NOT NULL,
        checked TEXT NOT NULL,
        findings INTEGER NOT NULL,
        checks TEXT NOT NULL,
        PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE visit (
        room_id BIGINT NOT NULL,
        kind TEXT NOT NULL,
        at TEXT NOT NULL,
        counters TEXT NOT NULL,
        PRIMARY KEY (room_id, kind)
    )
    """,
    """
    CREATE TABLE window (
        room_id BIGINT NOT NULL,
        seq INTEGER NOT NULL,
        observed_at TEXT NOT NULL,
        oldest BIGINT,
        newest BIGINT,
        absent TEXT NOT NULL,
        reply TEXT,
        message_num BIGINT,
        limited BOOLEAN NOT NULL,
        first TEXT,
        PRIMARY KEY (room_id, seq)
    )
    """,
    """
    CREATE INDEX window_span ON window (room_id, seq, oldest, newest)
    """,
    """
    CREATE TRIGGER entry_no_update
        BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries are append-only');
        END
    """,
    """
    CREATE TRIGGER entry_no_delete
        BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries are append-only');
        END
    """,
    """
    CREATE TRIGGER entry_in_order
        BEFORE INSERT ON entry
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
        BEGIN SELECT RAISE(ABORT, 'entries are numbered without holes');
        END
    """,
)


SEARCH = r"""
    CREATE VIRTUAL TABLE search USING fts5(grams, content='',
        tokenize="ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'")
"""


def upgrade() -> None:
    """Make every table, index and trigger; the index of the search only where SQLite can."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        op.execute(statement)
    if connection.exec_driver_sql("SELECT sqlite_compileoption_used('ENABLE_FTS5')").scalar():
        connection.exec_driver_sql(SEARCH)
