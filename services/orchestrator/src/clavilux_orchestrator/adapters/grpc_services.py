"""The five services over gRPC: documents in, documents out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import ModuleType
from typing import Any

import grpc
from clavilux.audio.v1 import audio_pb2, audio_pb2_grpc
from clavilux.composer.v1 import composer_pb2, composer_pb2_grpc
from clavilux.planner.v1 import planner_pb2, planner_pb2_grpc
from clavilux.references.v1 import references_pb2, references_pb2_grpc
from clavilux.video.v1 import video_pb2, video_pb2_grpc
from clavilux_kit.errors import ClaviluxError
from clavilux_kit.grpc_channel import call, open_channel
from clavilux_kit.telemetry import get_logger
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from clavilux_orchestrator.domain.stages import Document

_CONTRACTS: Mapping[str, tuple[type, ModuleType]] = {
    "audio": (audio_pb2_grpc.AudioServiceStub, audio_pb2),
    "planner": (planner_pb2_grpc.PlannerServiceStub, planner_pb2),
    "references": (references_pb2_grpc.ReferenceServiceStub, references_pb2),
    "video": (video_pb2_grpc.VideoServiceStub, video_pb2),
    "composer": (composer_pb2_grpc.ComposerServiceStub, composer_pb2),
}

_CANCEL_TIMEOUT_S = 4.0


def request_message(service: str, method: str, document: Document) -> Message:
    """The message `<method>Request` of a service. Raises ParseError when the contract has no such field."""
    message: Message = getattr(_CONTRACTS[service][1], f"{method}Request")()
    return ParseDict(dict(document), message)


def document_of(message: Message) -> dict[str, Any]:
    """A message as a document, the empty fields included; 64-bit integers are strings in it."""
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


class GrpcServices:
    """The `Services`, by their channels."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self._stubs: dict[str, Any] = {name: _CONTRACTS[name][0](channel) for name, channel in channels.items()}

    async def call(self, service: str, method: str, request: Document, *, timeout_s: float) -> Document:
        """Make one call."""
        message = request_message(service, method, request)
        reply: Message = await call(getattr(self._stubs[service], method), message, timeout_s=timeout_s)
        return document_of(reply)

    async def cancel(self, service: str, request_id: str) -> None:
        """Cancel a call."""
        try:
            await self.call(service, "CancelCall", {"request_id": request_id}, timeout_s=_CANCEL_TIMEOUT_S)
        except ClaviluxError as error:
            get_logger().warning("cancel_call_failed", service=service, request_id=request_id, code=error.code)


@asynccontextmanager
async def open_services(targets: Mapping[str, str]) -> AsyncIterator[GrpcServices]:
    """Channels to all services, by name."""
    async with AsyncExitStack() as stack:
        channels = {name: await stack.enter_async_context(open_channel(target)) for name, target in targets.items()}
        yield GrpcServices(channels)
