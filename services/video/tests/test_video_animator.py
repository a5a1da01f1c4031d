"""The local generator and the use cases around it, with the real painter, the real ffmpeg and a store on disk."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clavilux_kit.errors import Cancelled, GenerationFailed, TimedOut
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import ObjectStore
from clavilux_stage import AngleSpec, BeatSpec, SceneSpec, paint
from clavilux_video.adapters.animator import LocalAnimator
from clavilux_video.adapters.encoder import ClipEncoder
from clavilux_video.adapters.probe import probe_clip
from clavilux_video.domain.clip import Clip, ClipRequest, Take
from clavilux_video.domain.money import Offer
from clavilux_video.ports import Gauge
from clavilux_video.service import ClipService
from numpy.typing import NDArray

pytestmark = pytest.mark.integration


class Counted:
    """The real animator, counting what it renders."""

    def __init__(self, animator: LocalAnimator) -> None:
        self._animator = animator
        self.renderings = 0

    @property
    def offer(self) -> Offer:
        return self._animator.offer

    async def generate(self, request: ClipRequest, path: Path, gauge: Gauge) -> Take:
        self.renderings += 1
        return await self._animator.generate(request, path, gauge)

    async def recall(self, request: ClipRequest, /) -> Take:
        return await self._animator.recall(request)

    async def cancel(self, request_id: str, /) -> bool:
        return await self._animator.cancel(request_id)


class Heard:
    """Progress that was told."""

    def __init__(self) -> None:
        self.fractions: list[float] = []

    async def clip_progress(self, job_id: str, clip_index: int, fraction: float) -> None:
        self.fractions.append(fraction)


class Video:
    """The use cases with what stands around them."""

    def __init__(self, store: ObjectStore, calls: InFlight[Clip]) -> None:
        self.store = store
        self.calls = calls
        self.animator = Counted(LocalAnimator(store, clips_at_once=2, timeout_s=3.0))
        self.heard = Heard()
        self.service = ClipService(store, probe_clip, self.heard, calls, self.animator)


@pytest.fixture
async def video(store: ObjectStore) -> AsyncIterator[Video]:
    async with InFlight[Clip]() as calls:
        yield Video(store, calls)


async def frames_of(store: ObjectStore, clip: Clip, folder: Path) -> NDArray[np.int16]:
    """All frames of a clip as (frames, height, width, RGB)."""
    path = folder / "fetched.mp4"
    await store.get_file(clip.key, path)
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]).astype(np.int16)


def running_ffmpegs() -> list[int]:
    """Children of this process that are ffmpeg and still run."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue  # it has just ended
            state, parent = rest.split()[:2]
            if name.startswith("ffmpeg") and int(parent) == os.getpid() and state != "Z":
                found.append(int(folder.name))
    return found


async def an_ffmpeg() -> int:
    """Wait for the first ffmpeg."""
    async with asyncio.timeout(20):
        while not (running := running_ffmpegs()):  # noqa: ASYNC110  # a process sets no event
            await asyncio.sleep(0.001)
    return running[0]


async def test_a_clip_has_exactly_the_frames_asked_for_and_is_tagged_as_high_definition(
    video: Video, a_request: Any, tmp_path: Path
) -> None:
    angles = (AngleSpec(0, "push_in", "wide", 0.5), AngleSpec(9, "pan_left", "close", 0.5))
    clip = await video.service.generate(a_request(angles=angles))
    assert (clip.probed.frame_count, clip.lead_frames, clip.tail_frames) == (20, 4, 4)
    assert clip.probed.rate == 30
    assert clip.take.angle_cut_frames == (9,)
    assert clip.take.provider == "local"
    await video.store.get_file(clip.key, tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        (stream,) = container.streams.video
        assert not container.streams.audio
        assert (stream.width, stream.height, stream.codec_context.name) == (160, 90, "h264")
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)  # BT.709, limited


async def test_rates_that_are_no_whole_number_are_exact(video: Video, a_request: Any) -> None:
    clip = await video.service.generate(a_request(rate=Fraction(30000, 1001)))
    assert clip.probed.rate == Fraction(30000, 1001)


async def test_the_same_request_twice_renders_once(video: Video, a_request: Any) -> None:
    first = await video.service.generate(a_request())
    assert await video.service.generate(a_request()) == first
    assert video.animator.renderings == 1


async def test_two_callers_at_once_share_one_rendering(video: Video, a_request: Any) -> None:
    first, second = await asyncio.gather(*(video.service.generate(a_request()) for _ in range(2)))
    assert first == second
    assert video.animator.renderings == 1


async def test_a_damaged_clip_in_the_store_is_made_anew(video: Video, a_request: Any) -> None:
    await video.store.put(a_request().output_key, b"half a clip")
    clip = await video.service.generate(a_request())
    assert clip.probed.frame_count == 20
    assert await video.store.get(clip.key) != b"half a clip"


async def test_a_cancelled_call_leaves_no_ffmpeg_and_no_clip(video: Video, a_request: Any) -> None:
    request = a_request(slot_frames=1500)
    client = asyncio.create_task(video.service.generate(request))
    await an_ffmpeg()
    assert await video.service.cancel("r1")
    assert not running_ffmpegs()
    with pytest.raises(Cancelled):
        await client
    assert await video.store.stat(request.output_key) is None


async def test_a_client_that_goes_away_does_not_stop_its_clip(video: Video, a_request: Any) -> None:
    client = asyncio.create_task(video.service.generate(a_request(slot_frames=60)))
    await an_ffmpeg()
    client.cancel()
    with pytest.raises(asyncio.CancelledError):
        await client
    clip = await video.service.generate(a_request(slot_frames=60))
    assert clip.probed.frame_count == 68
    assert video.animator.renderings == 1


async def test_a_killed_ffmpeg_is_a_failed_clip(video: Video, a_request: Any) -> None:
    client = asyncio.create_task(video.service.generate(a_request(slot_frames=1500)))
    os.kill(await an_ffmpeg(), signal.SIGKILL)
    with pytest.raises(GenerationFailed, match="ffmpeg was killed by signal 9"):
        await client


async def test_a_hanging_ffmpeg_is_killed_in_time(video: Video, a_request: Any) -> None:
    client = asyncio.create_task(video.service.generate(a_request(width_px=640, height_px=360)))
    os.kill(await an_ffmpeg(), signal.SIGSTOP)
    with pytest.raises(TimedOut):
        await client
    assert not running_ffmpegs()


def test_ffmpegs_last_words_are_in_the_error(tmp_path: Path) -> None:
    frame = np.zeros((64, 64, 3), dtype=np.uint8)
    with ClipEncoder(tmp_path / "no" / "clip.mp4", width_px=64, height_px=64, rate=Fraction(30)) as encoder:

        def encode() -> None:
            for _ in range(100):
                encoder.write(frame)
            encoder.finish()

        with pytest.raises(GenerationFailed, match="No such file or directory"):
            encode()


async def test_two_scenes_give_visibly_different_clips(video: Video, a_request: Any, tmp_path: Path) -> None:
    pictures = []
    for description in ("a neon city at night in the rain", "a desert of dunes at noon"):
        scene = SceneSpec(description=description)
        clip = await video.service.generate(a_request(request_id=description, output_key=description, scene=scene))
        pictures.append((await frames_of(video.store, clip, tmp_path))[10])
    assert np.abs(pictures[0] - pictures[1]).mean() > 20


async def test_beats_are_seen(video: Video, a_request: Any, tmp_path: Path) -> None:
    still = (AngleSpec(start_frame=0, move="static", framing="wide", amount=0.0),)
    beat = BeatSpec(frame=10.0, strength=1.0, is_downbeat=True)
    movies = []
    for name, beats in (("quiet", ()), ("loud", (beat,))):
        changes = {"request_id": name, "output_key": name, "angles": still, "beats": beats, "intensity": 1.0}
        clip = await video.service.generate(a_request(**changes))
        movies.append(await frames_of(video.store, clip, tmp_path))
    difference = np.abs(movies[1] - movies[0]).mean(axis=(1, 2, 3))
    assert difference[10:13].max() > 3 * difference[:9].max()


@pytest.mark.parametrize("field", ["scene_layers_key", "scene_image_key"])
@pytest.mark.parametrize("data", [b"neither layers nor a picture", None])
async def test_a_reference_that_cannot_be_read_is_painted_anew_and_says_so(
    video: Video, a_request: Any, field: str, data: bytes | None
) -> None:
    if data is not None:
        await video.store.put("reference", data)
    for _ in range(2):  # the second answer comes from the store and says the same
        clip = await video.service.generate(a_request(**{field: "reference"}))
        assert [fallback.code for fallback in clip.degradations] == ["reference_unreadable"]
        assert clip.degradations[0].item == "clip_3"


async def test_the_painters_layers_are_animated(video: Video, a_request: Any, tmp_path: Path) -> None:
    scene = await asyncio.to_thread(
        paint, SceneSpec(description="a desert of dunes at noon"), width=160, height=90, seed=3
    )
    await video.store.put("layers", scene.to_bytes())
    clip = await video.service.generate(a_request(scene_layers_key="layers"))
    assert not clip.degradations
    middle = (await frames_of(video.store, clip, tmp_path))[10]
    assert np.abs(middle.mean(axis=(0, 1)) - scene.flat().mean(axis=(0, 1))).max() < 40


async def test_any_picture_is_animated(video: Video, a_request: Any, scene_png: bytes, tmp_path: Path) -> None:
    await video.store.put("picture.png", scene_png)
    clip = await video.service.generate(a_request(scene_image_key="picture.png"))
    assert not clip.degradations
    frames = await frames_of(video.store, clip, tmp_path)
    assert np.abs(frames[0] - frames[-1]).mean() > 0.5  # the camera moves
    red, _, blue = frames[10][45, 80]
    assert red > blue  # OpenCV wrote the disc as (blue, green, red)


async def test_progress_is_told_at_most_once_a_second(video: Video, a_request: Any) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await video.service.generate(a_request(slot_frames=400, width_px=320, height_px=180))
    took_s = loop.time() - started
    assert len(video.heard.fractions) <= took_s
    assert video.heard.fractions == sorted(video.heard.fractions)
    assert all(0 <= fraction <= 1 for fraction in video.heard.fractions)
