"""The orchestrator: `python -m clavilux_orchestrator.main`."""

from __future__ import annotations

import asyncio

from clavilux_kit import telemetry
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.lifecycle import until_stopped

from clavilux_orchestrator.settings import Settings
from clavilux_orchestrator.wiring import open_worker


async def serve() -> None:
    """Work until SIGTERM or SIGINT; then hand the jobs back and end."""
    settings = Settings()
    telemetry.configure("orchestrator", settings)
    stopping = asyncio.Event()
    # The server answers health only. Nobody calls the orchestrator, so there is nothing to drain.
    async with open_worker(settings) as worker, GrpcServer(settings).running(), asyncio.TaskGroup() as group:
        group.create_task(worker.work(stopping))
        await until_stopped()
        stopping.set()


def main() -> None:
    """Run the process."""
    asyncio.run(serve())


if __name__ == "__main__":
    main()
