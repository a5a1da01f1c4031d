import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from clavilux_kit.errors import Unavailable
from clavilux_orchestrator.adapters.database import Pool, open_pool
from clavilux_orchestrator.adapters.journal import PostgresCache, PostgresJournal
from clavilux_orchestrator.adapters.outbox import PostgresOutbox
from clavilux_orchestrator.adapters.queue import PostgresCommands, PostgresQueue
from clavilux_orchestrator.domain import events
from clavilux_orchestrator.domain.job import Answer, Artefact, Cost, Ending, Job, JobEvent, LeaseLost, Position
from clavilux_orchestrator.domain.stages import AUDIO_ANALYSIS

pytestmark = pytest.mark.integration

Stage = Any
POSITION = Position(AUDIO_ANALYSIS, 1, 1, 10, 60)


@pytest.fixture
async def pool(stage: Stage) -> AsyncIterator[Pool]:
    async with open_pool(stage.postgres.dsn("clavilux_orchestrator")) as pool:
        yield pool


def queue_of(pool: Pool, *, most_running: int = 6) -> PostgresQueue:
    return PostgresQueue(pool, lapse_s=30.0, most_running=most_running)


def journal_of(pool: Pool) -> PostgresJournal:
    return PostgresJournal(pool, told=lambda: None)


async def claim(pool: Pool, worker: str = "w") -> Job:
    job = await queue_of(pool).claim(worker)
    assert job is not None
    return job


async def fall_silent(stage: Stage) -> None:
    await stage.owner.execute("UPDATE jobs.jobs SET heartbeat_at = now() - interval '31 seconds'")


async def test_the_job_that_waited_longest_comes_first_and_each_is_had_once(stage: Stage, pool: Pool) -> None:
    waiting = [await stage.upload() for _ in range(4)]
    had = await asyncio.gather(*(queue_of(pool).claim(f"w{n}") for n in range(6)))
    jobs = [job for job in had if job is not None]
    assert sorted(job.id for job in jobs) == sorted(waiting)
    assert {job.lease.epoch for job in jobs} == {1}


async def test_no_more_jobs_run_in_the_whole_system_than_may(stage: Stage, pool: Pool) -> None:
    for _ in range(5):
        await stage.upload()
    had = await asyncio.gather(*(queue_of(pool, most_running=2).claim(f"w{n}") for n in range(8)))
    assert sum(job is not None for job in had) == 2


async def test_a_silent_worker_loses_its_job_and_a_beating_one_keeps_it(stage: Stage, pool: Pool) -> None:
    await stage.upload()
    queue = queue_of(pool)
    first = await claim(pool, "first")
    assert await queue.beat(first.lease, 1.5)
    assert await queue.claim("second") is None
    await fall_silent(stage)
    second = await claim(pool, "second")
    assert (second.lease.epoch, second.running_s, second.takings) == (2, 1.5, 2)
    assert not await queue.beat(first.lease, 1.0)


async def test_every_write_of_an_overtaken_worker_is_refused(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    stale = (await claim(pool)).lease
    await fall_silent(stage)
    await claim(pool)
    journal, cache = journal_of(pool), PostgresCache(pool)
    artefact = Artefact(AUDIO_ANALYSIS, "song", "f" * 32, "r", {"a": 1}, (Cost("api", 5),))
    before = await stage.job(job_id)
    for write in (
        journal.history(stale),
        journal.keep(stale, artefact, POSITION),
        journal.mark(stale, "processing", POSITION, None),
        journal.end(stale, Ending("completed", (events.completed("k", 0),))),
        cache.keep(stale, "h", "1", "o", {}),
    ):
        with pytest.raises(LeaseLost):
            await write
    await queue_of(pool).hand_back(stale)
    assert await stage.job(job_id) == before
    assert await stage.told(job_id) == []
    for lie in (replace(stale, epoch=2, worker="x"), replace(stale, epoch=3)):
        with pytest.raises(LeaseLost):
            await journal.mark(lie, "processing", POSITION, None)


async def test_a_cost_is_booked_once_however_often_it_is_told(stage: Stage, pool: Pool) -> None:
    await stage.upload()
    lease = (await claim(pool)).lease
    artefact = Artefact(AUDIO_ANALYSIS, "song", "f" * 32, "r", {"a": 1}, (Cost("whisper", 5), Cost("other", 7)))
    assert await journal_of(pool).keep(lease, artefact, POSITION) == 12
    assert await journal_of(pool).keep(lease, artefact, POSITION) == 12


async def test_a_new_artefact_clears_a_job_of_suspicion(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    for _ in range(3):
        job = await claim(pool)
        await fall_silent(stage)
    await stage.owner.execute("UPDATE jobs.jobs SET heartbeat_at = now()")
    await journal_of(pool).keep(job.lease, Artefact(AUDIO_ANALYSIS, "song", "f" * 32, "r", {}), POSITION)
    assert (await stage.job(job_id))["takings"] == 0


async def test_a_job_that_kills_its_workers_is_given_up_and_others_go_on(stage: Stage) -> None:
    poison, sound = await stage.upload(takings=3), await stage.upload()
    async with stage.orchestrator():
        job = await stage.until(poison, "failed")
        await stage.until(sound, "completed")
    assert (job["error_code"], job["error_retryable"]) == ("INTERNAL", False)
    assert "was taken up 3 times" in job["error_message"]


async def test_a_job_that_was_handed_back_often_is_not_suspected(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    for _ in range(10):
        await queue_of(pool).hand_back((await claim(pool)).lease)
    job = await stage.job(job_id)
    assert (job["status"], job["takings"], job["epoch"]) == ("queued", 0, 10)


async def test_a_waiting_job_is_cancelled_before_anybody_takes_it(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    await stage.command(job_id, "cancel")
    commands = PostgresCommands(pool)
    (command,) = await commands.unanswered()
    assert await commands.settle(command) is Answer.CANCELLED
    assert await commands.unanswered() == []
    assert await queue_of(pool).claim("w") is None
    assert [name for name, _ in await stage.told(job_id)] == ["cancelled"]


async def test_a_job_that_is_cancelled_after_a_hand_back_has_no_stage_at_work(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    lease = (await claim(pool)).lease
    await journal_of(pool).mark(lease, "processing", POSITION, None)
    await queue_of(pool).hand_back(lease)
    await stage.command(job_id, "cancel")
    commands = PostgresCommands(pool)
    (command,) = await commands.unanswered()
    await commands.settle(command)
    assert await stage.owner.fetchval("SELECT status FROM jobs.job_stages") == "cancelled"


async def test_a_command_for_a_running_job_waits_for_its_worker(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    await claim(pool, "another")
    await stage.command(job_id, "cancel")
    commands = PostgresCommands(pool)
    (command,) = await commands.unanswered()
    assert await commands.settle(command) is Answer.LEFT
    assert len(await commands.unanswered()) == 1


async def test_commands_of_later_versions_are_left_alone(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    for command in ("approve", "discard", "delete"):
        await stage.command(job_id, command)
    assert await PostgresCommands(pool).unanswered() == []
    assert await stage.owner.fetchval("SELECT count(*) FROM jobs.job_commands WHERE handled_at IS NULL") == 3


async def test_two_relayers_publish_every_event_once_and_in_order(stage: Stage, pool: Pool) -> None:
    jobs = [await stage.upload() for _ in range(3)]
    for _ in jobs:
        lease = (await claim(pool)).lease
        for _ in range(4):
            await journal_of(pool).mark(lease, "processing", POSITION, None)
    published: list[str] = []

    async def publish(job_id: str, event: JobEvent, message_id: str) -> None:
        await asyncio.sleep(0.001)
        published.append(message_id)

    outbox = PostgresOutbox(pool)
    await asyncio.gather(*(outbox.relay(publish) for _ in range(4)))
    for job_id in jobs:
        of_job = [message_id for message_id in published if message_id.startswith(job_id)]
        assert of_job == [f"{job_id}-{n}" for n in range(1, 9)]
    assert await outbox.relay(publish) == 0


async def test_an_event_that_the_bus_refused_is_published_later(stage: Stage, pool: Pool) -> None:
    job_id = await stage.upload()
    await journal_of(pool).mark((await claim(pool)).lease, "processing", POSITION, None)
    published: list[str] = []
    away = True

    async def publish(job_id: str, event: JobEvent, message_id: str) -> None:
        if away and message_id.endswith("-2"):
            raise Unavailable("The bus is away.")
        published.append(message_id)

    outbox = PostgresOutbox(pool)
    with pytest.raises(Unavailable):
        await outbox.relay(publish)
    away = False
    await outbox.relay(publish)
    # The first is told again under its own id, by which the bus knows it.
    assert published == [f"{job_id}-1", f"{job_id}-1", f"{job_id}-2"]


async def test_the_process_serves_health_works_and_hands_its_job_back_when_stopped(stage: Stage) -> None:
    ready = stage.folder / "ready.json"
    # Nobody calls it, so there is nothing to drain: it hands back at once.
    settings = stage.settings(ready_file=ready, worker_name="process", drain_pause_s=60.0)
    names = [name for name in type(settings).model_fields if name not in {"signing_key", "worker_name"}]
    environment = {f"CLAVILUX_{name.upper()}": str(getattr(settings, name)) for name in names}
    job_id = await stage.upload()
    stage.studio.held.add("clip_0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "clavilux_orchestrator.main", env={**os.environ, **environment}
    )
    try:
        await stage.studio.until_asked("clip_0")
        assert json.loads(ready.read_text())["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
    assert (await stage.job(job_id))["status"] == "queued"
    assert not ready.exists()
