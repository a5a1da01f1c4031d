"""The paid adapter, with the official client, against a Replicate on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from clavilux_kit.errors import BudgetExceeded, Cancelled, GenerationFailed, TimedOut
from clavilux_references.adapters.replicate_images import ReplicateImages, nearest_ratio, open_replicate
from clavilux_references.domain.picture import PictureRequest
from clavilux_references.settings import Settings
from clavilux_stage import SceneSpec
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.integration

PRICE_MICROS = 3_000
PNG = cv2.imencode(".png", np.zeros((9, 16, 3), dtype=np.uint8))[1].tobytes()


def a_request(**changes: Any) -> PictureRequest:
    values: dict[str, Any] = {
        "request_id": "r1",
        "job_id": "j1",
        "item": "scene_1",
        "scene": SceneSpec(description="a city in the rain"),
        "is_character": False,
        "prompt": "a neon city",
        "negative_prompt": "",
        "width_px": 1024,
        "height_px": 576,
        "seed": 1,
        "output_prefix": "reference-images/j1/scene_1.abc",
        "max_cost_micros": PRICE_MICROS,
    }
    return PictureRequest(**(values | changes))


@asynccontextmanager
async def opened(replicate: Any, **changes: Any) -> AsyncIterator[ReplicateImages]:
    values: dict[str, Any] = {
        "REPLICATE_API_TOKEN": "r8_test",
        "allow_paid": True,
        "replicate_base_url": replicate.base_url,
        "replicate_output_hosts": ("127.0.0.1",),
        "replicate_poll_s": 0.01,
    }
    async with open_replicate(Settings(**(values | changes))) as images:
        assert images is not None
        yield images


async def test_a_picture_is_bought_with_one_create_and_fetched(replicate: Any) -> None:
    replicate.file, replicate.output = PNG, [f"{replicate.base_url}/outputs/0.png"]
    async with opened(replicate) as images:
        painting = await images.generate(a_request())
    assert painting.png == PNG
    assert painting.spent_micros == PRICE_MICROS
    (create,) = replicate.creates
    assert create["path"] == "/v1/models/black-forest-labs/flux-schnell/predictions"
    assert create["headers"]["Authorization"] == "Bearer r8_test"
    assert create["headers"]["Cancel-After"] == "30s"
    assert create["input"]["aspect_ratio"] == "16:9"
    assert create["input"]["output_format"] == "png"


async def test_the_inputs_are_in_the_models_own_schema(replicate: Any, shared_data: Path) -> None:
    replicate.file = PNG
    async with opened(replicate) as images:
        await images.generate(a_request())
    model = json.loads((shared_data / "specs/replicate-models/black-forest-labs__flux-schnell.json").read_text())
    schemas = model["latest_version"]["openapi_schema"]["components"]["schemas"]
    inputs = replicate.creates[0]["input"]
    assert set(inputs) <= set(schemas["Input"]["properties"])
    assert set(schemas["Input"]["required"]) <= set(inputs)
    assert inputs["aspect_ratio"] in schemas["aspect_ratio"]["enum"]
    assert inputs["output_format"] in schemas["output_format"]["enum"]


async def test_the_seed_comes_from_the_call_and_only_from_it(replicate: Any) -> None:
    replicate.file, replicate.looks_before_end = PNG, 0
    async with opened(replicate) as images:
        for request_id in ("r1", "r1", "r2"):
            await images.generate(a_request(request_id=request_id))
    first, again, other = (create["input"]["seed"] for create in replicate.creates)
    assert first == again != other


async def test_a_budget_below_the_price_is_refused_before_anything_is_bought(replicate: Any) -> None:
    async with opened(replicate) as images:
        with pytest.raises(BudgetExceeded):
            await images.generate(a_request(max_cost_micros=PRICE_MICROS - 1))
    assert not replicate.creates


@pytest.mark.parametrize("output", [None, [], "", [None], {"url": "x"}])
async def test_success_with_nothing_is_a_failure_that_was_paid(replicate: Any, output: Any) -> None:
    replicate.output = output
    async with opened(replicate) as images:
        with pytest.raises(GenerationFailed) as failure:
            await images.generate(a_request())
    assert failure.value.spent_micros == PRICE_MICROS


@pytest.mark.parametrize(
    "output",
    [
        "http://169.254.169.254/latest",
        "https://replicate.delivery.evil.example/x.png",
        "file:///etc/passwd",
        "nonsense",
    ],
)
async def test_outputs_of_strange_hosts_are_not_fetched(replicate: Any, output: str) -> None:
    replicate.output = output
    async with opened(replicate, replicate_output_hosts=("replicate.delivery",)) as images:
        with pytest.raises(GenerationFailed, match="not trusted"):
            await images.generate(a_request())


async def test_an_output_that_is_too_large_is_dropped(replicate: Any) -> None:
    replicate.file = PNG + bytes(10_000)
    async with opened(replicate, replicate_output_bytes=5_000) as images:
        with pytest.raises(GenerationFailed, match="larger than"):
            await images.generate(a_request())


async def test_an_output_that_is_no_picture_is_a_failure_that_was_paid(replicate: Any) -> None:
    replicate.file = b"<html>gone</html>" * 10
    async with opened(replicate) as images:
        with pytest.raises(GenerationFailed, match="no PNG") as failure:
            await images.generate(a_request())
    assert failure.value.spent_micros == PRICE_MICROS


async def test_an_aborted_prediction_ends_the_wait_and_is_free(replicate: Any) -> None:
    replicate.ending = "aborted"
    async with opened(replicate) as images:
        with pytest.raises(TimedOut) as failure:
            await images.generate(a_request())
    assert failure.value.spent_micros == 0


async def test_a_failed_prediction_tells_the_models_words(replicate: Any) -> None:
    replicate.ending, replicate.error = "failed", "NSFW content detected."
    async with opened(replicate) as images:
        with pytest.raises(GenerationFailed, match="NSFW content detected"):
            await images.generate(a_request())


async def test_a_rate_limit_is_waited_for_and_is_no_attempt(replicate: Any) -> None:
    replicate.file = PNG
    replicate.refusals = [(429, {"Retry-After": "0"}, {"detail": "throttled"})] * 2
    async with opened(replicate) as images:
        painting = await images.generate(a_request())
    assert painting.attempts == 1
    assert len(replicate.creates) == 1


@pytest.mark.parametrize(("status", "spent_micros"), [(401, 0), (402, 0), (422, 0), (500, PRICE_MICROS)])
async def test_a_refused_create_is_not_repeated_and_only_doubt_is_booked(
    replicate: Any, status: int, spent_micros: int
) -> None:
    replicate.refusals = [(status, {}, {"detail": "no"})]
    async with opened(replicate) as images:
        with pytest.raises(GenerationFailed) as failure:
            await images.generate(a_request())
    assert failure.value.spent_micros == spent_micros
    assert not replicate.creates


async def test_cancelling_reaches_the_provider_and_the_call_ends_with_its_bill(replicate: Any) -> None:
    replicate.looks_before_end = 10**6
    async with opened(replicate) as images:
        call = asyncio.create_task(images.generate(a_request()))
        await _until(lambda: replicate.looks > 0)
        assert await images.cancel("r1")
        with pytest.raises(Cancelled) as ended:
            await call
        assert not await images.cancel("r1")
    assert replicate.cancels == ["/v1/predictions/p1/cancel"]
    assert ended.value.spent_micros == PRICE_MICROS


async def test_a_call_that_is_only_dropped_is_not_cancelled_at_the_provider(replicate: Any) -> None:
    replicate.looks_before_end = 10**6
    async with opened(replicate) as images:
        call = asyncio.create_task(images.generate(a_request()))
        await _until(lambda: replicate.looks > 0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert not replicate.cancels


@pytest.mark.parametrize("given_settings", [{"allow_paid": False, "REPLICATE_API_TOKEN": "r8"}, {"allow_paid": True}])
async def test_nothing_is_offered_for_money_unless_it_is_allowed_twice(given_settings: dict[str, Any]) -> None:
    async with open_replicate(Settings(**given_settings)) as images:
        assert images is None


@given(st.integers(64, 2160), st.integers(64, 2160))
def test_the_nearest_ratio_turns_with_the_picture(width_px: int, height_px: int) -> None:
    across, down = nearest_ratio(width_px, height_px).split(":")
    turned = nearest_ratio(height_px, width_px)
    assert abs(_value(turned) * _value(f"{across}:{down}") - 1) < 0.2


def _value(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # what is waited for happens in another thread
            await asyncio.sleep(0.01)
