"""Events on their way from Postgres to the bus."""

from __future__ import annotations

from clavilux_orchestrator.adapters.database import Connection, Pool, load_queries, transaction
from clavilux_orchestrator.domain.job import JobEvent
from clavilux_orchestrator.ports import Publish

_OUTBOX = load_queries("outbox")


class PostgresOutbox:
    """An `Outbox`: several processes may relay at once, since one job has one relayer at a time.

    An event that was published and whose mark was lost is published again under the same message id, which the bus
    knows.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def relay(self, publish: Publish) -> int:
        """Publish what waits."""
        async with transaction(self._pool) as connection:
            waiting = [str(row["job_id"]) async for row in _OUTBOX.jobs_with_events(connection)]
        published = 0
        for job_id in waiting:
            async with transaction(self._pool) as connection:
                published += await self._relay_job(connection, job_id, publish)
        return published

    async def _relay_job(self, connection: Connection, job_id: str, publish: Publish) -> int:
        if not await _OUTBOX.become_relayer(connection, job_id=job_id):
            return 0
        rows = [row async for row in _OUTBOX.waiting_events(connection, job_id=job_id)]
        for row in rows:
            await publish(job_id, JobEvent(row["event"], row["payload"]), f"{job_id}-{row['n']}")
            await _OUTBOX.mark_published(connection, job_id=job_id, n=row["n"])
        return len(rows)
