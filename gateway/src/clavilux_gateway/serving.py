"""Uvicorn as we run it: announced once it serves, and stopped in order."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from clavilux_kit.lifecycle import announced, until_stopped
from clavilux_kit.telemetry import get_logger
from fastapi import FastAPI

from clavilux_gateway.settings import Settings

log = get_logger()

_MAX_HEADER_BYTES = 32 * 1024


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own, and with an event for the moment it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


async def serve(app: FastAPI, settings: Settings, *, hang_up: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; then end the event streams, let other requests finish, and return."""
    async with running(app, settings, hang_up=hang_up):
        await until_stopped()
        log.info("stopping")


@asynccontextmanager
async def running(app: FastAPI, settings: Settings, *, hang_up: Callable[[], None]) -> AsyncIterator[str]:
    """Serve inside the `async with`; gives the address, "host:port". Raises OSError when it is taken."""
    host, _, port = settings.listen.rpartition(":")
    with socket.create_server((host.strip("[]"), int(port)), backlog=2048) as listener:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            lifespan="off",
            timeout_graceful_shutdown=int(settings.grace_s),
            h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
            http="h11",
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve([listener]), name="uvicorn")
        listening = asyncio.create_task(server.listens.wait())
        try:
            await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
            address = f"{_reachable(host)}:{listener.getsockname()[1]}"
            with announced(settings.ready_file, address):
                log.info("serving", address=address)
                yield address
        finally:
            listening.cancel()
            hang_up()
            server.should_exit = True
            await serving
            log.info("stopped")


def _reachable(host: str) -> str:
    """Return the host under which this machine reaches what listens there."""
    return "127.0.0.1" if host in ("", "0.0.0.0", "[::]") else host  # noqa: S104
