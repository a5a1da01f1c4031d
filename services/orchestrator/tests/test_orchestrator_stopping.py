"""How a worker stops when a cancellation is lost on the way, as `asyncio.wait_for` of Python 3.11 loses some."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from clavilux_orchestrator.domain.job import Answer, Command, Ending, Job, JobEvent, Lease, Options
from clavilux_orchestrator.ports import Publish
from clavilux_orchestrator.service.job_run import JobRun, Stop
from clavilux_orchestrator.service.taking import World
from clavilux_orchestrator.service.worker import Bells, Pace, Worker

pytestmark = pytest.mark.integration

JOB = Job(Lease("job", "w", 1), "k", "h", 16.0, "p", Options(), 0, 0, 1, 0.0)


class OneJobQueue:
    """A queue with as many jobs as it is given; it remembers what was handed back."""

    def __init__(self, *jobs: Job) -> None:
        self.jobs = list(jobs)
        self.handed_back: list[Lease] = []

    async def claim(self, worker: str) -> Job | None:
        return self.jobs.pop() if self.jobs else None

    async def beat(self, lease: Lease, ran_s: float) -> bool:
        return True

    async def hand_back(self, lease: Lease) -> None:
        self.handed_back.append(lease)


class NoCommands:
    async def unanswered(self) -> Sequence[Command]:
        return []

    async def settle(self, command: Command) -> Answer:
        return Answer.TOO_LATE


class DeafOutbox:
    """Loses the first cancellation that reaches it."""

    async def relay(self, publish: Publish) -> int:
        try:
            await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            return 0
        return 0


class DeafJournal:
    """Its first question never ends, and loses the first cancellation."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def history(self, lease: Lease) -> Any:
        self.asked.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)


class BreakingJournal:
    """Its first question breaks when it is told to stop; it remembers how the job ended."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.endings: list[str] = []

    async def history(self, lease: Lease) -> Any:
        self.asked.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectionResetError("cut off") from None

    async def end(self, lease: Lease, ending: Ending) -> None:
        self.endings.append(ending.status)


async def ignore(job_id: str, event: JobEvent, message_id: str) -> None:
    return


def make_world(journal: Any) -> World:
    nothing: Any = None
    return World(journal, nothing, nothing, nothing, nothing, unavailable_wait_s=1.0)


def make_worker(queue: OneJobQueue, bells: Bells, journal: Any = None) -> Worker:
    pace = Pace(jobs_at_once=1, poll_s=5.0, heartbeat_s=5.0)
    return Worker(
        "w",
        queue=queue,
        commands=NoCommands(),
        outbox=DeafOutbox(),
        publish=ignore,
        world=make_world(journal),
        bells=bells,
        pace=pace,
    )


def make_bells() -> Bells:
    return Bells(asyncio.Event(), asyncio.Event(), asyncio.Event())


@pytest.mark.parametrize("ticks", range(6))
async def test_a_worker_stops_although_a_bell_rings_in_that_moment(ticks: int) -> None:
    bells, stopping = make_bells(), asyncio.Event()
    work = asyncio.create_task(make_worker(OneJobQueue(), bells).work(stopping))
    await asyncio.sleep(0.05)
    stopping.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    for bell in (bells.jobs, bells.commands, bells.outbox):
        bell.set()
    async with asyncio.timeout(1.0):
        await work


@pytest.mark.parametrize("into_the_step_s", [0.0, 0.01])
async def test_a_worker_stops_although_a_step_loses_the_cancellation(into_the_step_s: float) -> None:
    bells, stopping = make_bells(), asyncio.Event()
    work = asyncio.create_task(make_worker(OneJobQueue(), bells).work(stopping))
    await asyncio.sleep(0.05)
    bells.outbox.set()
    await asyncio.sleep(into_the_step_s)
    stopping.set()
    async with asyncio.timeout(1.0):
        await work


async def test_a_job_that_loses_the_cancellation_is_asked_again_and_handed_back() -> None:
    queue, journal, stopping = OneJobQueue(JOB), DeafJournal(), asyncio.Event()
    work = asyncio.create_task(make_worker(queue, make_bells(), journal).work(stopping))
    await journal.asked.wait()
    stopping.set()
    async with asyncio.timeout(3.0):
        await work
    assert queue.handed_back == [JOB.lease]


@pytest.mark.parametrize(
    ("reason", "handed_back", "endings"),
    [(Stop.HANDED_BACK, [JOB.lease], []), (Stop.CANCELLED, [], ["cancelled"]), (Stop.LEASE_LOST, [], [])],
)
async def test_a_job_that_breaks_as_it_is_stopped_has_not_failed(
    reason: Stop, handed_back: list[Lease], endings: list[str]
) -> None:
    queue, journal = OneJobQueue(), BreakingJournal()
    run = JobRun(JOB, queue, make_world(journal))
    running = asyncio.create_task(run.run())
    await journal.asked.wait()
    run.stop(reason)
    await running
    assert (queue.handed_back, journal.endings) == (handed_back, endings)


async def test_a_stopping_worker_takes_up_nothing_more() -> None:
    queue, bells, stopping = OneJobQueue(), make_bells(), asyncio.Event()
    work = asyncio.create_task(make_worker(queue, bells).work(stopping))
    await asyncio.sleep(0.05)
    stopping.set()
    queue.jobs.append(JOB)
    await asyncio.sleep(0)
    bells.jobs.set()
    async with asyncio.timeout(1.0):
        await work
    assert queue.jobs == [JOB] or queue.handed_back == [JOB.lease]
