"""The composer process: settings, tools, gRPC."""

import asyncio
from contextlib import AsyncExitStack

from clavilux.composer.v1.composer_pb2_grpc import add_ComposerServiceServicer_to_server
from clavilux_kit import telemetry
from clavilux_kit.events import EventBus
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import open_store

from clavilux_composer.domain.composition import Composed
from clavilux_composer.service import CompositionService
from clavilux_composer.servicer import ComposerServicer
from clavilux_composer.settings import Settings
from clavilux_composer.wiring import open_tools


async def serve() -> None:
    """Run until asked to stop."""
    settings = Settings()
    telemetry.configure("composer", settings)
    server = GrpcServer(settings, max_concurrent_calls=settings.max_concurrent_calls)
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EventBus.connect(settings.nats_url, "composer"))
        calls = await stack.enter_async_context(InFlight[Composed]())
        tools = open_tools(settings, open_store(settings), bus)
        compositions = CompositionService(tools, calls, videos_at_once=settings.videos_at_once)
        add_ComposerServiceServicer_to_server(ComposerServicer(compositions), server.grpc)
        await server.serve("clavilux.composer.v1.ComposerService")


def main() -> None:
    """Run the process."""
    asyncio.run(serve())


if __name__ == "__main__":
    main()
