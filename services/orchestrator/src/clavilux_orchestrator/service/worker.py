"""The worker: takes jobs up, keeps their leases, listens to commands, relays events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from clavilux_kit.errors import Unavailable
from clavilux_kit.telemetry import get_logger

from clavilux_orchestrator.domain.job import Answer, Job
from clavilux_orchestrator.ports import CommandBook, JobQueue, Outbox, Publish
from clavilux_orchestrator.service.job_run import JobRun, Stop
from clavilux_orchestrator.service.taking import World

_ASK_AGAIN_S = 1.0


@dataclass(frozen=True)
class Pace:
    """How many jobs at once, and how often to look where nothing rings."""

    jobs_at_once: int = 3
    poll_s: float = 2.0
    heartbeat_s: float = 10.0


@dataclass(frozen=True)
class Bells:
    """What wakes the worker; each is set by a ring and cleared by who answers it."""

    jobs: asyncio.Event
    commands: asyncio.Event
    outbox: asyncio.Event


class Worker:
    """One orchestrator process's work."""

    def __init__(
        self,
        name: str,
        *,
        queue: JobQueue,
        commands: CommandBook,
        outbox: Outbox,
        publish: Publish,
        world: World,
        bells: Bells,
        pace: Pace,
    ) -> None:
        self._name = name
        self._queue = queue
        self._commands = commands
        self._outbox = outbox
        self._publish = publish
        self._world = world
        self._bells = bells
        self._pace = pace
        self._runs: dict[asyncio.Task[None], JobRun] = {}
        self._claiming = asyncio.Lock()
        self._stopped_claiming = False
        self._over = asyncio.Event()

    async def work(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set, then hand the jobs back and tell what is still to be told."""
        async with asyncio.TaskGroup() as group:
            loops = [
                group.create_task(self._repeat(self._claim, self._bells.jobs, self._pace.poll_s)),
                group.create_task(self._repeat(self._beat, asyncio.Event(), self._pace.heartbeat_s)),
                group.create_task(self._repeat(self._obey, self._bells.commands, self._pace.poll_s)),
                group.create_task(self._repeat(self._relay, self._bells.outbox, self._pace.poll_s / 4)),
            ]
            await stopping.wait()
            async with self._claiming:  # a job that is just being claimed is handed back too
                self._stopped_claiming = True
            await self._hand_back()
            self._over.set()
            for loop in loops:
                loop.cancel()
        await self._guarded(self._relay)

    async def _repeat(self, step: Callable[[], Awaitable[None]], bell: asyncio.Event, pause_s: float) -> None:
        # A cancellation alone is not enough: `asyncio.wait_for`, which libraries use in our steps, loses one that comes
        # in the moment of its result (Python 3.11).
        while not self._over.is_set():
            bell.clear()
            await self._guarded(step)
            if self._over.is_set():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await bell.wait()

    async def _hand_back(self) -> None:
        while self._runs:
            for run in list(self._runs.values()):
                run.stop(Stop.HANDED_BACK)
            await asyncio.wait(self._runs, timeout=_ASK_AGAIN_S)

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        """The boundary of each step: a database or bus that is away is looked for again at the next turn."""
        try:
            await step()
        except Unavailable as error:
            get_logger().warning("turn_missed", step=step.__name__.strip("_"), reason=error.message)
        except Exception:  # noqa: BLE001  # one bad row must not stop all jobs
            get_logger().exception("turn_failed", step=step.__name__.strip("_"))

    async def _claim(self) -> None:
        async with self._claiming:
            while not self._stopped_claiming and len(self._runs) < self._pace.jobs_at_once:
                job = await self._queue.claim(self._name)
                if job is None:
                    return
                self._start(job)

    def _start(self, job: Job) -> None:
        run = JobRun(job, self._queue, self._world)
        task = asyncio.create_task(run.run(), name=f"job {job.id}")
        self._runs[task] = run
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._runs[task]
        self._bells.jobs.set()

    async def _beat(self) -> None:
        for run in list(self._runs.values()):
            now = time.monotonic()
            if not await self._queue.beat(run.job.lease, now - run.beaten_at):
                run.stop(Stop.LEASE_LOST)
            run.beaten_at = now

    async def _obey(self) -> None:
        mine = {run.job.id: run for run in self._runs.values()}
        for command in await self._commands.unanswered():
            if command.name == "cancel" and command.job_id in mine:
                mine[command.job_id].stop(Stop.CANCELLED)
            elif await self._commands.settle(command) is Answer.QUEUED:
                self._bells.jobs.set()
            self._bells.outbox.set()

    async def _relay(self) -> None:
        await self._outbox.relay(self._publish)
