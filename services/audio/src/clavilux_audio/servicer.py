"""The gRPC face of the use cases."""

from __future__ import annotations

from typing import Any, TypeAlias

import grpc
from clavilux.audio.v1 import audio_pb2, audio_pb2_grpc

from clavilux_audio import convert
from clavilux_audio.service import AudioService

# As a string: the class is generic for the type checker only.
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class AudioServicer(audio_pb2_grpc.AudioServiceServicer):
    """See audio.proto. Errors are mapped by the kit's interceptors."""

    def __init__(self, audio: AudioService) -> None:
        self._audio = audio

    async def Analyze(  # noqa: N802
        self, request: audio_pb2.AnalyzeRequest, _context: Context
    ) -> audio_pb2.AnalyzeResponse:
        """Hear one song."""
        return convert.response_to(await self._audio.analyse(convert.request_from(request)))

    async def Describe(  # noqa: N802
        self, _request: audio_pb2.DescribeRequest, _context: Context
    ) -> audio_pb2.DescribeResponse:
        """Say what can be bought."""
        return convert.description_to(self._audio.offers())

    async def CancelCall(  # noqa: N802
        self, request: audio_pb2.CancelCallRequest, _context: Context
    ) -> audio_pb2.CancelCallResponse:
        """Stop a running analysis."""
        return audio_pb2.CancelCallResponse(cancelled=await self._audio.cancel(request.request_id))
