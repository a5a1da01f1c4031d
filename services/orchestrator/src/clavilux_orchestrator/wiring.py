"""The worker with its real adapters, the same for the process and for its tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from clavilux_kit.events import JOBS_COMMAND, JOBS_READY, EventBus
from clavilux_kit.objects import open_store
from clavilux_schema import check_version

from clavilux_orchestrator.adapters.bus import publisher
from clavilux_orchestrator.adapters.database import open_pool
from clavilux_orchestrator.adapters.grpc_services import open_services
from clavilux_orchestrator.adapters.journal import PostgresCache, PostgresJournal
from clavilux_orchestrator.adapters.outbox import PostgresOutbox
from clavilux_orchestrator.adapters.queue import PostgresCommands, PostgresQueue
from clavilux_orchestrator.service.taking import World
from clavilux_orchestrator.service.worker import Bells, Pace, Worker
from clavilux_orchestrator.settings import Settings


@asynccontextmanager
async def open_worker(settings: Settings) -> AsyncIterator[Worker]:
    """A worker that is ready to work. Raises SchemaOutdated, OSError or asyncpg.PostgresError for its database."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(
            open_pool(settings.database_url, connections=settings.database_connections)
        )
        async with pool.acquire() as connection:
            await check_version(connection)
        bus = await stack.enter_async_context(EventBus.connect(settings.nats_url, "orchestrator"))
        bells = Bells(
            jobs=await stack.enter_async_context(bus.bell(JOBS_READY)),
            commands=await stack.enter_async_context(bus.bell(JOBS_COMMAND)),
            outbox=asyncio.Event(),
        )
        world = World(
            journal=PostgresJournal(pool, told=bells.outbox.set),
            cache=PostgresCache(pool),
            services=await stack.enter_async_context(open_services(settings.targets)),
            store=open_store(settings),
            announcer=bus,
            unavailable_wait_s=settings.unavailable_wait_s,
        )
        yield Worker(
            settings.worker_name,
            queue=PostgresQueue(pool, lapse_s=settings.lapse_s, most_running=settings.most_running),
            commands=PostgresCommands(pool),
            outbox=PostgresOutbox(pool),
            publish=publisher(bus),
            world=world,
            bells=bells,
            pace=Pace(settings.jobs_at_once, settings.poll_s, settings.heartbeat_s),
        )
