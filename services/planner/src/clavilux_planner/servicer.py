"""The gRPC service: three lines a call."""

from typing import Any

import grpc
from clavilux.planner.v1 import planner_pb2
from clavilux.planner.v1.planner_pb2_grpc import PlannerServiceServicer
from clavilux_kit.objects import ObjectStore

from clavilux_planner import convert
from clavilux_planner.service import plan_video

_Context = grpc.aio.ServicerContext[Any, Any]


class PlannerServicer(PlannerServiceServicer):
    """Answers for the director."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def Plan(self, request: planner_pb2.PlanRequest, context: _Context) -> planner_pb2.PlanResponse:  # noqa: ARG002, N802
        """Plan one video."""
        analysis = convert.analysis_from_json(await self._store.get(request.analysis_key))
        return convert.response_to(plan_video(convert.brief_from(request), analysis))

    async def Describe(  # noqa: N802
        self,
        request: planner_pb2.DescribeRequest,  # noqa: ARG002
        context: _Context,  # noqa: ARG002
    ) -> planner_pb2.DescribeResponse:
        """Say what can be bought here."""
        return convert.description()

    async def CancelCall(  # noqa: N802
        self,
        request: planner_pb2.CancelCallRequest,  # noqa: ARG002
        context: _Context,  # noqa: ARG002
    ) -> planner_pb2.CancelCallResponse:
        """Nothing is ever bought here, so nothing can be running."""
        return planner_pb2.CancelCallResponse(cancelled=False)
