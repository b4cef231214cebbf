"""The first shape of the database: until the first release what `store.schema` says, and frozen at it."""

from alembic import op

from archiver.store import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, index and trigger; the index of the search only where SQLite can."""
    connection = op.get_bind()
    schema.metadata.create_all(connection, checkfirst=False)
    for statement in schema.TRIGGERS.values():
        connection.exec_driver_sql(statement)
    if connection.exec_driver_sql("SELECT sqlite_compileoption_used('ENABLE_FTS5')").scalar():
        connection.exec_driver_sql(schema.SEARCH)
