"""Runs migrations on the connection that `store.migrate` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
# No batch mode here: it would rebuild `entry` and silently drop the triggers that make it append-only.
context.configure(connection=connection, render_as_batch=False, transaction_per_migration=False)
context.run_migrations()
