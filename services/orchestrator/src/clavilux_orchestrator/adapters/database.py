"""The pool of connections, and what a database that does not answer is called."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import aiosql
import asyncpg
from clavilux_kit.errors import Unavailable

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LOST_CONNECTION = (
    OSError,  # refused, reset, timed out
    asyncpg.InterfaceError,  # the connection was closed under us
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # the server stops, starts or was told to end us
    asyncpg.InsufficientResourcesError,  # too many connections, disk full
)

_SESSION = {
    "application_name": "clavilux-orchestrator",
    # A worker that is frozen in the middle of a transaction must not keep a job's row from those who are awake.
    "idle_in_transaction_session_timeout": "15s",
}


def load_queries(name: str) -> Any:
    """The named queries of one .sql file beside this module, as methods: what they take and give stands there."""
    return aiosql.from_path(Path(__file__).with_name("queries") / f"{name}.sql", "asyncpg")


@asynccontextmanager
async def open_pool(dsn: str, *, connections: int = 10) -> AsyncIterator[Pool]:
    """A pool of connections that read and write JSONB as Python objects. Raises OSError or asyncpg.PostgresError."""
    async with asyncpg.create_pool(
        dsn, min_size=1, max_size=connections, command_timeout=20.0, init=_prepare, server_settings=_SESSION
    ) as pool:
        yield pool


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """One transaction on one connection. Raises `Unavailable` when the database does not answer."""
    try:
        async with pool.acquire(timeout=20.0) as connection, connection.transaction():
            yield connection
    except LOST_CONNECTION as error:
        raise Unavailable("The database does not answer.") from error
