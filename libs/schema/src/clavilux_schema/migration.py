"""Bring a database up to date, and say whether it is."""

from __future__ import annotations

from typing import Any, Protocol

import asyncpg
import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine

EXPECTED_VERSION = "0001"
"""The revision that this version of Clavilux was written for."""


class Connection(Protocol):
    """An asyncpg connection, of a pool or not."""

    async def fetchval(self, query: str) -> Any:
        """Answer the first column of the first row."""


class SchemaOutdated(RuntimeError):
    """The database lacks tables or columns that this version needs. The message says what to run."""

    def __init__(self, found: str | None) -> None:
        state = f"is at revision {found}" if found else "has no Clavilux tables yet"
        super().__init__(
            f"The database {state}, but this version of Clavilux needs revision {EXPECTED_VERSION}. "
            "Run `python -m clavilux_schema.main` with CLAVILUX_DATABASE_URL set to the owner's connection."
        )
        self.found = found


def migrate(dsn: str) -> None:
    """Upgrade the database to the newest revision; do nothing where it is there already.

    Two processes that migrate at once wait for one another (two threads may not: Alembic's context is global).
    Either all revisions are applied or none is.

    Args:
        dsn: a libpq URL of a role that may create schemas and roles, `postgresql://user@/db?host=/path` included.

    Raises:
        psycopg.Error, sqlalchemy.exc.SQLAlchemyError: the database cannot be reached, or refuses.
    """
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", "clavilux_schema:migrations")
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


async def check_version(connection: Connection) -> None:
    """Let a process begin only on a database that has what it needs.

    A newer database is fine: within a version migrations only add, so that old processes run on while new ones start.

    Raises:
        SchemaOutdated: the database is older than this version.
    """
    try:
        found: str | None = await connection.fetchval("SELECT version_num FROM public.alembic_version")
    except asyncpg.UndefinedTableError:
        found = None
    if found is None or found < EXPECTED_VERSION:
        raise SchemaOutdated(found)
