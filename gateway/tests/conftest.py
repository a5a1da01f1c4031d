"""The real gateway on loopback, over a real Postgres, a real NATS and a store on disk."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from clavilux_gateway.adapters.postgres_users import make_sure_of_user
from clavilux_gateway.app import build_app
from clavilux_gateway.serving import running
from clavilux_gateway.settings import Settings
from clavilux_gateway.wiring import open_parts
from clavilux_kit.events import EventBus
from pydantic import SecretStr

from gateway.tests.gateway_world import TOKEN, Orchestrator, Postgres, RunningGateway, Songs


@pytest.fixture
def songs(tmp_path: Path) -> Songs:
    return Songs(tmp_path)


@pytest.fixture(scope="session")
async def session_gateway(
    postgres: Postgres, nats_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningGateway]:
    objects = tmp_path_factory.mktemp("objects")
    settings = Settings(
        listen="127.0.0.1:0",
        database_url=SecretStr(postgres.dsn("clavilux_gateway")),
        nats_url=nats_url,
        store_url=objects.as_uri(),
        signing_key=SecretStr("a-signing-key-of-the-tests"),
        token=SecretStr(TOKEN),
        upload_timeout_s=2.0,
        sse_queue_events=200,
        sse_send_timeout_s=1.0,
        grace_s=2.0,
    )
    database = await asyncpg.connect(postgres.dsn())
    async with open_parts(settings) as (parts, tap):
        app = build_app(parts)
        async with running(app, settings, hang_up=tap.hang_up) as address:
            yield RunningGateway(address, app, parts, tap, database, objects)
    await database.close()


@pytest.fixture
async def gateway(session_gateway: RunningGateway, postgres: Postgres) -> AsyncIterator[RunningGateway]:
    """The gateway with nothing in it."""
    await postgres.truncate()
    for folder in session_gateway.objects.iterdir():
        shutil.rmtree(folder)
    settings = session_gateway.parts.settings
    async with asyncpg.create_pool(postgres.dsn("clavilux_gateway"), min_size=1, max_size=1) as pool:
        await make_sure_of_user(pool, settings.user_id, settings.user_email)
    yield session_gateway
    for client in session_gateway.clients:
        await client.aclose()
    session_gateway.clients.clear()


@pytest.fixture
async def orchestrator(gateway: RunningGateway, postgres: Postgres, nats_url: str) -> AsyncIterator[Orchestrator]:
    async with EventBus.connect(nats_url, "orchestrator-of-the-tests") as bus:
        database = await asyncpg.connect(postgres.dsn("clavilux_orchestrator"))
        try:
            yield Orchestrator(database, bus, gateway.parts.settings.user_id)
        finally:
            await database.close()
