"""Runs migrations on the connection that `ledger.database` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="ledger", transaction_per_migration=False)
context.run_migrations()
