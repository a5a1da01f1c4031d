"""The pool of connections to Postgres, and the queries that lie beside this module."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import aiosql
import asyncpg
from clavilux_kit.errors import Unavailable

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Row = Mapping[str, Any]

POOL_CONNECTIONS = 10

# What asyncpg raises when the server is not there, full, or going away.
_UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


@asynccontextmanager
async def open_pool(dsn: str) -> AsyncIterator[Pool]:
    """Open up to 10 connections as the gateway's role; JSONB arrives as Python values."""
    async with asyncpg.create_pool(
        dsn, min_size=1, max_size=POOL_CONNECTIONS, timeout=10, command_timeout=10, init=_decode_json
    ) as pool:
        yield pool


@asynccontextmanager
async def reachable() -> AsyncIterator[None]:
    """Turn the absence of the database into Unavailable; other errors of it are ours and pass."""
    try:
        yield
    except _UNREACHABLE as error:
        raise Unavailable("The database does not answer. Try again in a moment.") from error


def load_queries(name: str) -> Any:
    """Return the named queries of `queries/{name}.sql` as methods that take a pool or a connection."""
    return aiosql.from_path(Path(__file__).parent / "queries" / f"{name}.sql", "asyncpg")


async def _decode_json(connection: Any) -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
