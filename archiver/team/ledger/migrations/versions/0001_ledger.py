"""The ledger: what an archive of SQLite holds as evidence, with the archive's number, and what a team keeps beside."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE ledger.archive (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL UNIQUE,
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);
CREATE TABLE ledger.standing (
    archive int PRIMARY KEY REFERENCES ledger.archive,
    lists text NOT NULL DEFAULT '[]',
    mark text NOT NULL DEFAULT 'new',
    running bytea NOT NULL DEFAULT '',
    last_round timestamptz,
    outcome text,
    gaps int CHECK (gaps >= 0),
    alerts int CHECK (alerts >= 0),
    failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    next_due timestamptz
) WITH (fillfactor = 25);
COMMENT ON TABLE ledger.standing IS 'changed by every round: without an index on what changes, nothing else is written';
ALTER TABLE ledger.standing ALTER lists SET STORAGE EXTERNAL, ALTER running SET STORAGE MAIN;

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
    login text NOT NULL DEFAULT session_user,
    written_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (archive, seq)
);
COMMENT ON COLUMN ledger.entry.login IS 'who wrote the row, as the database itself says';
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
    login text NOT NULL DEFAULT session_user,
    written_at timestamptz NOT NULL DEFAULT now(),
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
CREATE TABLE ledger.erasure (
    archive int NOT NULL REFERENCES ledger.archive,
    seq bigint NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (archive, seq)
);
COMMENT ON COLUMN ledger.erasure.seq IS 'the erasure entry';

CREATE TABLE ledger.access (
    archive int NOT NULL REFERENCES ledger.archive,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    login text NOT NULL,
    who text NOT NULL,
    what text NOT NULL,
    reason text NOT NULL,
    is_bound boolean NOT NULL DEFAULT false,
    PRIMARY KEY (archive, seq)
);
COMMENT ON COLUMN ledger.access.is_bound IS 'whether that user is held to this archive alone, as its owner is';
COMMENT ON COLUMN ledger.access.login IS 'the user of the database, which nobody can choose';
COMMENT ON COLUMN ledger.access.who IS 'who it was, as the program says';

CREATE TABLE ledger.token (
    archive int PRIMARY KEY REFERENCES ledger.archive,
    sealed bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    key_id text NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ledger.tenant (
    login name PRIMARY KEY,
    archive int NOT NULL REFERENCES ledger.archive
);
COMMENT ON TABLE ledger.tenant IS 'users of the database who are held to one archive';

CREATE TABLE ledger.saver (
    cache text PRIMARY KEY,
    host text NOT NULL,
    life text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    set_aside int NOT NULL
);
COMMENT ON COLUMN ledger.saver.cache IS 'the identity of the folder of its copies';
COMMENT ON COLUMN ledger.saver.life IS 'the life of the database in which it last brought what its copies held';
COMMENT ON COLUMN ledger.saver.set_aside IS 'how many databases lie aside there whose records nobody took in';

CREATE TABLE ledger.host_breaker (
    host text PRIMARY KEY,
    failing int[] NOT NULL DEFAULT '{}',
    openings int NOT NULL DEFAULT 0,
    opened_until timestamptz,
    probed_until timestamptz
);

CREATE UNLOGGED TABLE ledger.request_turn (
    host text PRIMARY KEY,
    next timestamptz NOT NULL
) WITH (fillfactor = 10);
COMMENT ON TABLE ledger.request_turn IS 'when the next request of the installation may go out; a crash empties it';

CREATE FUNCTION ledger.may_see(the_archive int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    SELECT coalesce(
        (SELECT archive = the_archive FROM ledger.tenant WHERE login = session_user),
        pg_has_role(session_user, 'ledger_organisation', 'member')
        OR pg_has_role(session_user, 'ledger_overseer', 'member')
    )
$$;

CREATE VIEW ledger.overview AS
SELECT archive.id AS archive, archive.account_id, archive.opened_at, archive.closed_at, standing.last_round,
    standing.outcome, standing.gaps, standing.alerts, standing.failures, standing.next_due,
    token.archive IS NOT NULL AS has_token
FROM ledger.archive JOIN ledger.standing ON standing.archive = archive.id
LEFT JOIN ledger.token ON token.archive = archive.id
WHERE ledger.may_see(archive.id);
COMMENT ON VIEW ledger.overview IS 'what the organisation sees of every archive: no text, no name, no room';
"""

FUNCTIONS = """
CREATE FUNCTION ledger.current_archive() RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    SELECT coalesce(
        (SELECT archive FROM ledger.tenant WHERE login = session_user),
        CASE WHEN pg_has_role(session_user, 'ledger_organisation', 'member')
        THEN nullif(current_setting('archiver.archive', true), '')::int END
    )
$$;

CREATE FUNCTION ledger.archive_of(account bigint) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS
$$ SELECT id FROM ledger.archive WHERE account_id = account $$;

CREATE FUNCTION ledger.open_archive(account bigint, wanted int DEFAULT NULL) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
BEGIN
    IF NOT ledger.may_see(ledger.archive_of(account)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this user is held to another archive, or to none';
    END IF;
    INSERT INTO ledger.archive (id, account_id) OVERRIDING SYSTEM VALUE
    VALUES (coalesce(wanted, nextval('ledger.archive_id_seq')), account) ON CONFLICT DO NOTHING;
    PERFORM setval('ledger.archive_id_seq', wanted) FROM ledger.archive_id_seq WHERE last_value < wanted;
    INSERT INTO ledger.standing (archive) VALUES (ledger.archive_of(account)) ON CONFLICT DO NOTHING;
    RETURN ledger.archive_of(account);
END $$;

CREATE FUNCTION ledger.life() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    SELECT concat_ws('-', (SELECT system_identifier FROM pg_control_system()),
        left(pg_walfile_name(pg_current_wal_lsn()), 8), 'ledger.saver'::regclass::oid)
$$;
COMMENT ON FUNCTION ledger.life() IS 'another one after each restore: cluster, timeline, making of a table';

CREATE FUNCTION ledger.is_awaited() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    SELECT EXISTS (SELECT FROM ledger.saver WHERE life <> ledger.life())
$$;
COMMENT ON FUNCTION ledger.is_awaited() IS 'whether a saver has not yet brought what it held before a restore';

CREATE FUNCTION ledger.bind_login(the_login name, account bigint) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    INSERT INTO ledger.tenant VALUES (the_login, ledger.open_archive(account)) RETURNING archive
$$;
COMMENT ON FUNCTION ledger.bind_login(name, bigint) IS 'holds a user of the database to the archive of an account';

CREATE FUNCTION ledger.check_in(the_cache text, the_host text, aside int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
BEGIN
    LOCK TABLE ledger.saver IN SHARE ROW EXCLUSIVE MODE;
    IF ledger.is_awaited() AND NOT EXISTS (SELECT FROM ledger.saver WHERE life = ledger.life()) THEN
        INSERT INTO ledger.access
        SELECT id, 1 + coalesce(max(seq), 0), clock_timestamp(), session_user, '', 'put-back', ''
        FROM ledger.archive LEFT JOIN ledger.access ON access.archive = id GROUP BY id;
    END IF;
    INSERT INTO ledger.saver VALUES (the_cache, the_host, ledger.life(), now(), aside) ON CONFLICT (cache)
    DO UPDATE SET host = excluded.host, life = excluded.life, seen_at = now(), set_aside = excluded.set_aside;
    DELETE FROM ledger.saver WHERE life = ledger.life() AND seen_at < now() - interval '30 days';
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

CREATE FUNCTION ledger.record_access(who text, what text, reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    own int := ledger.current_archive();
    number bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.access'), own);
    SELECT 1 + coalesce(max(seq), 0) INTO number FROM ledger.access WHERE archive = own;
    INSERT INTO ledger.access VALUES (own, number, clock_timestamp(), session_user, who, what, reason,
        EXISTS (SELECT FROM ledger.tenant WHERE tenant.login = session_user));
    RETURN number;
END $$;

CREATE FUNCTION ledger.take_turn(the_host text, per_second float8) RETURNS interval
LANGUAGE sql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    INSERT INTO ledger.request_turn AS turn VALUES (the_host, clock_timestamp() + interval '1 second' / per_second)
    ON CONFLICT (host) DO UPDATE
    SET next = greatest(turn.next, clock_timestamp()) + interval '1 second' / per_second
    RETURNING next - interval '1 second' / per_second - clock_timestamp()
$$;

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

TRIGGERS = """
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RAISE EXCEPTION 'the ledger takes only what a copy appends: % of %', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER entry_is_its_line BEFORE INSERT ON ledger.entry FOR EACH ROW WHEN ((
    CASE WHEN NEW.line ~ ('^{"digest":"' || NEW.digest || '","erased":true,"erasure":[1-9][0-9]{0,8}}$') THEN true
    ELSE encode(sha256(convert_to(NEW.line, 'UTF8')), 'hex') = NEW.digest AND NEW.line::json IS NOT NULL
        AND starts_with(NEW.line, format(
            '{"account_id":%s,"clock":%s,"key":%s,"kind":"%s","observed_at":"%s","payload":{',
            coalesce(NEW.account_id::text, 'null'), coalesce(to_json(NEW.clock), 'null'), to_json(NEW.key), NEW.kind,
            NEW.observed_at))
        AND right(NEW.line, 200) ~ format(
            '},"reply":(null|"[0-9a-f]{64}"),"room_id":%s,"salt":"[0-9a-f]{32}","seq":%s}$',
            coalesce(NEW.room_id::text, 'null'), NEW.seq)
    END) IS NOT TRUE
) EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER seal_is_its_file BEFORE INSERT ON ledger.seal FOR EACH ROW
WHEN ((encode(sha256(NEW.body), 'hex') = NEW.sha256) IS NOT TRUE) EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.refuse_hole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    has_hole boolean;
BEGIN
    EXECUTE format($query$
        SELECT EXISTS (
            SELECT FROM (
                SELECT archive, min(seq) AS first, max(seq) AS last, count(*) AS number FROM added GROUP BY archive
            ) AS one
            WHERE one.last - one.first + 1 <> one.number
            OR one.first <> 1 + coalesce(
                (SELECT max(seq) FROM ledger.%I AS held WHERE held.archive = one.archive AND held.seq < one.first), 0)
        )
    $query$, TG_TABLE_NAME) INTO has_hole;
    IF has_hole THEN
        RAISE EXCEPTION '% is numbered without holes', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_in_order AFTER INSERT ON ledger.entry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_hole();
CREATE TRIGGER access_in_order AFTER INSERT ON ledger.access
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_hole();
"""

APPEND_ONLY = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON ledger.{table}
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON ledger.{table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
"""

OF_ONE_ARCHIVE = """
ALTER TABLE ledger.{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_one_archive ON ledger.{table} USING ({column} = ledger.current_archive());
"""

RIGHTS = """
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT SELECT ON ledger.archive, ledger.standing, ledger.entry, ledger.reply, ledger.seal, ledger.file, ledger.erasure,
    ledger.access TO ledger_writer, ledger_reader;
GRANT EXECUTE ON FUNCTION ledger.current_archive(), ledger.archive_of(bigint), ledger.record_access(text, text, text)
    TO ledger_writer, ledger_reader;
GRANT EXECUTE ON FUNCTION ledger.may_see(int) TO ledger_writer, ledger_overseer;

GRANT INSERT ON ledger.seal, ledger.file TO ledger_writer;
GRANT INSERT (archive, seq, observed_at, clock, kind, account_id, room_id, key, line, digest) ON ledger.entry
    TO ledger_writer;
GRANT INSERT (archive, number, digest, salt, room_id, path, status, headers, received_at, body) ON ledger.reply
    TO ledger_writer;
GRANT UPDATE (lists, mark, running, last_round, outcome, gaps, alerts, failures, next_due) ON ledger.standing
    TO ledger_writer;
GRANT SELECT (archive, key_id, given_at), INSERT, UPDATE, DELETE ON ledger.token TO ledger_writer;
GRANT SELECT ON ledger.overview TO ledger_writer, ledger_overseer;
GRANT EXECUTE ON FUNCTION ledger.open_archive(bigint, int), ledger.close_archive(), ledger.reopen_archive(),
    ledger.is_awaited() TO ledger_writer;
GRANT SELECT ON ledger.token TO ledger_worker;
GRANT SELECT, DELETE ON ledger.saver TO ledger_worker;
GRANT SELECT, INSERT, UPDATE ON ledger.host_breaker TO ledger_worker;
GRANT EXECUTE ON FUNCTION ledger.check_in(text, text, int), ledger.take_turn(text, float8) TO ledger_worker;
GRANT SELECT ON ledger.host_breaker, ledger.saver TO ledger_overseer;
GRANT EXECUTE ON FUNCTION ledger.life() TO ledger_worker, ledger_overseer;

GRANT SELECT, INSERT ON ledger.erasure TO ledger_eraser;
GRANT SELECT, UPDATE (line, kind, key) ON ledger.entry TO ledger_eraser;
GRANT SELECT, DELETE ON ledger.reply TO ledger_eraser;
GRANT EXECUTE ON FUNCTION ledger.current_archive() TO ledger_eraser;
GRANT EXECUTE ON FUNCTION ledger.erase(bigint) TO ledger_clerk;
GRANT CREATE ON SCHEMA ledger TO ledger_eraser;
ALTER FUNCTION ledger.erase(bigint) OWNER TO ledger_eraser;
REVOKE CREATE ON SCHEMA ledger FROM ledger_eraser;
"""


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    run = connection.execute  # which takes % and : as they are
    for statements in (TABLES, FUNCTIONS, TRIGGERS, RIGHTS):
        run(statements)
    for table in ("entry", "reply", "seal", "file", "access", "erasure"):
        run(APPEND_ONLY.format(table=table))
    for table in ("archive", "standing", "entry", "reply", "seal", "file", "access", "erasure", "token"):
        run(OF_ONE_ARCHIVE.format(table=table, column="id" if table == "archive" else "archive"))
