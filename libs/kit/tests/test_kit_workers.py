import asyncio
import math
import os
import time
from collections.abc import AsyncIterator

import pytest
from clavilux_kit.errors import Internal, TimedOut
from clavilux_kit.workers import Worker

pytestmark = pytest.mark.integration


# Functions that a worker runs are imported there by name. This module has no importable name (tests are no package),
# so the functions here are the standard library's.
@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with Worker() as worker:
        yield worker


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until_dead(pid: int) -> None:
    deadline = time.monotonic() + 5
    while is_alive(pid):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_work_is_done_in_another_process_that_is_kept(worker: Worker) -> None:
    pid = await worker.run(os.getpid, timeout_s=20)
    assert pid != os.getpid()
    assert await worker.run(math.comb, 10, 3, timeout_s=20) == 120
    assert await worker.run(os.getpid, timeout_s=20) == pid


async def test_an_error_of_the_work_arrives_as_it_is(worker: Worker) -> None:
    with pytest.raises(ValueError, match=r"expected a nonnegative input|math domain error"):
        await worker.run(math.sqrt, -1.0, timeout_s=20)


async def test_work_past_its_time_is_killed_and_the_next_gets_a_new_process(worker: Worker) -> None:
    pid = await worker.run(os.getpid, timeout_s=20)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        await worker.run(time.sleep, 60, timeout_s=0.3)
    assert time.monotonic() - started < 5
    await until_dead(pid)
    assert await worker.run(os.getpid, timeout_s=20) not in {pid, os.getpid()}


async def test_work_that_kills_its_process_is_an_internal_error(worker: Worker) -> None:
    with pytest.raises(Internal):
        await worker.run(os._exit, 3, timeout_s=20)
    assert await worker.run(math.comb, 4, 2, timeout_s=20) == 6


async def test_a_cancelled_caller_takes_the_work_with_it(worker: Worker) -> None:
    pid = await worker.run(os.getpid, timeout_s=20)
    task = asyncio.create_task(worker.run(time.sleep, 60, timeout_s=100))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until_dead(pid)


async def test_memory_is_bounded() -> None:
    async with Worker(memory_bytes=1 << 30) as worker:
        with pytest.raises(MemoryError):
            await worker.run(bytes, 2 << 30, timeout_s=20)


async def test_leaving_ends_the_process() -> None:
    async with Worker() as worker:
        pid = await worker.run(os.getpid, timeout_s=20)
    await until_dead(pid)


async def test_the_threads_of_numerical_libraries_are_limited(worker: Worker) -> None:
    assert await worker.run(os.getenv, "OMP_NUM_THREADS", timeout_s=20) == "1"
