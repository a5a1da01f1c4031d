"""The whole process: gRPC on loopback, a real bus, a real store."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clavilux.common.v1 import picture_pb2 as picture
from clavilux.video.v1 import video_pb2
from clavilux.video.v1.video_pb2_grpc import VideoServiceStub
from clavilux_kit.errors import Cancelled, TimedOut, Unavailable, ValidationFailed
from clavilux_kit.grpc_channel import call, open_channel

if TYPE_CHECKING:
    from clavilux.video.v1.video_pb2_grpc import VideoServiceAsyncStub  # exists for the type checker only

pytestmark = pytest.mark.integration


def a_message(**changes: Any) -> video_pb2.GenerateClipRequest:
    values: dict[str, Any] = {
        "request_id": "r1",
        "job_id": "j1",
        "scene": picture.Scene(description="an ocean at dawn"),
        "angles": [picture.Angle(move=picture.CAMERA_MOVE_PAN_LEFT, framing=picture.FRAMING_WIDE, amount=0.5)],
        "intensity": 0.5,
        "slot_frames": 20,
        "frame_rate": picture.FrameRate(numerator=30, denominator=1),
        "size": picture.Size(width_px=160, height_px=90),
        "output_key": "video-clips/j1/clip_1.abc.mp4",
    }
    return video_pb2.GenerateClipRequest(**(values | changes))


@asynccontextmanager
async def a_process(nats_url: str, folder: Path) -> AsyncIterator[dict[str, Any]]:
    """The process as it is started by an operator; gives what its ready file says."""
    ready_file = folder / "ready.json"
    environment = {
        **os.environ,
        "CLAVILUX_LISTEN": "127.0.0.1:0",
        "CLAVILUX_READY_FILE": str(ready_file),
        "CLAVILUX_NATS_URL": nats_url,
        "CLAVILUX_STORE_URL": f"file://{folder}/objects",
        "CLAVILUX_DRAIN_PAUSE_S": "0",
    }
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "clavilux_video.main", env=environment)
    try:
        async with asyncio.timeout(120):
            while not ready_file.exists():  # another process writes it
                assert running.returncode is None, "the process ended before it served"
                await asyncio.sleep(0.05)
        yield {**json.loads(await asyncio.to_thread(ready_file.read_text)), "folder": folder}
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(running.wait(), timeout=40)
    assert code in (0, -signal.SIGKILL)


@pytest.fixture(scope="module")
async def process(nats_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Any]]:
    async with a_process(nats_url, tmp_path_factory.mktemp("video")) as running:
        yield running


@pytest.fixture
async def stub(process: dict[str, Any]) -> AsyncIterator[VideoServiceAsyncStub]:
    async with open_channel(process["address"]) as channel:
        yield VideoServiceStub(channel)


async def test_a_clip_is_made_over_the_wire(stub: VideoServiceAsyncStub, process: dict[str, Any]) -> None:
    reply = await call(stub.GenerateClip, a_message(), timeout_s=60)
    assert (reply.frame_count, reply.provider, reply.attempts) == (20, "local", 1)
    assert (reply.frame_rate.numerator, reply.frame_rate.denominator) == (30, 1)
    assert not reply.costs
    assert (process["folder"] / "objects" / reply.clip_key).is_file()


async def test_only_what_is_enabled_is_offered(stub: VideoServiceAsyncStub) -> None:
    reply = await call(stub.Describe, video_pb2.DescribeRequest(), timeout_s=10)
    assert [(offer.provider, offer.is_default, offer.price.per_item_micros) for offer in reply.offers] == [
        ("local", True, 0)
    ]


async def test_a_request_that_makes_no_sense_names_its_fields(stub: VideoServiceAsyncStub) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        await call(stub.GenerateClip, a_message(slot_frames=0), timeout_s=10)
    assert "slot_frames" in refusal.value.fields


async def test_an_unknown_call_cannot_be_cancelled_and_that_is_no_error(stub: VideoServiceAsyncStub) -> None:
    reply = await call(stub.CancelCall, video_pb2.CancelCallRequest(request_id="nobody"), timeout_s=10)
    assert not reply.cancelled


async def test_a_running_call_is_cancelled_for_everyone_who_waits(stub: VideoServiceAsyncStub) -> None:
    message = a_message(request_id="long", slot_frames=3000, output_key="long.mp4")
    clients = [asyncio.create_task(call(stub.GenerateClip, message, timeout_s=60)) for _ in range(2)]
    await asyncio.sleep(0.5)
    reply = await call(stub.CancelCall, video_pb2.CancelCallRequest(request_id="long"), timeout_s=10)
    assert reply.cancelled
    outcomes = await asyncio.gather(*clients, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Cancelled, Cancelled]


async def test_a_deadline_only_detaches_and_a_later_call_attaches(
    stub: VideoServiceAsyncStub, process: dict[str, Any]
) -> None:
    message = a_message(request_id="detached", slot_frames=300, output_key="detached.mp4")
    with pytest.raises(TimedOut):
        await call(stub.GenerateClip, message, timeout_s=0.3)
    reply = await call(stub.GenerateClip, message, timeout_s=60)
    assert reply.frame_count == 300


async def test_a_budget_changes_nothing_where_nothing_is_sold(stub: VideoServiceAsyncStub) -> None:
    message = a_message(request_id="rich", output_key="rich.mp4", max_cost_micros=10**6)
    assert (await call(stub.GenerateClip, message, timeout_s=60)).provider == "local"


async def test_many_clips_at_once_all_come(stub: VideoServiceAsyncStub) -> None:
    messages = [a_message(request_id=f"many{n}", output_key=f"many{n}.mp4", seed=n) for n in range(8)]
    replies = await asyncio.gather(*(call(stub.GenerateClip, message, timeout_s=120) for message in messages))
    assert [reply.frame_count for reply in replies] == [20] * 8


async def test_a_process_that_is_killed_leaves_no_ffmpeg(nats_url: str, tmp_path: Path) -> None:
    async with a_process(nats_url, tmp_path) as running, open_channel(running["address"]) as channel:
        message = a_message(slot_frames=3000)
        client = asyncio.create_task(call(VideoServiceStub(channel).GenerateClip, message, timeout_s=60))
        (ffmpeg,) = await _children(running["pid"])
        os.kill(running["pid"], signal.SIGKILL)
        with pytest.raises(Unavailable):
            await client
        async with asyncio.timeout(5):
            while _runs(ffmpeg):  # noqa: ASYNC110  # a process sets no event
                await asyncio.sleep(0.02)


async def _children(pid: int) -> list[int]:
    """Wait for the children of a process; gives their pids."""
    async with asyncio.timeout(20):
        while True:
            lists = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children")]
            if pids := [int(pid) for text in lists for pid in text.split()]:
                return pids
            await asyncio.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
