"""The first shape of the ledger: what an archive of SQLite holds as evidence, with the archive's number."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE ledger.archive (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL UNIQUE,
    opened_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE ledger.standing (
    archive int PRIMARY KEY REFERENCES ledger.archive,
    mark text NOT NULL,
    running text NOT NULL
);
CREATE TABLE ledger.entry (
    archive int NOT NULL REFERENCES ledger.archive,
    seq bigint NOT NULL,
    observed_at text NOT NULL,
    clock text,
    kind text NOT NULL,
    account_id bigint,
    room_id bigint,
    key text NOT NULL,
    line text NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (archive, seq)
);
CREATE TABLE ledger.reply (
    archive int NOT NULL REFERENCES ledger.archive,
    number bigint NOT NULL,
    digest text NOT NULL,
    salt bytea NOT NULL,
    room_id bigint NOT NULL,
    path text NOT NULL,
    status int NOT NULL,
    headers text NOT NULL,
    received_at text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (archive, number)
);
CREATE TABLE ledger.seal (
    archive int NOT NULL REFERENCES ledger.archive,
    number bigint NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    sha256 text NOT NULL,
    closed_at text NOT NULL,
    day text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (archive, number)
);
CREATE TABLE ledger.file (
    archive int NOT NULL REFERENCES ledger.archive,
    seq bigint NOT NULL,
    name text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (archive, seq, name)
);
"""

FUNCTIONS = """
CREATE FUNCTION ledger.current_archive() RETURNS int LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('archiver.archive', true), '')::int $$;

CREATE FUNCTION ledger.archive_of(account bigint) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger AS
$$ SELECT id FROM ledger.archive WHERE account_id = account $$;

CREATE FUNCTION ledger.open_archive(account bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger AS $$
BEGIN
    INSERT INTO ledger.archive (account_id) VALUES (account) ON CONFLICT DO NOTHING;
    INSERT INTO ledger.standing VALUES (ledger.archive_of(account), 'new', '{}') ON CONFLICT DO NOTHING;
    RETURN ledger.archive_of(account);
END $$;

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % of %', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ledger.refuse_hole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT archive, min(seq) AS first, max(seq) AS last, count(*) AS number FROM added GROUP BY archive
        ) AS one
        WHERE one.last - one.first + 1 <> one.number
        OR one.first <> 1 + coalesce(
            (SELECT max(seq) FROM ledger.entry WHERE entry.archive = one.archive AND entry.seq < one.first), 0)
    ) THEN
        RAISE EXCEPTION 'entries are numbered without holes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_in_order AFTER INSERT ON ledger.entry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_hole();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.current_archive(), ledger.archive_of(bigint) TO ledger_writer, ledger_reader;
GRANT EXECUTE ON FUNCTION ledger.open_archive(bigint) TO ledger_writer;
"""

APPEND_ONLY = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON ledger.{table}
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON ledger.{table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
GRANT INSERT ON ledger.{table} TO ledger_writer;
"""

OF_ONE_ARCHIVE = """
ALTER TABLE ledger.{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_one_archive ON ledger.{table} USING ({column} = ledger.current_archive());
GRANT SELECT ON ledger.{table} TO ledger_writer, ledger_reader;
"""


def upgrade() -> None:
    for statements in (TABLES, FUNCTIONS):
        op.execute(statements)
    for table in ("entry", "reply", "seal", "file"):
        op.execute(APPEND_ONLY.format(table=table))
    for table in ("archive", "standing", "entry", "reply", "seal", "file"):
        op.execute(OF_ONE_ARCHIVE.format(table=table, column="id" if table == "archive" else "archive"))
    op.execute("GRANT UPDATE (mark, running) ON ledger.standing TO ledger_writer")
