"""The planner over gRPC, with a real object store on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from clavilux.planner.v1 import planner_pb2
from clavilux.planner.v1.planner_pb2_grpc import PlannerServiceStub, add_PlannerServiceServicer_to_server
from clavilux_kit.errors import NotFound, ValidationFailed
from clavilux_kit.grpc_channel import call, open_channel
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.objects import open_store
from clavilux_kit.settings import ProcessSettings
from clavilux_planner.servicer import PlannerServicer

from services.planner.tests.planner_songs import DESERT, NEON

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from clavilux.planner.v1.planner_pb2_grpc import PlannerServiceAsyncStub

pytestmark = pytest.mark.integration

KEY = "audio-analyses/job-1/analysis.f00d.json"


@pytest.fixture
async def planner(tmp_path: Path) -> AsyncIterator[PlannerServiceAsyncStub]:
    settings = ProcessSettings(listen="127.0.0.1:0", store_url=f"file://{tmp_path}", grace_s=0.1)
    store = open_store(settings)
    await store.put(KEY, b'{"durationS": 8, "boundaries": [{"endS": 4}, {"startS": 4, "endS": 8}]}')
    server = GrpcServer(settings)
    add_PlannerServiceServicer_to_server(PlannerServicer(store), server.grpc)
    async with server.running("clavilux.planner.v1.PlannerService") as address, open_channel(address) as channel:
        yield PlannerServiceStub(channel)


async def test_a_plan_is_made_from_a_stored_analysis(planner: PlannerServiceAsyncStub) -> None:
    request = planner_pb2.PlanRequest(request_id="r", job_id="job-1", user_prompt=NEON, analysis_key=KEY)
    first, again = [await call(planner.Plan, request, timeout_s=5) for _ in range(2)]
    assert len(first.plan.shots) == 2
    assert first == again


async def test_an_analysis_that_is_not_there_is_not_found(planner: PlannerServiceAsyncStub) -> None:
    with pytest.raises(NotFound):
        await call(
            planner.Plan,
            planner_pb2.PlanRequest(user_prompt=NEON, analysis_key="audio-analyses/job-2/analysis.f00d.json"),
            timeout_s=5,
        )


async def test_a_refusal_names_its_field_to_the_caller(planner: PlannerServiceAsyncStub) -> None:
    options = planner_pb2.PlanOptions(style_preset="baroque")
    request = planner_pb2.PlanRequest(user_prompt=DESERT, analysis_key=KEY, options=options)
    with pytest.raises(ValidationFailed) as refused:
        await call(planner.Plan, request, timeout_s=5)
    assert "neo_noir" in refused.value.fields["options.style_preset"]


async def test_presets_are_described_and_nothing_can_be_cancelled(planner: PlannerServiceAsyncStub) -> None:
    described = await call(planner.Describe, planner_pb2.DescribeRequest(), timeout_s=5)
    cancelled = await call(planner.CancelCall, planner_pb2.CancelCallRequest(request_id="r"), timeout_s=5)
    assert "watercolour" in described.style_presets
    assert not cancelled.cancelled
