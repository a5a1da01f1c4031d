"""`python -m clavilux_schema.main`: migrate the database that CLAVILUX_DATABASE_URL names."""

from __future__ import annotations

import os
import sys

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from clavilux_schema.migration import EXPECTED_VERSION, migrate


def main() -> int:
    """Migrate and say so. Answers 2 where the variable is missing, 1 where the database refuses."""
    dsn = os.environ.get("CLAVILUX_DATABASE_URL")
    if not dsn:
        sys.stderr.write("Set CLAVILUX_DATABASE_URL, for instance postgresql://postgres@db.example.com/clavilux\n")
        return 2
    try:
        migrate(dsn)
    except (psycopg.Error, SQLAlchemyError) as error:
        sys.stderr.write(f"The database could not be migrated: {error}\n")
        return 1
    sys.stderr.write(f"The database is at revision {EXPECTED_VERSION}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
