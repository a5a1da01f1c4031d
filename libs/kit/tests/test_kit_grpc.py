"""Real gRPC on loopback, with the video service's contract as the example."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import grpc
import pytest
from clavilux.video.v1 import video_pb2, video_pb2_grpc
from clavilux_kit.errors import GenerationFailed, Internal, TimedOut, Unavailable, ValidationFailed
from clavilux_kit.grpc_channel import call, open_channel
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.settings import ProcessSettings
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]  # publishes no types
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc  # type: ignore[import-untyped]  # likewise
from prometheus_client import REGISTRY

pytestmark = pytest.mark.integration

NAME = "clavilux.video.v1.VideoService"
SETTINGS = ProcessSettings(listen="127.0.0.1:0", grace_s=0.2, drain_pause_s=0.0)

Stub: TypeAlias = "video_pb2_grpc.VideoServiceAsyncStub"  # exists for the type checker only


class Videos(video_pb2_grpc.VideoServiceServicer):
    """Does what the request_id says."""

    def __init__(self) -> None:
        self.calls = 0
        self.called = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.gate = asyncio.Event()

    async def GenerateClip(  # noqa: N802  # gRPC's name
        self, request: video_pb2.GenerateClipRequest, context: object
    ) -> video_pb2.GenerateClipResponse:
        self.calls += 1
        self.called.set()
        match request.request_id:
            case "invalid":
                raise ValidationFailed("Too short.", fields={"slot_frames": "at least 1"})
            case "failed":
                raise GenerationFailed("The provider refused.", spent_micros=500_000)
            case "away":
                raise Unavailable("The provider does not answer.")
            case "crash":
                raise RuntimeError("a secret path")
            case "slow":
                await self._wait()
        return video_pb2.GenerateClipResponse(clip_key=request.output_key)

    async def Describe(  # noqa: N802
        self, request: video_pb2.DescribeRequest, context: object
    ) -> video_pb2.DescribeResponse:
        return video_pb2.DescribeResponse()

    async def CancelCall(  # noqa: N802
        self, request: video_pb2.CancelCallRequest, context: object
    ) -> video_pb2.CancelCallResponse:
        return video_pb2.CancelCallResponse()

    async def _wait(self) -> None:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@asynccontextmanager
async def serving(
    videos: Videos, *, settings: ProcessSettings = SETTINGS, max_concurrent_calls: int | None = None
) -> AsyncIterator[tuple[Stub, str]]:
    server = GrpcServer(settings, max_concurrent_calls=max_concurrent_calls)
    video_pb2_grpc.add_VideoServiceServicer_to_server(videos, server.grpc)
    async with server.running(NAME) as address, open_channel(address) as channel:
        yield video_pb2_grpc.VideoServiceStub(channel), address


def asking(request_id: str) -> video_pb2.GenerateClipRequest:
    return video_pb2.GenerateClipRequest(request_id=request_id, job_id="job-1", output_key="video-clips/job-1/clip_0")


async def until(happened: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await happened.wait()


def observed(code: str) -> float:
    labels = {"method": f"{NAME}/GenerateClip", "code": code}
    return REGISTRY.get_sample_value("rpc_duration_seconds_count", labels) or 0.0


async def test_a_call_is_answered_and_counted() -> None:
    before = observed("OK")
    async with serving(Videos()) as (stub, _):
        reply = await call(stub.GenerateClip, asking("fine"), timeout_s=5)
    assert reply.clip_key == "video-clips/job-1/clip_0"
    assert observed("OK") == before + 1


async def test_an_error_arrives_with_its_fields_and_cost() -> None:
    async with serving(Videos()) as (stub, _):
        with pytest.raises(ValidationFailed, match=r"Too short\.") as invalid:
            await call(stub.GenerateClip, asking("invalid"), timeout_s=5)
        with pytest.raises(GenerationFailed) as failed:
            await call(stub.GenerateClip, asking("failed"), timeout_s=5)
    assert invalid.value.fields == {"slot_frames": "at least 1"}
    assert failed.value.spent_micros == 500_000


async def test_a_crash_is_answered_opaquely() -> None:
    async with serving(Videos()) as (stub, _):
        with pytest.raises(Internal) as crashed:
            await call(stub.GenerateClip, asking("crash"), timeout_s=5)
    assert "secret" not in crashed.value.message


async def test_an_unavailable_provider_is_not_asked_again_by_the_channel() -> None:
    videos = Videos()
    async with serving(videos) as (stub, _):
        with pytest.raises(Unavailable, match=r"The provider does not answer\."):
            await call(stub.GenerateClip, asking("away"), timeout_s=10)
    assert videos.calls == 1


async def test_a_passed_deadline_is_a_timeout_and_the_handler_is_told() -> None:
    videos, before = Videos(), observed("INTERNAL")
    async with serving(videos) as (stub, _):
        with pytest.raises(TimedOut):
            await call(stub.GenerateClip, asking("slow"), timeout_s=0.2)
        await until(videos.cancelled)
    assert observed("INTERNAL") == before


async def test_our_own_cancellation_stays_one() -> None:
    videos = Videos()
    async with serving(videos) as (stub, _):
        task = asyncio.create_task(call(stub.GenerateClip, asking("slow"), timeout_s=5))
        await until(videos.called)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_full_service_refuses_before_it_starts_but_still_describes_itself() -> None:
    videos = Videos()
    async with serving(videos, max_concurrent_calls=1) as (stub, address):
        first = asyncio.create_task(call(stub.GenerateClip, asking("slow"), timeout_s=20))
        await until(videos.called)
        with pytest.raises(Unavailable, match="full"):
            await call(stub.GenerateClip, asking("second"), timeout_s=20)
        assert videos.calls == 1
        await call(stub.Describe, video_pb2.DescribeRequest(), timeout_s=5)
        assert await health(address, NAME) == "SERVING"
        videos.gate.set()
        await first


async def test_a_call_that_met_a_full_service_gets_in_when_there_is_room() -> None:
    videos = Videos()
    async with serving(videos, max_concurrent_calls=1) as (stub, _):
        first = asyncio.create_task(call(stub.GenerateClip, asking("slow"), timeout_s=20))
        await until(videos.called)
        second = asyncio.create_task(call(stub.GenerateClip, asking("second"), timeout_s=20))
        await asyncio.sleep(0.1)
        videos.gate.set()
        assert (await second).clip_key
        await first


async def test_a_server_that_is_not_there_is_unavailable_within_the_deadline() -> None:
    async with open_channel("127.0.0.1:1") as channel:
        stub: Stub = video_pb2_grpc.VideoServiceStub(channel)
        with pytest.raises((Unavailable, TimedOut)):
            await call(stub.GenerateClip, asking("fine"), timeout_s=15)


async def test_a_server_that_stops_in_the_middle_is_unavailable() -> None:
    videos = Videos()
    async with AsyncExitStack() as server:
        _, address = await server.enter_async_context(serving(videos))
        async with open_channel(address) as channel:
            stub: Stub = video_pb2_grpc.VideoServiceStub(channel)
            task = asyncio.create_task(call(stub.GenerateClip, asking("slow"), timeout_s=20))
            await until(videos.called)
            await server.aclose()
            with pytest.raises(Unavailable):
                await task


async def test_a_channel_closed_in_the_middle_is_unavailable_and_no_cancellation() -> None:
    videos = Videos()
    async with serving(videos) as (_, address):
        async with open_channel(address) as channel:
            stub: Stub = video_pb2_grpc.VideoServiceStub(channel)
            task = asyncio.create_task(call(stub.GenerateClip, asking("slow"), timeout_s=20))
            await until(videos.called)
        with pytest.raises(Unavailable):
            await task


async def test_calls_go_to_all_servers_behind_a_name_in_turn() -> None:
    one, two = Videos(), Videos()
    async with serving(one) as (_, first), serving(two) as (_, second):
        both = f"ipv4:{first},{second}"
        async with open_channel(both) as channel:
            stub: Stub = video_pb2_grpc.VideoServiceStub(channel)
            for _ in range(20):
                await call(stub.GenerateClip, asking("fine"), timeout_s=5)
    assert min(one.calls, two.calls) >= 8


async def health(address: str, service: str) -> str:
    async with grpc.aio.insecure_channel(address) as channel:
        reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service))
    name: str = health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)
    return name


async def test_health_and_reflection_are_served() -> None:
    async with serving(Videos()) as (_, address), grpc.aio.insecure_channel(address) as channel:
        assert await health(address, "") == "SERVING"
        assert await health(address, NAME) == "SERVING"
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        answers = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        names = [service.name async for answer in answers for service in answer.list_services_response.service]
    assert NAME in names


async def test_a_taken_address_is_an_error_and_not_shared() -> None:
    async with serving(Videos()) as (_, address):
        with pytest.raises(RuntimeError):
            async with serving(Videos(), settings=SETTINGS.model_copy(update={"listen": address})):
                pass


PROCESS = """
import asyncio, sys
from clavilux_kit import telemetry
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.settings import ProcessSettings
from clavilux.video.v1 import video_pb2, video_pb2_grpc

class Videos(video_pb2_grpc.VideoServiceServicer):
    async def GenerateClip(self, request, context):
        await asyncio.sleep(1)
        return video_pb2.GenerateClipResponse(clip_key="drained")

async def serve():
    settings = ProcessSettings()
    telemetry.configure("example", settings)
    server = GrpcServer(settings)
    video_pb2_grpc.add_VideoServiceServicer_to_server(Videos(), server.grpc)
    await server.serve("clavilux.video.v1.VideoService")
    print("closed in order")

asyncio.run(serve())
"""


async def test_sigterm_lets_running_calls_end_and_takes_the_ready_file_away(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    environment = os.environ | {
        "CLAVILUX_LISTEN": "127.0.0.1:0",
        "CLAVILUX_READY_FILE": str(ready_file),
        "CLAVILUX_DRAIN_PAUSE_S": "0.3",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROCESS, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(20):
        while not ready_file.exists():
            assert process.returncode is None
            await asyncio.sleep(0.02)
        ready = json.loads(ready_file.read_text())
        assert ready["pid"] == process.pid
        async with open_channel(ready["address"]) as channel:
            stub: Stub = video_pb2_grpc.VideoServiceStub(channel)
            running = asyncio.create_task(call(stub.GenerateClip, asking("slow"), timeout_s=10))
            await asyncio.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.1)
            assert await health(ready["address"], "") == "NOT_SERVING"
            assert (await running).clip_key == "drained"
        output, log = await process.communicate()
    assert process.returncode == 0
    assert output.strip() == b"closed in order"
    assert not ready_file.exists()
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"serving", "call", "stopping", "stopped"} <= {line["event"] for line in lines}
    [accounted] = [line for line in lines if line["event"] == "call"]
    assert (accounted["job_id"], accounted["request_id"], accounted["code"]) == ("job-1", "slow", "OK")
