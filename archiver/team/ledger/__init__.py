"""The ledger of a team on PostgreSQL: what it holds of an archive, read and appended to; it knows no archive."""
