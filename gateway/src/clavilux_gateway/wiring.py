"""The one place that knows which adapter stands behind which port."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

import asyncpg
from clavilux_kit.events import EventBus
from clavilux_kit.objects import ObjectStore, open_store
from clavilux_kit.workers import Worker
from clavilux_schema import check_version

from clavilux_gateway.adapters.audio_probe import AvProbe
from clavilux_gateway.adapters.database import Pool, open_pool
from clavilux_gateway.adapters.event_tap import EventTap
from clavilux_gateway.adapters.postgres_jobs import PostgresJobs
from clavilux_gateway.adapters.postgres_users import make_sure_of_user
from clavilux_gateway.auth import SingleUser, User
from clavilux_gateway.parts import Parts
from clavilux_gateway.service.accept_upload import AcceptUpload
from clavilux_gateway.service.ask_for_jobs import AskForJobs
from clavilux_gateway.service.follow_job import FollowJob
from clavilux_gateway.settings import Settings

_PROBE_MEMORY_BYTES = 2 << 30


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[tuple[Parts, EventTap]]:
    """Open the database, the event bus, the store and the worker, and give what the routes work with.

    Raises SchemaOutdated when the database has to be migrated first.
    """
    async with AsyncExitStack() as stack:
        store = open_store(settings)
        pool = await stack.enter_async_context(open_pool(settings.database_url.get_secret_value()))
        await _check_schema(pool)
        await make_sure_of_user(pool, settings.user_id, settings.user_email)
        bus = await stack.enter_async_context(EventBus.connect(settings.nats_url, "gateway"))
        tap = await stack.enter_async_context(EventTap.open(bus, queue_events=settings.sse_queue_events))
        worker = await stack.enter_async_context(Worker(memory_bytes=_PROBE_MEMORY_BYTES))
        yield _parts(settings, pool, bus, tap, store, worker), tap


def _parts(settings: Settings, pool: Pool, bus: EventBus, tap: EventTap, store: ObjectStore, worker: Worker) -> Parts:
    jobs = PostgresJobs(pool)

    async def database_answers() -> bool:
        return await _check_schema(pool)

    async def bus_answers() -> bool:
        return bus.is_connected and tap.is_flowing

    async def store_answers() -> bool:
        await store.stat("readiness-probe")
        return True

    return Parts(
        settings=settings,
        accounts=SingleUser(settings.token.get_secret_value(), User(settings.user_id)),
        store=store,
        accept_upload=AcceptUpload(
            store=store,
            jobs=jobs,
            probe=AvProbe(worker, timeout_s=settings.probe_timeout_s),
            bell=bus,
            estimate_base_s=settings.estimate_base_s,
            estimate_per_song_second_s=settings.estimate_per_song_second_s,
        ),
        ask_for_jobs=AskForJobs(jobs=jobs, bell=bus),
        follow_job=FollowJob(jobs=jobs, feed=tap),
        readiness={"database": database_answers, "events": bus_answers, "store": store_answers},
    )


async def _check_schema(pool: Pool) -> bool:
    async with pool.acquire() as connection:
        await check_version(cast("asyncpg.Connection", connection))  # the pool lends it through a proxy
    return True
