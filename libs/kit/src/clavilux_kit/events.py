"""What happens to jobs, told over NATS: events that can be replayed, and bells that only wake somebody up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import NoStreamResponseError

from clavilux_kit.errors import Unavailable
from clavilux_kit.event_log import ALL_EVENTS, Event, EventLog, subject_of
from clavilux_kit.telemetry import LOST_MESSAGES, get_logger

__all__ = ["JOBS_COMMAND", "JOBS_READY", "Event", "EventBus", "Tap"]

JOBS_READY = "clavilux.jobs.ready"
JOBS_COMMAND = "clavilux.jobs.command"

_PUBLISH_S = 3.0
_POLL_S = 1.0
_FIRST_LOOK_S = 0.005


class EventBus:
    """One connection to NATS. It reconnects for ever; meanwhile calls raise Unavailable and bells stay silent."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._log = EventLog(client)
        self._bells: set[asyncio.Event] = set()
        self._identity: str | None = None

    @classmethod
    @asynccontextmanager
    async def connect(cls, nats_url: str, name: str, *, within_s: float = 10.0) -> AsyncIterator[EventBus]:
        """Connect as `name`, which the server's monitoring shows. Raises Unavailable if it takes over `within_s`."""
        client = Client()
        bus = cls(client)
        try:
            try:
                async with asyncio.timeout(within_s):
                    await client.connect(
                        nats_url,
                        name=name,
                        max_reconnect_attempts=-1,
                        reconnect_time_wait=1,
                        error_cb=_report,
                        disconnected_cb=_report_disconnected,
                        reconnected_cb=bus._reconnected,
                    )
                    await bus._log.ensure()
            except (nats.errors.Error, OSError, TimeoutError) as error:
                raise Unavailable("NATS cannot be reached.") from error
            yield bus
        finally:
            await _close(client)

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands now."""
        return self._client.is_connected

    async def publish(self, event: Event, *, message_id: str) -> None:
        """Put the event into the stream; returns when it is stored. The same `message_id` within ten minutes: once.

        Raises Unavailable when it is not known to be stored, and then the same call can be made again.
        """
        subject = subject_of(event.job_id, event.name)
        data = json.dumps(event.payload).encode()
        try:
            await self._client.jetstream(timeout=_PUBLISH_S).publish(subject, data, headers={"Nats-Msg-Id": message_id})
        except NoStreamResponseError as error:
            await self._ensure()  # NATS lost its files; the next try finds a stream
            raise Unavailable("The event stream was missing.") from error
        except (nats.errors.Error, TimeoutError) as error:
            raise Unavailable("The event stream does not answer.") from error

    async def message(self, job_id: str, *, stage: str, text: str, fraction: float | None = None) -> None:
        """Tell fine progress inside an item, `fraction` from 0 to 1. It may be lost, and never raises."""
        payload: dict[str, object] = {"stage": stage, "text": text}
        if fraction is not None:
            payload["fraction"] = round(fraction, 4)
        try:
            await self._client.publish(subject_of(job_id, "message"), json.dumps(payload).encode())
        except Exception as error:  # noqa: BLE001  # whatever it is, the work goes on
            LOST_MESSAGES.inc()
            get_logger().debug("message_lost", job_id=job_id, stage=stage, error=repr(error))

    async def ring(self, bell: str) -> None:
        """Wake whoever listens to the bell. A lost ring costs them a poll, so it never raises."""
        try:
            await self._client.publish(bell, b"")
        except nats.errors.Error as error:
            get_logger().warning("ring_lost", bell=bell, error=repr(error))

    @asynccontextmanager
    async def bell(self, bell: str) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set at each ring, and after a reconnect since one may have been missed."""
        rung = asyncio.Event()

        async def on_ring(_: Msg) -> None:
            rung.set()

        subscription = await self._client.subscribe(bell, cb=on_ring)
        self._bells.add(rung)
        try:
            await self._client.flush()
            yield rung
        finally:
            self._bells.discard(rung)
            with suppress(nats.errors.Error):  # the connection may be gone before us
                await subscription.unsubscribe()

    @asynccontextmanager
    async def tail(self) -> AsyncIterator[Tap]:
        """Give every event of every job that comes from now on. Raises Unavailable if it cannot begin."""
        async with self.bell(ALL_EVENTS) as rung:
            stream = await self.stream_id()
            yield Tap(self, self._log, rung, stream=stream, floor=await self._log.last_sequence())

    async def replay(self, job_id: str, *, after_sequence: int, until_sequence: int) -> AsyncIterator[Event]:
        """Yield the job's events with after < sequence <= until that the stream still holds, all of them, in order.

        Raises Unavailable when NATS does not answer.
        """
        subject, position = subject_of(job_id, ">"), after_sequence
        while True:
            batch = await self._log.read(subject, after=position)
            for event in batch.events:
                if event.sequence > until_sequence:
                    return
                yield event
            position = batch.position
            if batch.has_more:
                continue
            # The last word is the leader's: the server that answered may have been a little behind.
            missed = await self._log.first_missed(subject, after=position)
            if missed is None or missed > until_sequence:
                return

    async def stream_id(self) -> str:
        """Return what tells this stream from one made anew after a loss: its creation, in Unix milliseconds."""
        if self._identity is None:
            self._identity = await self._log.identity()
        return self._identity

    async def _reconnected(self) -> None:
        get_logger().info("nats_reconnected")
        self._identity = None
        await self._ensure()
        for rung in self._bells:
            rung.set()

    async def _ensure(self) -> None:
        try:
            await self._log.ensure()
        except (nats.errors.Error, TimeoutError) as error:
            get_logger().warning("event_stream_not_ensured", error=repr(error))


class Tap:
    """Every event with a sequence above `floor`, in order. It lives through reconnects and NATS restarts.

    The core subscription only says that there is something; what is given is read from the stream by sequence, so
    nothing is lost between the two.
    """

    def __init__(self, bus: EventBus, log: EventLog, rung: asyncio.Event, *, stream: str, floor: int) -> None:
        self.floor = floor
        self.position = floor
        """Everything up to here has been given."""
        self._bus = bus
        self._log = log
        self._rung = rung
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Yield events as they come, for ever."""
        wait_s = _FIRST_LOOK_S
        while True:
            self._rung.clear()
            try:
                await self._follow()
                batch = await self._log.read(ALL_EVENTS, after=self.position)
            except Unavailable as error:
                get_logger().warning("tap_waits", reason=error.message)
                await asyncio.sleep(_POLL_S)
                continue
            for event in batch.events:
                self.position = event.sequence
                yield event
            self.position = batch.position
            if not batch.events:
                wait_s = await self._wait(wait_s)

    async def _follow(self) -> None:
        """Begin at the first event of the stream if it is another one than before."""
        current = await self._bus.stream_id()
        if current != self._stream:
            get_logger().warning("event_stream_replaced", lost_after=self.position)
            self.position = 0
            self._stream = current

    async def _wait(self, wait_s: float) -> float:
        """Wait for a ring, at most `wait_s`; return how long to wait the next time.

        A ring can be faster than the stream's disk. So after one, the looks come close together at first.
        """
        try:
            async with asyncio.timeout(wait_s):
                await self._rung.wait()
        except TimeoutError:
            return min(2 * wait_s, _POLL_S)
        return _FIRST_LOOK_S


async def _close(client: Client) -> None:
    # What cannot be sent any more is rings and fine progress: publish() has returned or raised.
    with suppress(nats.errors.Error, OSError):
        if client.is_connected:
            await client.flush(timeout=2)
    # TypeError: asyncio of Python 3.13.0 stumbles over what is still to be written to a connection that is lost.
    with suppress(OSError, TypeError):
        await client.close()


async def _report(error: Exception) -> None:
    get_logger().warning("nats_error", error=repr(error))


async def _report_disconnected() -> None:
    get_logger().warning("nats_disconnected")
