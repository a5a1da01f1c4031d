"""The video process: settings, generators, gRPC."""

import asyncio
from contextlib import AsyncExitStack

from clavilux.video.v1.video_pb2_grpc import add_VideoServiceServicer_to_server
from clavilux_kit import telemetry
from clavilux_kit.events import EventBus
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import open_store

from clavilux_video.adapters.animator import open_animator
from clavilux_video.adapters.probe import probe_clip
from clavilux_video.adapters.progress import BusProgress
from clavilux_video.adapters.replicate_clips import open_replicate
from clavilux_video.domain.clip import Clip
from clavilux_video.service import ClipService
from clavilux_video.servicer import VideoServicer
from clavilux_video.settings import Settings


async def serve() -> None:
    """Run until asked to stop."""
    settings = Settings()
    telemetry.configure("video", settings)
    store = open_store(settings)
    server = GrpcServer(settings, max_concurrent_calls=settings.max_concurrent_calls)
    local = await open_animator(settings, store)
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(EventBus.connect(settings.nats_url, "video"))
        paid = await stack.enter_async_context(open_replicate(settings, store))
        calls = await stack.enter_async_context(InFlight[Clip]())
        clips = ClipService(store, probe_clip, BusProgress(bus), calls, local, paid)
        add_VideoServiceServicer_to_server(VideoServicer(clips), server.grpc)
        await server.serve("clavilux.video.v1.VideoService")


def main() -> None:
    """Run the process."""
    asyncio.run(serve())


if __name__ == "__main__":
    main()
