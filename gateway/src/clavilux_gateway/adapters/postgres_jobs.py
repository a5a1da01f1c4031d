"""The jobs, in Postgres."""

from uuid import UUID

from clavilux_gateway.adapters.database import Pool, Row, load_queries, reachable
from clavilux_gateway.domain.jobs import Failure, Job, NewJob, Page, Stage

_QUERIES = load_queries("jobs")


class PostgresJobs:
    """The port `Jobs` over a pool of connections. Raises Unavailable when the database does not answer."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, job: NewJob) -> None:
        """Insert the row in a transaction of its own."""
        async with reachable():
            await _QUERIES.insert_job(
                self._pool,
                id=job.id,
                user_id=job.user_id,
                audio_key=job.audio_key,
                audio_hash=job.audio_hash,
                audio_bytes=job.audio_bytes,
                audio_duration_s=job.audio_duration_s,
                user_prompt=job.user_prompt,
                options=dict(job.options),
                budget_micros=job.budget_micros,
            )

    async def find(self, user_id: UUID, job_id: UUID) -> Job | None:
        """Read the job and its stages in one statement."""
        async with reachable():
            row = await _QUERIES.find_job(self._pool, id=job_id, user_id=user_id)
        return None if row is None else _job(row)

    async def newest(self, user_id: UUID, *, limit: int, after: Page | None) -> list[Job]:
        """Read one page by (created_at, id), which no insert can shift."""
        async with reachable():
            rows = _QUERIES.newest_jobs(
                self._pool,
                user_id=user_id,
                after_created_at=after.created_at if after else None,
                after_id=after.id if after else None,
                limit=limit,
            )
            return [_job(row) async for row in rows]

    async def ask_to_cancel(self, user_id: UUID, job_id: UUID) -> bool:
        """Insert the command where it is not there yet."""
        async with reachable():
            return await _QUERIES.insert_cancel(self._pool, id=job_id, user_id=user_id) is not None


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        status=row["status"],
        current_stage=row["current_stage"],
        progress=row["progress"],
        estimated_remaining_s=row["estimated_remaining"],
        total_cost_micros=row["total_cost_micros"],
        video_key=row["video_url"],
        failure=_failure(row),
        result=row["result"],
        options=row["options"],
        stages=tuple(_stage(stage) for stage in row["stages"]),
        event_count=row["event_count"],
        created_at=row["created_at"],
        completed_at=row["completed_at"],
    )


def _failure(row: Row) -> Failure | None:
    if row["error_code"] is None:
        return None
    return Failure(row["error_code"], row["error_message"] or "", bool(row["error_retryable"]))


def _stage(stage: Row) -> Stage:
    return Stage(
        name=stage["stage_name"],
        status=stage["status"],
        duration_s=stage["duration_seconds"],
        items_done=stage["items_done"],
        items_total=stage["items_total"],
    )
