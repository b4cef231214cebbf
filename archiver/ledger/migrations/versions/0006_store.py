"""In which store the files of an archive lie: another one is refused before anything is put there."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = """
CREATE TABLE ledger.store (
    archive int PRIMARY KEY,
    identity text NOT NULL CHECK (identity ~ '^[0-9a-f]{32}$'),
    noted_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ledger.store IS 'the identity of the store in which the files of an archive lie';

ALTER TABLE ledger.store ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_one_archive ON ledger.store USING (archive = ledger.current_archive());
GRANT SELECT ON ledger.store TO ledger_writer, ledger_reader;
GRANT INSERT ON ledger.store TO ledger_writer;

CREATE FUNCTION ledger.archives_in_store(the_identity text, OUT same bigint, OUT other bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    SELECT count(*) FILTER (WHERE identity = the_identity), count(*) FILTER (WHERE identity <> the_identity)
    FROM ledger.store
$$;

REVOKE ALL ON FUNCTION ledger.archives_in_store(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.archives_in_store(text) TO ledger_writer, ledger_reader;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
