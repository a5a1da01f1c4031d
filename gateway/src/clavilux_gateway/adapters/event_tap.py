"""One tap on the event bus for the whole process, and a bounded queue for each client behind it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import UUID

from clavilux_kit.events import Event, EventBus, Tap
from clavilux_kit.telemetry import get_logger

from clavilux_gateway.domain.telling import JobEvent
from clavilux_gateway.metrics import SSE_DROPPED

log = get_logger()


class LiveEvents:
    """The port `Subscription`: what happens to one job, for one client."""

    def __init__(self, floor: int, capacity: int) -> None:
        self.floor = floor
        self._queue: asyncio.Queue[JobEvent | None] = asyncio.Queue()
        self._capacity = capacity
        self._is_over = False

    def offer(self, event: JobEvent) -> None:
        """Hand an event over; a client that has left too many unread is dropped instead."""
        if self._is_over:
            return
        if self._queue.qsize() >= self._capacity:
            SSE_DROPPED.inc()
            self.hang_up()
        else:
            self._queue.put_nowait(event)

    def hang_up(self) -> None:
        """End the iteration after what is queued. The client comes back with the last id it was sent."""
        if not self._is_over:
            self._is_over = True
            self._queue.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[JobEvent]:
        while (event := await self._queue.get()) is not None:
            yield event


class EventTap:
    """The port `EventFeed` over the event bus."""

    def __init__(self, bus: EventBus, tap: Tap, *, queue_events: int) -> None:
        self._bus = bus
        self._tap = tap
        self._queue_events = queue_events
        self._floor = tap.floor
        self._clients: dict[str, set[LiveEvents]] = {}
        self._is_closed = False

    @classmethod
    @asynccontextmanager
    async def open(cls, bus: EventBus, *, queue_events: int) -> AsyncIterator["EventTap"]:
        """Tap the bus for as long as the context lasts. Raises Unavailable if it cannot begin."""
        async with bus.tail() as tap:
            event_tap = cls(bus, tap, queue_events=queue_events)
            flowing = asyncio.create_task(event_tap._flow(), name="event tap")
            try:
                yield event_tap
            finally:
                event_tap.hang_up()
                flowing.cancel()
                await asyncio.wait([flowing])

    def hang_up(self) -> None:
        """End all streams, those that begin later too: the process stops."""
        self._is_closed = True
        self._hang_up_clients()

    async def stream_id(self) -> str:
        """Return the creation time of the stream. Raises Unavailable."""
        return await self._bus.stream_id()

    @contextmanager
    def subscribe(self, job_id: UUID) -> Iterator[LiveEvents]:
        """Collect a job's events for one client from now on."""
        client = LiveEvents(self._floor, self._queue_events)
        clients = self._clients.setdefault(str(job_id), set())
        clients.add(client)
        if self._is_closed:
            client.hang_up()
        try:
            yield client
        finally:
            clients.discard(client)
            if not clients:
                self._clients.pop(str(job_id), None)

    async def history(self, job_id: UUID, *, until_sequence: int) -> list[JobEvent]:
        """Read what the stream holds of a job. Raises Unavailable."""
        past = self._bus.replay(str(job_id), after_sequence=0, until_sequence=until_sequence)
        return [_job_event(event) async for event in past]

    @property
    def client_count(self) -> int:
        """How many clients follow a job now."""
        return sum(len(clients) for clients in self._clients.values())

    async def _flow(self) -> None:
        try:
            async for event in self._tap:
                if event.sequence <= self._floor:
                    # NATS lost its files and counts anew: what clients have seen means nothing in this stream.
                    self._hang_up_clients()
                self._floor = event.sequence
                for client in tuple(self._clients.get(event.job_id, ())):
                    client.offer(_job_event(event))
                # Events come in batches; clients send them off meanwhile, so that none is found slow at the end of one.
                await asyncio.sleep(0)
        except Exception:
            log.exception("event_tap_broke")
            self.hang_up()
            raise

    def _hang_up_clients(self) -> None:
        for clients in self._clients.values():
            for client in clients:
                client.hang_up()

    @property
    def is_flowing(self) -> bool:
        """Whether clients are told what happens; once it is not, the process has to be replaced."""
        return not self._is_closed


def _job_event(event: Event) -> JobEvent:
    return JobEvent(event.name, event.payload, event.sequence)
