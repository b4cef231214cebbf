"""A login of the database that belongs to one worker sees that worker's archive alone, whatever it names."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = """
CREATE TABLE ledger.tenant (
    login name PRIMARY KEY,
    archive int NOT NULL REFERENCES ledger.archive
);
COMMENT ON TABLE ledger.tenant IS 'users of the database who are held to one archive';

CREATE OR REPLACE FUNCTION ledger.current_archive() RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    SELECT coalesce(
        (SELECT archive FROM ledger.tenant WHERE login = session_user),
        nullif(current_setting('archiver.archive', true), '')::int
    )
$$;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
