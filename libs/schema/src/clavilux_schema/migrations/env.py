"""What Alembic runs for every command: the migrations, on the connection that `migrate` opened."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

# Any number that nothing else in this database locks. Two migrations at once would otherwise both create the tables.
MIGRATION_LOCK = 0x636C6176

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="alembic_version", version_table_schema="public")
with context.begin_transaction():
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    context.run_migrations()
