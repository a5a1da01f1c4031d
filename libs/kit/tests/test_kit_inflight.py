import asyncio

import pytest
from clavilux_kit.errors import Cancelled, GenerationFailed
from clavilux_kit.inflight import InFlight


class Work:
    """A call that ends when it is told to and counts its starts."""

    def __init__(self) -> None:
        self.starts = 0
        self.cleaned_up = False
        self.finish = asyncio.Event()

    async def __call__(self) -> str:
        self.starts += 1
        try:
            await self.finish.wait()
        finally:
            await asyncio.sleep(0)
            self.cleaned_up = True
        return "done"


async def test_a_second_call_with_the_same_id_joins_the_first() -> None:
    work = Work()
    async with InFlight[str]() as calls:
        first = asyncio.create_task(calls.run("r1", work))
        second = asyncio.create_task(calls.run("r1", work))
        await asyncio.sleep(0)
        work.finish.set()
        assert list(await asyncio.gather(first, second)) == ["done", "done"]
    assert work.starts == 1


async def test_another_id_is_another_call_and_an_ended_one_starts_anew() -> None:
    work = Work()
    work.finish.set()
    async with InFlight[str]() as calls:
        await asyncio.gather(calls.run("r1", work), calls.run("r2", work))
        await calls.run("r1", work)
        assert len(calls) == 0
    assert work.starts == 3


async def test_a_client_that_goes_away_leaves_the_call_running_and_a_later_one_attaches() -> None:
    work = Work()
    async with InFlight[str]() as calls:
        client = asyncio.create_task(calls.run("r1", work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        client.cancel()
        with pytest.raises(asyncio.CancelledError):
            await client
        later = asyncio.create_task(calls.run("r1", work))
        await asyncio.sleep(0)
        work.finish.set()
        assert await later == "done"
    assert work.starts == 1


async def test_a_cancelled_call_has_cleaned_up_and_tells_its_clients() -> None:
    work = Work()
    async with InFlight[str]() as calls:
        client = asyncio.create_task(calls.run("r1", work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert list(await asyncio.gather(calls.cancel("r1"), calls.cancel("r1"))) == [True, True]
        assert work.cleaned_up
        with pytest.raises(Cancelled):
            await client


async def test_cancelling_an_unknown_call_is_no_error() -> None:
    async with InFlight[str]() as calls:
        assert not await calls.cancel("nobody")
        await calls.wait("nobody")


async def test_a_failure_reaches_every_client() -> None:
    async def fail() -> str:
        await asyncio.sleep(0)
        raise GenerationFailed("no luck")

    async with InFlight[str]() as calls:
        outcomes = await asyncio.gather(calls.run("r1", fail), calls.run("r1", fail), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["no luck", "no luck"]


async def test_leaving_interrupts_what_still_runs() -> None:
    work = Work()
    async with InFlight[str]() as calls:
        client = asyncio.create_task(calls.run("r1", work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert work.cleaned_up
    with pytest.raises(Cancelled):
        await client
