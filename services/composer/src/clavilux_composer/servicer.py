"""The gRPC face of the use case."""

from __future__ import annotations

from typing import Any

import grpc
from clavilux.composer.v1 import composer_pb2, composer_pb2_grpc

from clavilux_composer import convert
from clavilux_composer.service import CompositionService

Context = grpc.aio.ServicerContext[Any, Any]


class ComposerServicer(composer_pb2_grpc.ComposerServiceServicer):
    """See composer.proto. Errors are mapped by the kit's interceptors."""

    def __init__(self, compositions: CompositionService) -> None:
        self._compositions = compositions

    async def Compose(  # noqa: N802
        self, request: composer_pb2.ComposeRequest, _context: Context
    ) -> composer_pb2.ComposeResponse:
        """Compose one video."""
        composed = await self._compositions.compose(convert.order_from(request))
        return convert.response_to(composed)

    async def Describe(  # noqa: N802
        self, _request: composer_pb2.DescribeRequest, _context: Context
    ) -> composer_pb2.DescribeResponse:
        """Say what is offered."""
        return convert.offers_to()

    async def CancelCall(  # noqa: N802
        self, request: composer_pb2.CancelCallRequest, _context: Context
    ) -> composer_pb2.CancelCallResponse:
        """Stop a running composition."""
        return composer_pb2.CancelCallResponse(cancelled=await self._compositions.cancel(request.request_id))
