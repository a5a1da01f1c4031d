"""Real NATS: the fixture's, and for restarts one of the test's own."""

import asyncio
import json
import socket
import subprocess
import sysconfig
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest
from clavilux_kit.errors import Unavailable, ValidationFailed
from clavilux_kit.events import JOBS_READY, Event, EventBus, Tap

pytestmark = pytest.mark.integration


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[EventBus]:
    async with EventBus.connect(nats_url, "test") as bus:
        yield bus


async def tell(bus: EventBus, job_id: str, n: int, *, name: str = "progress") -> None:
    await bus.publish(Event(job_id, name, {"n": n}), message_id=f"{job_id}-{n}")


async def take(tap: Tap, count: int, *, within_s: float = 5.0) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(within_s):
        async for event in tap:
            events.append(event)
            if len(events) == count:
                break
    return events


async def past(bus: EventBus, job_id: str, *, after: int = 0, until: int = 2**60) -> list[Event]:
    return [event async for event in bus.replay(job_id, after_sequence=after, until_sequence=until)]


async def test_the_tap_gives_every_new_event_with_its_place_in_the_stream(bus: EventBus) -> None:
    await tell(bus, "tap-old", 0)
    async with bus.tail() as tap:
        await tell(bus, "tap-a", 1, name="stage_update")
        await tell(bus, "tap-b", 2)
        events = await take(tap, 2)
    assert [(event.job_id, event.name, event.payload) for event in events] == [
        ("tap-a", "stage_update", {"n": 1}),
        ("tap-b", "progress", {"n": 2}),
    ]
    assert [event.sequence for event in events] == [tap.floor + 1, tap.floor + 2]


async def test_an_event_published_twice_under_one_id_happened_once(bus: EventBus) -> None:
    async with bus.tail() as tap:
        await tell(bus, "twice", 1)
        await tell(bus, "twice", 1)
        await tell(bus, "twice", 2)
        events = await take(tap, 2)
    assert [event.payload["n"] for event in events] == [1, 2]


async def test_a_replay_gives_exactly_the_jobs_events_between_two_sequences(bus: EventBus) -> None:
    for n in range(600):
        await tell(bus, f"replay-{n % 2}", n)
    whole = await past(bus, "replay-1")
    assert [event.payload["n"] for event in whole] == list(range(1, 600, 2))
    some = await past(bus, "replay-1", after=whole[3].sequence, until=whole[290].sequence)
    assert some == whole[4:291]
    assert await past(bus, "replay-1", after=whole[-1].sequence) == []


async def test_replay_and_tap_meet_without_gap_or_overlap(bus: EventBus) -> None:
    async def publish() -> None:
        for n in range(200):
            await tell(bus, "meet", n)

    publishing = asyncio.create_task(publish())
    await asyncio.sleep(0.02)
    async with bus.tail() as tap:
        before = await past(bus, "meet", until=tap.floor)
        after = await take(tap, 200 - len(before))
    await publishing
    assert [event.payload["n"] for event in [*before, *after]] == list(range(200))


async def test_a_job_id_with_wildcards_replays_nothing_of_others(bus: EventBus) -> None:
    for job_id in ("*", ">", "a.b", "", "a b"):
        with pytest.raises(ValidationFailed):
            await past(bus, job_id)
        with pytest.raises(ValidationFailed):
            await tell(bus, job_id, 1)


async def test_fine_progress_is_told_at_once_and_keeps_its_place(bus: EventBus) -> None:
    async with bus.tail() as tap:
        await bus.message("fine", stage="composition", text="Encoding", fraction=1 / 3)
        [event] = await take(tap, 1, within_s=1.0)
    assert event == Event(
        "fine", "message", {"stage": "composition", "text": "Encoding", "fraction": 0.3333}, tap.floor + 1
    )


async def test_fine_progress_never_raises(nats_url: str) -> None:
    async with EventBus.connect(nats_url, "test") as bus:
        await bus.message("not a subject", stage="composition", text="x")
    await bus.message("job", stage="composition", text="after the connection was closed")


async def test_a_message_of_somebody_else_does_not_stop_the_tap(bus: EventBus, nats_url: str) -> None:
    async with bus.tail() as tap:
        stranger = await nats.connect(nats_url)
        # Acknowledged, so that both lie in the stream before what comes over another connection.
        await stranger.jetstream().publish("clavilux.events.job.progress", b"\xff not JSON")
        await stranger.jetstream().publish("clavilux.events.job.progress", b"[1, 2]")
        await stranger.close()
        await tell(bus, "stranger", 1)
        [event] = await take(tap, 1)
    assert event.job_id == "stranger"
    assert event.sequence == tap.floor + 3


async def test_a_bell_wakes_whoever_listens(bus: EventBus, nats_url: str) -> None:
    async with EventBus.connect(nats_url, "other") as other, bus.bell(JOBS_READY) as rung:
        assert not rung.is_set()
        await other.ring(JOBS_READY)
        async with asyncio.timeout(2):
            await rung.wait()


async def test_without_nats_a_process_says_so_in_time() -> None:
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable):
            async with EventBus.connect("nats://127.0.0.1:1", "test", within_s=1.0):
                pass


class Server:
    """A NATS that can be stopped and started on the same port and the same files."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"nats://127.0.0.1:{self._port}"

    def start(self, files: str = "jetstream") -> None:
        binary = Path(sysconfig.get_path("scripts")) / "nats-server"
        arguments = ["-js", "-a", "127.0.0.1", "-p", str(self._port), "-sd", str(self._folder / files)]
        self._process = subprocess.Popen([str(binary), *arguments], stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


async def until_told(bus: EventBus, job_id: str, n: int) -> None:
    """Publish as the outbox does: again and again under the same id."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await tell(bus, job_id, n)
            except Unavailable:
                await asyncio.sleep(0.2)


async def test_the_tap_loses_nothing_when_nats_is_killed_and_comes_back(server: Server) -> None:
    async with EventBus.connect(server.url, "test") as bus, bus.tail() as tap, bus.bell(JOBS_READY) as rung:
        taking = asyncio.create_task(take(tap, 20, within_s=40))
        for n in range(20):
            if n == 7:
                server.kill()
                server.start()
            await until_told(bus, "job", n)
        events = await taking
        assert bus.is_connected
        assert rung.is_set()
    assert [event.payload["n"] for event in events] == list(range(20))


async def test_a_tap_waits_for_a_nats_that_went_away_before_it_was_first_read(server: Server) -> None:
    async with EventBus.connect(server.url, "test") as bus, bus.tail() as tap:
        server.kill()
        taking = asyncio.create_task(take(tap, 1, within_s=30))
        await asyncio.sleep(0.1)
        server.start()
        await until_told(bus, "job", 0)
        [event] = await taking
    assert event.payload["n"] == 0


async def test_a_stream_that_was_lost_is_made_anew_and_known_as_another(server: Server) -> None:
    async with EventBus.connect(server.url, "test") as bus, bus.tail() as tap:
        for n in range(3):
            await tell(bus, "job", n)
        await take(tap, 3)
        first = await bus.stream_id()
        server.kill()
        server.start(files="empty")
        taking = asyncio.create_task(take(tap, 1, within_s=30))
        await until_told(bus, "job", 3)
        [event] = await taking
        assert event.sequence == 1
        assert await bus.stream_id() != first


async def test_a_publisher_is_told_when_nats_is_away(server: Server) -> None:
    async with EventBus.connect(server.url, "test") as bus:
        server.kill()
        with pytest.raises(Unavailable):
            await tell(bus, "job", 1)
        await bus.message("job", stage="composition", text="lost")
        await bus.ring(JOBS_READY)


@asynccontextmanager
async def operators_stream(url: str) -> AsyncIterator[None]:
    client = await nats.connect(url)
    await client.jetstream().add_stream(name="EVENTS", subjects=["clavilux.events.>"], allow_direct=True, max_age=60)
    yield
    await client.close()


async def test_a_stream_that_an_operator_made_is_used_as_it_is(server: Server) -> None:
    await asyncio.sleep(0.5)
    async with operators_stream(server.url), EventBus.connect(server.url, "test") as bus, bus.tail() as tap:
        await tell(bus, "job", 1)
        assert json.dumps((await take(tap, 1))[0].payload) == '{"n": 1}'
