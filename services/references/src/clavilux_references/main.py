"""The references process: settings, painters, gRPC."""

import asyncio
from contextlib import AsyncExitStack

from clavilux.references.v1.references_pb2_grpc import add_ReferenceServiceServicer_to_server
from clavilux_kit import telemetry
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import open_store

from clavilux_references.adapters.painter import open_painter
from clavilux_references.adapters.replicate_images import open_replicate
from clavilux_references.domain.picture import Picture
from clavilux_references.service import PictureService
from clavilux_references.servicer import ReferenceServicer
from clavilux_references.settings import Settings


async def serve() -> None:
    """Run until asked to stop."""
    settings = Settings()
    telemetry.configure("references", settings)
    server = GrpcServer(settings, max_concurrent_calls=settings.max_concurrent_calls)
    local = await open_painter(settings)
    async with AsyncExitStack() as stack:
        paid = await stack.enter_async_context(open_replicate(settings))
        calls = await stack.enter_async_context(InFlight[Picture]())
        pictures = PictureService(open_store(settings), calls, local, paid)
        add_ReferenceServiceServicer_to_server(ReferenceServicer(pictures), server.grpc)
        await server.serve("clavilux.references.v1.ReferenceService")


def main() -> None:
    """Run the process."""
    asyncio.run(serve())


if __name__ == "__main__":
    main()
