"""How a numbered revision runs its SQL file."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import op


def run_script(path: Path) -> None:
    """Run a whole SQL file in Alembic's transaction.

    It goes through the driver's own connection: without parameters Postgres takes many statements at once, and neither
    colons nor percent signs in them mean anything to SQLAlchemy.
    """
    driver: psycopg.Connection = op.get_bind().connection.driver_connection  # type: ignore[assignment]  # psycopg's own
    driver.execute(path.read_bytes())
