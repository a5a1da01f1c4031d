"""The queue and the commands, in Postgres."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from clavilux_orchestrator.adapters.database import Pool, load_queries, transaction
from clavilux_orchestrator.domain import events
from clavilux_orchestrator.domain.job import Answer, Command, Job, JobEvent, Lease, Options, answer

_QUEUE = load_queries("queue")
_OUTBOX = load_queries("outbox")


class PostgresQueue:
    """A `JobQueue`: rows of jobs.jobs, claimed with FOR UPDATE SKIP LOCKED and held by a lease."""

    def __init__(self, pool: Pool, *, lapse_s: float, most_running: int) -> None:
        """A lease without a heartbeat for `lapse_s` may be taken; `most_running` holds for the whole system."""
        self._pool = pool
        self._lapse_s = lapse_s
        self._most_running = most_running

    async def claim(self, worker: str) -> Job | None:
        """Take up a job."""
        async with transaction(self._pool) as connection:
            await _QUEUE.lock_claims(connection)
            row = await _QUEUE.claim(connection, worker=worker, lapse_s=self._lapse_s, most_running=self._most_running)
        return None if row is None else _job(row)

    async def beat(self, lease: Lease, ran_s: float) -> bool:
        """Keep the lease."""
        async with transaction(self._pool) as connection:
            found = await _QUEUE.beat(
                connection, job_id=lease.job_id, epoch=lease.epoch, worker=lease.worker, ran_s=ran_s
            )
        return found is not None

    async def hand_back(self, lease: Lease) -> None:
        """Let somebody else go on."""
        async with transaction(self._pool) as connection:
            await _QUEUE.hand_back(connection, job_id=lease.job_id, epoch=lease.epoch, worker=lease.worker)


class PostgresCommands:
    """A `CommandBook`: rows of jobs.job_commands."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def unanswered(self) -> Sequence[Command]:
        """Open commands."""
        async with transaction(self._pool) as connection:
            rows = _QUEUE.unanswered_commands(connection)
            return [Command(row["id"], str(row["job_id"]), row["command"]) async for row in rows]

    async def settle(self, command: Command) -> Answer:
        """Act on a command as the job stands now."""
        job_id = command.job_id
        async with transaction(self._pool) as connection:
            row = await _QUEUE.lock_job(connection, job_id=job_id)
            result = answer(command.name, row["status"], retryable=row["retryable"])
            if result is Answer.LEFT:
                return result
            if result is Answer.CANCELLED:
                await _QUEUE.cancel_queued(connection, job_id=job_id)
                await _tell(connection, job_id, events.cancelled())
            elif result is Answer.QUEUED:
                await _QUEUE.forget_failures(connection, job_id=job_id)
                await _QUEUE.queue_again(connection, job_id=job_id)
                await _tell(connection, job_id, events.waiting_again(row["current_stage"]))
            await _QUEUE.answer_command(connection, command_id=command.id)
        return result


async def _tell(connection: object, job_id: str, event: JobEvent) -> None:
    await _OUTBOX.tell(connection, job_id=job_id, event=event.name, payload=dict(event.payload))


def _job(row: asyncpg.Record) -> Job:
    job_id = str(row["id"])
    return Job(
        lease=Lease(job_id, row["worker"], row["epoch"]),
        audio_key=row["audio_url"],
        audio_hash=row["audio_hash"],
        duration_s=row["audio_duration_s"],
        user_prompt=row["user_prompt"],
        options=Options.read(row["options"], job_id=job_id),
        budget_micros=row["budget_micros"],
        total_cost_micros=row["total_cost_micros"],
        takings=row["takings"],
        running_s=row["running_s"],
    )
