"""The paid adapter, with the official client, against a Replicate on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clavilux_kit.errors import BudgetExceeded, Cancelled, GenerationFailed
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import ObjectStore
from clavilux_video.adapters.animator import LocalAnimator
from clavilux_video.adapters.encoder import ClipEncoder
from clavilux_video.adapters.probe import probe_clip
from clavilux_video.adapters.replicate_clips import ReplicateClips, open_replicate
from clavilux_video.domain.clip import Clip
from clavilux_video.ports import Gauge
from clavilux_video.service import ClipService
from clavilux_video.settings import Settings

pytestmark = pytest.mark.integration

PRICE_MICROS = 60_000
IMAGE_KEY = "reference-images/j1/scene_1.abc.png"


@asynccontextmanager
async def opened(replicate: Any, store: ObjectStore, **changes: Any) -> AsyncIterator[ReplicateClips]:
    values: dict[str, Any] = {
        "REPLICATE_API_TOKEN": "r8_test",
        "allow_paid": True,
        "replicate_base_url": replicate.base_url,
        "replicate_output_hosts": ("127.0.0.1",),
        "replicate_poll_s": 0.01,
    }
    async with open_replicate(Settings(**(values | changes)), store) as clips:
        assert clips is not None
        yield clips


def a_movie(folder: Path, *, frame_count: int = 81, rate: int = 16) -> bytes:
    path = folder / "model.mp4"
    with ClipEncoder(path, width_px=96, height_px=64, rate=Fraction(rate)) as encoder:
        for index in range(frame_count):
            encoder.write(np.full((64, 96, 3), index, dtype=np.uint8))
        encoder.finish()
    return path.read_bytes()


@pytest.mark.integration
async def test_a_clip_is_bought_from_the_scenes_picture_and_fetched(
    replicate: Any, store: ObjectStore, a_request: Any, scene_png: bytes, tmp_path: Path
) -> None:
    replicate.file = await asyncio.to_thread(a_movie, tmp_path)
    await store.put(IMAGE_KEY, scene_png)
    async with opened(replicate, store) as clips:
        path = tmp_path / "clip.mp4"
        request = a_request(scene_image_key=IMAGE_KEY, prompt="rain", max_cost_micros=PRICE_MICROS)
        take = await clips.generate(request, path, Gauge())
    assert await asyncio.to_thread(path.read_bytes) == replicate.file
    assert take.spent_micros == PRICE_MICROS
    assert not take.degradations
    assert scene_png in replicate.uploads[0]
    (create,) = replicate.creates
    assert create["path"] == "/v1/models/wan-video/wan-2.2-i2v-fast/predictions"
    assert create["input"]["image"] == f"{replicate.base_url}/v1/files/f1"
    assert (create["input"]["num_frames"], create["input"]["frames_per_second"]) == (81, 16)


@pytest.mark.integration
@pytest.mark.parametrize("key", ["", "reference-images/j1/gone.png"])
async def test_without_a_picture_the_model_is_asked_by_text_and_says_so(
    replicate: Any, store: ObjectStore, a_request: Any, tmp_path: Path, key: str
) -> None:
    replicate.file = await asyncio.to_thread(a_movie, tmp_path)
    async with opened(replicate, store) as clips:
        request = a_request(scene_image_key=key, max_cost_micros=PRICE_MICROS)
        take = await clips.generate(request, tmp_path / "clip.mp4", Gauge())
    assert take.model == "wan-video/wan-2.2-t2v-fast"
    assert [fallback.code for fallback in take.degradations] == ["text_only"]
    assert "image" not in replicate.creates[0]["input"]


async def test_a_budget_below_the_price_is_refused_before_anything_is_sent(
    replicate: Any, store: ObjectStore, a_request: Any, tmp_path: Path
) -> None:
    async with opened(replicate, store) as clips:
        with pytest.raises(BudgetExceeded):
            await clips.generate(a_request(max_cost_micros=PRICE_MICROS - 1), tmp_path / "clip.mp4", Gauge())
    assert not replicate.creates


async def test_an_output_that_is_no_video_is_a_failure_that_was_paid(
    replicate: Any, store: ObjectStore, a_request: Any, tmp_path: Path
) -> None:
    replicate.file = b"not a video at all"
    async with opened(replicate, store) as clips:
        with pytest.raises(GenerationFailed) as failure:
            await clips.generate(a_request(max_cost_micros=PRICE_MICROS), tmp_path / "clip.mp4", Gauge())
    assert failure.value.spent_micros == PRICE_MICROS


class Silent:
    async def clip_progress(self, job_id: str, clip_index: int, fraction: float) -> None:
        pass


@asynccontextmanager
async def a_service(replicate: Any, store: ObjectStore) -> AsyncIterator[ClipService]:
    """The use cases with both generators."""
    animator = LocalAnimator(store, clips_at_once=1, timeout_s=60.0)
    async with opened(replicate, store) as clips, InFlight[Clip]() as calls:
        yield ClipService(store, probe_clip, Silent(), calls, animator, clips)


@pytest.mark.integration
async def test_a_bought_clip_is_stored_and_never_bought_again(
    replicate: Any, store: ObjectStore, a_request: Any, tmp_path: Path
) -> None:
    replicate.file = await asyncio.to_thread(a_movie, tmp_path)
    request = a_request(max_cost_micros=PRICE_MICROS)
    async with a_service(replicate, store) as service:
        assert [offer.provider for offer in service.offers()] == ["replicate", "local"]
        first = await service.generate(request)
        again = await service.generate(request)
    assert (first.probed.frame_count, first.probed.rate, first.take.spent_micros) == (81, Fraction(16), PRICE_MICROS)
    assert again.probed == first.probed
    assert again.take.spent_micros == 0
    assert len(replicate.creates) == 1


@pytest.mark.integration
async def test_a_budget_of_zero_forbids_buying_and_the_animator_makes_the_clip(
    replicate: Any, store: ObjectStore, a_request: Any
) -> None:
    async with a_service(replicate, store) as service:
        clip = await service.generate(a_request(max_cost_micros=0))
    assert clip.take.provider == "local"
    assert not replicate.creates


async def test_cancelling_a_bought_clip_ends_it_at_the_provider_with_its_bill(
    replicate: Any, store: ObjectStore, a_request: Any
) -> None:
    replicate.looks_before_end = 10**6
    async with a_service(replicate, store) as service:
        client = asyncio.create_task(service.generate(a_request(max_cost_micros=PRICE_MICROS)))
        async with asyncio.timeout(5):
            while not replicate.looks:  # noqa: ASYNC110  # what is waited for happens in another thread
                await asyncio.sleep(0.01)
        assert await service.cancel("r1")
        with pytest.raises(Cancelled) as ended:
            await client
    assert ended.value.spent_micros == PRICE_MICROS
    assert len(replicate.cancels) == 1


async def test_a_stop_of_the_process_only_detaches(replicate: Any, store: ObjectStore, a_request: Any) -> None:
    replicate.looks_before_end = 10**6
    async with a_service(replicate, store) as service:
        client = asyncio.create_task(service.generate(a_request(max_cost_micros=PRICE_MICROS)))
        async with asyncio.timeout(5):
            while not replicate.looks:  # noqa: ASYNC110  # what is waited for happens in another thread
                await asyncio.sleep(0.01)
    with pytest.raises(Cancelled):
        await client
    assert not replicate.cancels


async def test_success_with_nothing_is_a_failure(
    replicate: Any, store: ObjectStore, a_request: Any, tmp_path: Path
) -> None:
    replicate.output = None
    async with opened(replicate, store) as clips:
        with pytest.raises(GenerationFailed, match="gave nothing"):
            await clips.generate(a_request(max_cost_micros=PRICE_MICROS), tmp_path / "clip.mp4", Gauge())
