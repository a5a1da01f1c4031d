"""What is written down about a job, in Postgres; every write passes the fence of its lease."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from clavilux_kit.errors import Unavailable

from clavilux_orchestrator.adapters.database import Connection, Pool, load_queries, transaction
from clavilux_orchestrator.domain import events
from clavilux_orchestrator.domain.job import Artefact, Ending, History, JobEvent, Lease, LeaseLost, Position
from clavilux_orchestrator.domain.stages import Document

_JOURNAL = load_queries("journal")
_OUTBOX = load_queries("outbox")


class PostgresJournal:
    """A `Journal`. State and the events that tell of it are one transaction."""

    def __init__(self, pool: Pool, *, told: Callable[[], None]) -> None:
        """`told` is called after each commit that has events in it."""
        self._pool = pool
        self._told = told

    async def history(self, lease: Lease) -> History:
        """What earlier takings left behind."""
        async with _fenced(self._pool, lease) as connection:
            replies = {
                (row["stage_name"], row["item"], row["fingerprint"]): row["reply"]
                async for row in _JOURNAL.replies(connection, job_id=lease.job_id)
            }
            finished = {
                row["stage_name"]: row["duration_seconds"] or 0.0
                async for row in _JOURNAL.finished_stages(connection, job_id=lease.job_id)
            }
        return History(replies, finished)

    async def keep(self, lease: Lease, artefact: Artefact, position: Position) -> int:
        """Keep an artefact."""
        job_id, stage = lease.job_id, artefact.stage.name
        async with _fenced(self._pool, lease) as connection:
            await _JOURNAL.keep_artefact(
                connection,
                job_id=job_id,
                stage=stage,
                item=artefact.item,
                fingerprint=artefact.fingerprint,
                epoch=lease.epoch,
                reply=dict(artefact.reply),
            )
            for cost in artefact.costs:
                await _JOURNAL.book_cost(
                    connection,
                    job_id=job_id,
                    stage=stage,
                    api=cost.api,
                    request_id=artefact.request_id,
                    micros=cost.micros,
                )
            total: int = await _JOURNAL.total_cost(connection, job_id=job_id)
            await _JOURNAL.count_item(connection, job_id=job_id, stage=stage, done=position.done, total=position.total)
            await _advance(connection, job_id, position, takings=0)
            await _tell(connection, job_id, *artefact.events)
            if artefact.costs:
                await _tell(connection, job_id, events.cost_update(artefact.stage, artefact.costs, total))
            if position.total > 1:
                await _tell(connection, job_id, events.stage_update(position, "processing"))
            await _tell(connection, job_id, events.progress(position))
        self._told()
        return total

    async def mark(self, lease: Lease, status: str, position: Position, duration_s: float | None) -> None:
        """Begin or complete a stage."""
        async with _fenced(self._pool, lease) as connection:
            await _JOURNAL.mark_stage(
                connection,
                job_id=lease.job_id,
                stage=position.stage.name,
                status=status,
                duration_s=duration_s,
                done=position.done,
                total=position.total,
            )
            await _advance(connection, lease.job_id, position)
            update = events.stage_update(position, status, duration_s)
            await _tell(connection, lease.job_id, update, events.progress(position))
        self._told()

    async def end(self, lease: Lease, ending: Ending) -> None:
        """End the job."""
        async with _fenced(self._pool, lease) as connection:
            await _JOURNAL.break_off_stage(connection, job_id=lease.job_id, status=ending.status)
            await _JOURNAL.finish_job(
                connection,
                job_id=lease.job_id,
                status=ending.status,
                video_key=ending.video_key,
                result=ending.result,
                error_code=ending.error_code,
                error_message=ending.error_message,
                error_retryable=ending.error_retryable,
            )
            if ending.status == "cancelled":
                await _JOURNAL.answer_cancels(connection, job_id=lease.job_id)
            await _tell(connection, lease.job_id, *ending.events)
        self._told()


class PostgresCache:
    """An `AnalysisCache`: rows of jobs.audio_analysis_cache."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, lease: Lease, file_hash: str, analyser_version: str, options_hash: str) -> Document | None:
        """A reply that is not older than a day."""
        async with _fenced(self._pool, lease) as connection:
            found: Document | None = await _JOURNAL.find_analysis(
                connection, file_hash=file_hash, analyser_version=analyser_version, options_hash=options_hash
            )
        return found

    async def keep(
        self, lease: Lease, file_hash: str, analyser_version: str, options_hash: str, reply: Document
    ) -> None:
        """Keep a reply for a day."""
        async with _fenced(self._pool, lease) as connection:
            await _JOURNAL.keep_analysis(
                connection,
                file_hash=file_hash,
                analyser_version=analyser_version,
                options_hash=options_hash,
                analysis=dict(reply),
            )


@asynccontextmanager
async def _fenced(pool: Pool, lease: Lease) -> AsyncIterator[Connection]:
    # A worker that cannot reach the database cannot know whether the job is still its own.
    try:
        async with transaction(pool) as connection:
            row = {"job_id": lease.job_id, "epoch": lease.epoch, "worker": lease.worker}
            if await _JOURNAL.fence(connection, **row) is None:
                raise LeaseLost(f"Epoch {lease.epoch} of job {lease.job_id} is over.")
            yield connection
    except Unavailable as error:
        raise LeaseLost(error.message) from error


async def _advance(connection: Connection, job_id: str, position: Position, takings: int | None = None) -> None:
    await _JOURNAL.advance(
        connection,
        job_id=job_id,
        stage=position.stage.name,
        progress=position.progress,
        remaining_s=position.remaining_s,
        takings=takings,
    )


async def _tell(connection: Connection, job_id: str, *told: JobEvent) -> None:
    for event in told:
        await _OUTBOX.tell(connection, job_id=job_id, event=event.name, payload=dict(event.payload))
