"""A team's PostgreSQL, object store, proxy and workers for tests."""
