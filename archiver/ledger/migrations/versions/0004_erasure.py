"""Erasing: entries that an `erasure` entry names become tombstones of the same number and digest, by one function."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLE = """
CREATE TABLE ledger.erasure (
    archive int NOT NULL REFERENCES ledger.archive,
    seq bigint NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (archive, seq)
);
COMMENT ON COLUMN ledger.erasure.seq IS 'the erasure entry';
CREATE TRIGGER erasure_no_change BEFORE UPDATE OR DELETE ON ledger.erasure
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER erasure_no_truncate BEFORE TRUNCATE ON ledger.erasure
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.erasure ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_one_archive ON ledger.erasure USING (archive = ledger.current_archive());
"""

FUNCTIONS = """
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'ledger_eraser' THEN
        IF TG_TABLE_NAME = 'reply' AND TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        IF TG_TABLE_NAME = 'entry' AND TG_OP = 'UPDATE' THEN
            IF NEW.line ~ ('^{"digest":"' || OLD.digest || '","erased":true,"erasure":[1-9][0-9]{0,8}}$')
            AND NEW.kind = 'erased' AND (NEW.archive, NEW.seq, NEW.digest) = (OLD.archive, OLD.seq, OLD.digest) THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only: % of %', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ledger.erase(erasure bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    own int := ledger.current_archive();
    said record;
    changed bigint;
BEGIN
    SELECT entry.seq, entry.line::json -> 'payload' AS payload INTO said FROM ledger.entry
    WHERE entry.archive = own AND entry.kind = 'erasure' AND entry.key = 'erasure/' || erasure
    ORDER BY entry.seq DESC LIMIT 1;
    IF said.seq IS NULL THEN
        RAISE EXCEPTION 'no entry says what erasure % takes', erasure USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE ledger.entry SET
        line = '{"digest":"' || entry.digest || '","erased":true,"erasure":' || erasure || '}',
        kind = 'erased',
        key = 'erased/' || CASE WHEN entry.kind IN ('message', 'file', 'task') THEN entry.key ELSE entry.kind END
    FROM json_array_elements(said.payload -> 'numbers') AS span
    WHERE entry.archive = own AND entry.seq BETWEEN (span ->> 0)::bigint AND (span ->> 1)::bigint
    AND entry.seq < said.seq AND entry.kind NOT IN ('erased', 'erasure');
    GET DIAGNOSTICS changed = ROW_COUNT;
    DELETE FROM ledger.reply USING json_array_elements_text(said.payload -> 'replies') AS gone
    WHERE reply.archive = own AND reply.digest = gone;
    INSERT INTO ledger.erasure (archive, seq, number) VALUES (own, said.seq, erasure) ON CONFLICT DO NOTHING;
    RETURN changed;
END $$;
"""

RIGHTS = """
GRANT SELECT ON ledger.erasure TO ledger_writer, ledger_reader;
GRANT SELECT, INSERT ON ledger.erasure TO ledger_eraser;
GRANT SELECT, UPDATE (line, kind, key) ON ledger.entry TO ledger_eraser;
GRANT SELECT, DELETE ON ledger.reply TO ledger_eraser;
GRANT EXECUTE ON FUNCTION ledger.current_archive() TO ledger_eraser;
REVOKE ALL ON FUNCTION ledger.erase(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.erase(bigint) TO ledger_clerk;
GRANT CREATE ON SCHEMA ledger TO ledger_eraser;
ALTER FUNCTION ledger.erase(bigint) OWNER TO ledger_eraser;
REVOKE CREATE ON SCHEMA ledger FROM ledger_eraser;
"""


def upgrade() -> None:
    for statements in (TABLE, FUNCTIONS, RIGHTS):
        op.execute(statements.replace(":", "\\:"))
