"""Which accounts a silent host has failed in a row, and the turns of an installation's requests."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = """
ALTER TABLE ledger.host_breaker ADD failing int[] NOT NULL DEFAULT '{}';
ALTER TABLE ledger.host_breaker DROP COLUMN failures;
COMMENT ON COLUMN ledger.host_breaker.failing IS 'archives in whose rounds the host failed since its last answer';

CREATE UNLOGGED TABLE ledger.request_turn (
    host text PRIMARY KEY,
    next timestamptz NOT NULL
) WITH (fillfactor = 10);
COMMENT ON TABLE ledger.request_turn IS 'when the next request of the installation may go out; a crash empties it';

CREATE FUNCTION ledger.take_turn(the_host text, per_second float8) RETURNS interval
LANGUAGE sql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
    INSERT INTO ledger.request_turn AS turn VALUES (the_host, clock_timestamp() + interval '1 second' / per_second)
    ON CONFLICT (host) DO UPDATE
    SET next = greatest(turn.next, clock_timestamp()) + interval '1 second' / per_second
    RETURNING next - interval '1 second' / per_second - clock_timestamp()
$$;

REVOKE ALL ON FUNCTION ledger.take_turn(text, float8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.take_turn(text, float8) TO ledger_writer;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
