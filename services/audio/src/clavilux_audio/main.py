"""The ear's process: settings, a worker that listens, a transcriber, gRPC."""

import asyncio
from contextlib import AsyncExitStack

from clavilux.audio.v1.audio_pb2_grpc import add_AudioServiceServicer_to_server
from clavilux_kit import telemetry
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import open_store

from clavilux_audio.adapters.ear import open_ear
from clavilux_audio.adapters.transcribers import open_transcriber
from clavilux_audio.domain.song import Analysis
from clavilux_audio.service import AudioService
from clavilux_audio.servicer import AudioServicer
from clavilux_audio.settings import Settings


async def serve() -> None:
    """Run until asked to stop."""
    settings = Settings()
    telemetry.configure("audio", settings)
    server = GrpcServer(settings, max_concurrent_calls=settings.max_concurrent_calls)
    async with AsyncExitStack() as stack:
        ear = await stack.enter_async_context(open_ear(settings))
        transcriber = await stack.enter_async_context(open_transcriber(settings))
        calls = await stack.enter_async_context(InFlight[Analysis]())
        audio = AudioService(open_store(settings), ear, transcriber, calls)
        add_AudioServiceServicer_to_server(AudioServicer(audio), server.grpc)
        await server.serve("clavilux.audio.v1.AudioService")


def main() -> None:
    """Run the process."""
    asyncio.run(serve())


if __name__ == "__main__":
    main()
