"""The boundary around one job: however it ends, it is written down, and other jobs go on."""

from __future__ import annotations

import asyncio
import time
from enum import Enum

from clavilux_kit.errors import ClaviluxError, Internal, TimedOut
from clavilux_kit.telemetry import JOB_COST, JOBS, get_logger

from clavilux_orchestrator.domain import events
from clavilux_orchestrator.domain.job import MOST_TAKINGS, Ending, Job, LeaseLost
from clavilux_orchestrator.domain.stages import job_limit_s
from clavilux_orchestrator.ports import JobQueue
from clavilux_orchestrator.service.pipeline import produce
from clavilux_orchestrator.service.taking import Taking, World


class Stop(Enum):
    """Why a job is left before its end."""

    CANCELLED = "its user cancelled it"
    HANDED_BACK = "this process stops"
    LEASE_LOST = "somebody else has it"


class JobRun:
    """One taking of a job, as a task that can be stopped."""

    def __init__(self, job: Job, queue: JobQueue, world: World) -> None:
        self.job = job
        self._queue = queue
        self._world = world
        self._taking: Taking | None = None
        self._work: asyncio.Task[Ending] | None = None
        self._stop: Stop | None = None
        self.beaten_at = time.monotonic()
        """Until when the running time is booked."""

    def stop(self, reason: Stop) -> None:
        """Leave the job; the first reason counts."""
        self._stop = self._stop or reason
        if self._work is not None:
            self._work.cancel()

    async def run(self) -> None:
        """Work until the job ends or is left. Raises nothing but its own cancellation."""
        log = get_logger().bind(job_id=self.job.id, epoch=self.job.lease.epoch)
        log.info("job_taken", takings=self.job.takings)
        self._work = asyncio.create_task(self._work_within_limits())
        if self._stop is not None:
            self._work.cancel()
        await asyncio.wait({self._work})
        try:
            await self._conclude(self._work)
        except LeaseLost as lost:
            log.warning("lease_lost", reason=str(lost))
        except Exception:  # the boundary: the lease lapses, and the job is taken up again
            log.exception("job_left")

    async def _work_within_limits(self) -> Ending:
        if self.job.takings > MOST_TAKINGS:
            raise Internal(f"The job was taken up {MOST_TAKINGS} times without getting any further.")
        limit_s = job_limit_s(self.job.duration_s)
        scope = asyncio.timeout(limit_s - self.job.running_s)
        try:
            async with scope:
                history = await self._world.journal.history(self.job.lease)
                self._taking = Taking(self.job, history, self._world)
                return await produce(self._taking)
        except TimeoutError as error:
            if scope.expired():
                raise TimedOut(f"The video was not done within {limit_s / 60:.0f} minutes.") from error
            raise

    async def _conclude(self, work: asyncio.Task[Ending]) -> None:
        error = asyncio.CancelledError() if work.cancelled() else work.exception()
        if error is None:
            await self._end(work.result())
        elif isinstance(error, LeaseLost):
            raise error
        elif work.cancelled() or self._stop is not None:  # what is told to stop may break instead
            await self._leave(self._stop, error)
        else:
            await self._cancel_calls()
            await self._end(self._failure(error))

    async def _leave(self, reason: Stop | None, error: BaseException) -> None:
        why = reason.value if reason else "unknown"
        get_logger().info("job_stopped", job_id=self.job.id, reason=why, error=type(error).__name__)
        if reason is Stop.CANCELLED:
            await self._cancel_calls()
            await self._end(Ending("cancelled", (events.cancelled(),)))
        elif reason is Stop.HANDED_BACK:
            await self._queue.hand_back(self.job.lease)

    async def _cancel_calls(self) -> None:
        if self._taking is not None:
            await self._taking.cancel_calls()

    async def _end(self, ending: Ending) -> None:
        await self._world.journal.end(self.job.lease, ending)
        JOBS.labels(status=ending.status).inc()
        JOB_COST.observe(self._taking.cost_micros if self._taking else self.job.total_cost_micros)
        get_logger().info("job_ended", job_id=self.job.id, status=ending.status, code=ending.error_code)

    def _failure(self, error: BaseException) -> Ending:
        if not isinstance(error, ClaviluxError):
            get_logger().error("job_broke", job_id=self.job.id, exc_info=error)
            error = Internal("Something went wrong on our side.")
        return Ending(
            "failed",
            (events.failed(error.code, error.message, retryable=error.retryable),),
            error_code=error.code,
            error_message=error.message,
            error_retryable=error.retryable,
        )
