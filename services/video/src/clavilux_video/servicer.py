"""The gRPC face of the use cases."""

from __future__ import annotations

from typing import Any, TypeAlias

import grpc
from clavilux.video.v1 import video_pb2, video_pb2_grpc

from clavilux_video import convert
from clavilux_video.service import ClipService

# As a string: the class is generic for the type checker only.
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class VideoServicer(video_pb2_grpc.VideoServiceServicer):
    """See video.proto. Errors are mapped by the kit's interceptors."""

    def __init__(self, clips: ClipService) -> None:
        self._clips = clips

    async def GenerateClip(  # noqa: N802
        self, request: video_pb2.GenerateClipRequest, _context: Context
    ) -> video_pb2.GenerateClipResponse:
        """Make one clip."""
        clip = await self._clips.generate(convert.request_from(request))
        return convert.response_to(clip)

    async def Describe(  # noqa: N802
        self, _request: video_pb2.DescribeRequest, _context: Context
    ) -> video_pb2.DescribeResponse:
        """Say what is offered."""
        return convert.offers_to(self._clips.offers())

    async def CancelCall(  # noqa: N802
        self, request: video_pb2.CancelCallRequest, _context: Context
    ) -> video_pb2.CancelCallResponse:
        """Cancel a running call."""
        return video_pb2.CancelCallResponse(cancelled=await self._clips.cancel(request.request_id))
