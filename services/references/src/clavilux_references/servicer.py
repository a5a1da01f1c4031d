"""The gRPC face of the use cases."""

from __future__ import annotations

from typing import Any, TypeAlias

import grpc
from clavilux.references.v1 import references_pb2, references_pb2_grpc

from clavilux_references import convert
from clavilux_references.service import PictureService

# As a string: the class is generic for the type checker only.
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class ReferenceServicer(references_pb2_grpc.ReferenceServiceServicer):
    """See references.proto. Errors are mapped by the kit's interceptors."""

    def __init__(self, pictures: PictureService) -> None:
        self._pictures = pictures

    async def GenerateImage(  # noqa: N802
        self, request: references_pb2.GenerateImageRequest, _context: Context
    ) -> references_pb2.GenerateImageResponse:
        """Make one picture."""
        picture = await self._pictures.generate(convert.request_from(request))
        return convert.response_to(picture)

    async def Describe(  # noqa: N802
        self, _request: references_pb2.DescribeRequest, _context: Context
    ) -> references_pb2.DescribeResponse:
        """Say what is offered."""
        return convert.offers_to(self._pictures.offers())

    async def CancelCall(  # noqa: N802
        self, request: references_pb2.CancelCallRequest, _context: Context
    ) -> references_pb2.CancelCallResponse:
        """Cancel a running call."""
        return references_pb2.CancelCallResponse(cancelled=await self._pictures.cancel(request.request_id))
