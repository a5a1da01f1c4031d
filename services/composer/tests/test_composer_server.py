"""The process as others see it: gRPC, NATS and the object store, all real."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from clavilux.common.v1 import picture_pb2
from clavilux.composer.v1 import composer_pb2, composer_pb2_grpc
from clavilux_kit.errors import Cancelled, NotFound, ValidationFailed
from clavilux_kit.events import EventBus
from clavilux_kit.grpc_channel import call, open_channel
from clavilux_kit.objects import ObjectStore, open_store
from clavilux_kit.settings import ProcessSettings

from services.composer.tests.composer_studio import Pattern, write_clip, write_song

pytestmark = pytest.mark.integration


@asynccontextmanager
async def composer(folder: Path, nats_url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The process itself, on a free port."""
    ready = folder / "ready.json"
    environment = os.environ | {
        "CLAVILUX_LISTEN": "127.0.0.1:0",
        "CLAVILUX_READY_FILE": str(ready),
        "CLAVILUX_NATS_URL": nats_url,
        "CLAVILUX_STORE_URL": f"file://{folder}/objects",
        "CLAVILUX_WORK_DIR": str(folder / "work"),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "clavilux_composer.main", env=environment)
    try:
        await until(ready.exists)
        yield process, json.loads(ready.read_text())["address"]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def request(**what: object) -> composer_pb2.ComposeRequest:
    """Two clips of a second, with a cut."""
    cut = composer_pb2.Join(kind=picture_pb2.TRANSITION_KIND_CUT)
    slots = [
        composer_pb2.Slot(index=i, start_frame=30 * i, frame_count=30, clip_key=f"clips/{i}.mp4", begin=cut)
        for i in range(2)
    ]
    fields: dict[str, object] = {
        "request_id": "r",
        "job_id": "j",
        "song_key": "song",
        "song_duration_s": 2.0,
        "total_frames": 60,
        "frame_rate": {"numerator": 30, "denominator": 1},
        "size": {"width_px": 320, "height_px": 180},
        "slots": slots,
        "end": cut,
        "beat_times_s": [0.5, 1.01],
        "output_prefix": "video-outputs/j/final_video.f",
    } | what
    return composer_pb2.ComposeRequest(**fields)  # type: ignore[arg-type]


async def fill(store: ObjectStore, folder: Path, frames: int = 30) -> None:
    for index in range(2):
        await asyncio.to_thread(write_clip, folder / "c.mp4", [Pattern.draw(index, f) for f in range(frames)])
        await store.put_file(f"clips/{index}.mp4", folder / "c.mp4")
    write_song(folder / "song.wav", 2.0 * frames / 30)
    await store.put_file("song", folder / "song.wav")


async def test_a_video_is_composed_measured_and_told_of(tmp_path: Path, nats_url: str) -> None:
    store = open_store(ProcessSettings(store_url=f"file://{tmp_path}/objects"))
    await fill(store, tmp_path)
    async with (
        composer(tmp_path, nats_url) as (_, address),
        EventBus.connect(nats_url, "test") as bus,
        bus.tail() as tap,
        open_channel(address) as channel,
    ):
        stub = composer_pb2_grpc.ComposerServiceStub(channel)

        reply = await call(stub.Compose, request(), timeout_s=60)
        described = await call(stub.Describe, composer_pb2.DescribeRequest(), timeout_s=5)
        told = await anext(aiter(tap))

        with pytest.raises(ValidationFailed):
            await call(stub.Compose, request(request_id="r2", total_frames=61), timeout_s=5)
        with pytest.raises(ValidationFailed):
            await call(stub.Compose, request(request_id="r3", frame_rate={}), timeout_s=5)
        with pytest.raises(NotFound):
            await call(stub.Compose, request(request_id="r4", song_key="none"), timeout_s=5)

    assert reply.video_key == "video-outputs/j/final_video.f.mp4"
    assert reply.size_bytes == len(await store.get(reply.video_key))
    assert list(reply.measurement.found_cut_frames) == list(reply.measurement.planned_cut_frames) == [30]
    assert reply.measurement.worst_beat_distance_s == pytest.approx(0.01)
    assert reply.measurement.video_duration_s == pytest.approx(2.0)
    assert (told.job_id, told.name, told.payload["stage"]) == ("j", "message", "composition")
    assert [(offer.provider, offer.price.per_item_micros) for offer in described.offers] == [("local", 0)]


async def test_when_the_process_is_killed_its_ffmpeg_dies_too(tmp_path: Path, nats_url: str) -> None:
    store = open_store(ProcessSettings(store_url=f"file://{tmp_path}/objects"))
    await fill(store, tmp_path)
    long = request(size={"width_px": 3840, "height_px": 2160})
    async with composer(tmp_path, nats_url) as (process, address), open_channel(address) as channel:
        calling = asyncio.create_task(call(composer_pb2_grpc.ComposerServiceStub(channel).Compose, long, timeout_s=60))
        await until(lambda: bool(programs_with(str(tmp_path / "work"), "segment")))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        calling.cancel()
        await until(lambda: not programs_with(str(tmp_path / "work")))


async def test_a_cancelled_composition_leaves_nothing_and_makes_room(tmp_path: Path, nats_url: str) -> None:
    store = open_store(ProcessSettings(store_url=f"file://{tmp_path}/objects"))
    await fill(store, tmp_path)
    long = request(request_id="long", output_prefix="video-outputs/j/long", size={"width_px": 3840, "height_px": 2160})
    async with composer(tmp_path, nats_url) as (_, address), open_channel(address) as channel:
        stub = composer_pb2_grpc.ComposerServiceStub(channel)
        running, waiting = (
            asyncio.create_task(call(stub.Compose, each, timeout_s=60)) for each in (long, request(request_id="next"))
        )
        await until(lambda: bool(programs_with(str(tmp_path / "work"), "segment")))

        cancelled = await call(stub.CancelCall, composer_pb2.CancelCallRequest(request_id="long"), timeout_s=10)
        with pytest.raises(Cancelled):
            await running
        reply = await waiting
        unknown = await call(stub.CancelCall, composer_pb2.CancelCallRequest(request_id="long"), timeout_s=10)

        assert (cancelled.cancelled, unknown.cancelled) == (True, False)
        assert programs_with(str(tmp_path / "work")) == []
        assert list((tmp_path / "work").iterdir()) == []
    assert await store.stat(reply.video_key) is not None
    assert await store.stat("video-outputs/j/long.mp4") is None


async def until(is_so: Callable[[], bool]) -> None:
    """Looks again and again, for as long as a machine under load may take."""
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - processes and files tell nobody
            await asyncio.sleep(0.02)


def programs_with(*words: str) -> list[int]:
    """Processes of this machine with all these words in their arguments."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_text()
        except OSError:
            continue
        if all(word in arguments for word in words):
            found.append(int(folder.name))
    return found
