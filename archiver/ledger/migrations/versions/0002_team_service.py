"""What a team's service keeps beside the archives: standings, sealed tokens, accesses, the state of the host."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
ALTER TABLE ledger.archive ADD closed_at timestamptz;

ALTER TABLE ledger.standing
    ADD last_round timestamptz,
    ADD outcome text,
    ADD gaps int CHECK (gaps >= 0),
    ADD alerts int CHECK (alerts >= 0),
    ADD failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    ADD next_due timestamptz;
CREATE INDEX standing_next_due ON ledger.standing (next_due);
COMMENT ON COLUMN ledger.standing.running IS 'looks that no entry has yet, and the calls that are left, as JSON';
COMMENT ON COLUMN ledger.standing.outcome IS 'ok, or the name of the error of the last round';
COMMENT ON COLUMN ledger.standing.failures IS 'rounds since the last one that went through';
COMMENT ON COLUMN ledger.standing.next_due IS 'when the next round is to begin; null: at once';

CREATE TABLE ledger.token (
    archive int PRIMARY KEY REFERENCES ledger.archive,
    sealed bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    key_id text NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN ledger.token.sealed IS 'the token under a key of its own';
COMMENT ON COLUMN ledger.token.wrapped_key IS 'that key under the key of the installation, which is not in here';
COMMENT ON COLUMN ledger.token.key_id IS 'which key of the installation';

CREATE TABLE ledger.access (
    archive int NOT NULL REFERENCES ledger.archive,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    login text NOT NULL,
    who text NOT NULL,
    what text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (archive, seq)
);
COMMENT ON COLUMN ledger.access.login IS 'the user of the database, which nobody can choose';
COMMENT ON COLUMN ledger.access.who IS 'who it was, as the program says';

CREATE TABLE ledger.host_breaker (
    host text PRIMARY KEY,
    failures int NOT NULL DEFAULT 0,
    openings int NOT NULL DEFAULT 0,
    opened_until timestamptz,
    probed_until timestamptz
);
COMMENT ON COLUMN ledger.host_breaker.failures IS 'faults of the host since its last answer';
COMMENT ON COLUMN ledger.host_breaker.openings IS 'how often in a row it was opened, by which the pause grows';
COMMENT ON COLUMN ledger.host_breaker.opened_until IS 'nobody asks the host before; null: it answers';
COMMENT ON COLUMN ledger.host_breaker.probed_until IS 'until when one round may try whether it answers again';

CREATE VIEW ledger.overview AS
SELECT archive.id AS archive, archive.account_id, archive.opened_at, archive.closed_at, standing.last_round,
    standing.outcome, standing.gaps, standing.alerts, standing.failures, standing.next_due,
    token.archive IS NOT NULL AS has_token
FROM ledger.archive JOIN ledger.standing ON standing.archive = archive.id
LEFT JOIN ledger.token ON token.archive = archive.id;
COMMENT ON VIEW ledger.overview IS 'what the organisation sees of every archive: no text, no name, no room';
"""

FUNCTIONS = """
CREATE FUNCTION ledger.record_access(who text, what text, reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    own int := ledger.current_archive();
    number bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.access'), own);
    SELECT 1 + coalesce(max(seq), 0) INTO number FROM ledger.access WHERE archive = own;
    INSERT INTO ledger.access VALUES (own, number, clock_timestamp(), session_user, who, what, reason);
    RETURN number;
END $$;

CREATE FUNCTION ledger.close_archive() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    DELETE FROM ledger.token WHERE archive = ledger.current_archive();
    UPDATE ledger.archive SET closed_at = coalesce(closed_at, now()) WHERE id = ledger.current_archive();
$$;

CREATE FUNCTION ledger.reopen_archive() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    UPDATE ledger.archive SET closed_at = NULL WHERE id = ledger.current_archive();
$$;

CREATE FUNCTION ledger.refuse_access_hole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT archive, min(seq) AS first, max(seq) AS last, count(*) AS number FROM added GROUP BY archive
        ) AS one
        WHERE one.last - one.first + 1 <> one.number
        OR one.first <> 1 + coalesce(
            (SELECT max(seq) FROM ledger.access WHERE access.archive = one.archive AND access.seq < one.first), 0)
    ) THEN
        RAISE EXCEPTION 'accesses are numbered without holes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER access_in_order AFTER INSERT ON ledger.access
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_access_hole();
CREATE TRIGGER access_no_change BEFORE UPDATE OR DELETE ON ledger.access
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER access_no_truncate BEFORE TRUNCATE ON ledger.access
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
"""

RIGHTS = """
ALTER TABLE ledger.token ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.access ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_one_archive ON ledger.token USING (archive = ledger.current_archive());
CREATE POLICY of_one_archive ON ledger.access USING (archive = ledger.current_archive());

REVOKE ALL ON FUNCTION ledger.record_access(text, text, text), ledger.close_archive(), ledger.reopen_archive(),
    ledger.refuse_access_hole() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.record_access(text, text, text) TO ledger_writer, ledger_reader;
GRANT EXECUTE ON FUNCTION ledger.close_archive(), ledger.reopen_archive() TO ledger_writer;

GRANT SELECT ON ledger.access TO ledger_writer, ledger_reader;
GRANT UPDATE (last_round, outcome, gaps, alerts, failures, next_due) ON ledger.standing TO ledger_writer;
GRANT SELECT (archive, key_id, given_at), INSERT, UPDATE, DELETE ON ledger.token TO ledger_writer;
GRANT SELECT ON ledger.token TO ledger_worker;
GRANT SELECT, INSERT, UPDATE ON ledger.host_breaker TO ledger_writer;
GRANT SELECT ON ledger.host_breaker TO ledger_overseer;
GRANT SELECT ON ledger.overview TO ledger_writer, ledger_overseer;
"""


def upgrade() -> None:
    for statements in (TABLES, FUNCTIONS, RIGHTS):
        op.execute(statements)
