"""The local painter and the use cases around it, over gRPC on loopback with a store on disk."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from clavilux.common.v1 import picture_pb2 as picture
from clavilux.references.v1 import references_pb2
from clavilux.references.v1.references_pb2_grpc import (
    ReferenceServiceStub,
    add_ReferenceServiceServicer_to_server,
)
from clavilux_kit.errors import ValidationFailed
from clavilux_kit.grpc_channel import call, open_channel
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import ObjectStore
from clavilux_references.adapters.painter import open_painter
from clavilux_references.domain.picture import Picture
from clavilux_references.service import PictureService
from clavilux_references.servicer import ReferenceServicer
from clavilux_references.settings import Settings
from clavilux_stage import LayeredScene
from numpy.typing import NDArray

if TYPE_CHECKING:
    from clavilux.references.v1.references_pb2_grpc import ReferenceServiceAsyncStub  # for the type checker only

pytestmark = pytest.mark.integration


def a_message(**changes: Any) -> references_pb2.GenerateImageRequest:
    values: dict[str, Any] = {
        "request_id": "r1",
        "job_id": "j1",
        "size": picture.Size(width_px=256, height_px=144),
        "style": picture.Style(palette=["#101020", "#303060", "#6060a0", "#a0a0d0", "#f0f0ff"]),
        "seed": 7,
        "output_prefix": "reference-images/j1/scene_1.abc",
    }
    if "character" not in changes:
        values["scene"] = picture.Scene(id="scene_1", description="a city at night", place="city")
    return references_pb2.GenerateImageRequest(**(values | changes))


@pytest.fixture
async def stub(store: ObjectStore) -> AsyncIterator[ReferenceServiceAsyncStub]:
    settings = Settings(listen="127.0.0.1:0", drain_pause_s=0.0, pictures_at_once=2)
    painter = await open_painter(settings)
    async with InFlight[Picture]() as calls:
        server = GrpcServer(settings, max_concurrent_calls=settings.max_concurrent_calls)
        service = PictureService(store, calls, painter)
        add_ReferenceServiceServicer_to_server(ReferenceServicer(service), server.grpc)
        async with (
            server.running("clavilux.references.v1.ReferenceService") as address,
            open_channel(address) as channel,
        ):
            yield ReferenceServiceStub(channel)


def decoded(png: bytes) -> NDArray[np.int16]:
    image = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_COLOR_RGB)
    assert image is not None
    return image.astype(np.int16)


async def test_a_scene_is_painted_flat_and_in_layers(stub: ReferenceServiceAsyncStub, store: ObjectStore) -> None:
    reply = await call(stub.GenerateImage, a_message(), timeout_s=60)
    assert reply.image_key == "reference-images/j1/scene_1.abc.png"
    assert reply.layers_key == "reference-images/j1/scene_1.abc.layers"
    assert (reply.provider, reply.attempts, len(reply.costs)) == ("local", 1, 0)
    image = decoded(await store.get(reply.image_key))
    assert image.shape == (144, 256, 3)
    assert image.std() > 5
    scene = LayeredScene.from_bytes(await store.get(reply.layers_key))
    assert len(scene.layers) > 1


async def test_the_same_request_twice_gives_the_same_answer_and_writes_once(
    stub: ReferenceServiceAsyncStub, store: ObjectStore
) -> None:
    first = await call(stub.GenerateImage, a_message(), timeout_s=60)
    written = await store.stat(first.image_key)
    assert await call(stub.GenerateImage, a_message(), timeout_s=60) == first
    assert await store.stat(first.image_key) == written


async def test_what_the_painter_left_out_is_told_again_by_a_second_answer(stub: ReferenceServiceAsyncStub) -> None:
    scene = picture.Scene(id="scene_1", description="", place="supermarket")
    replies = [await call(stub.GenerateImage, a_message(scene=scene), timeout_s=60) for _ in range(2)]
    codes = [[(fallback.code, fallback.item) for fallback in reply.degradations] for reply in replies]
    assert codes[0] == codes[1] == [("painter_note", "scene_1")]


async def test_a_damaged_picture_is_painted_anew(stub: ReferenceServiceAsyncStub, store: ObjectStore) -> None:
    await store.put("reference-images/j1/scene_1.abc.png", b"half a picture")
    reply = await call(stub.GenerateImage, a_message(), timeout_s=60)
    assert decoded(await store.get(reply.image_key)).shape == (144, 256, 3)


async def test_two_seeds_give_two_pictures(stub: ReferenceServiceAsyncStub, store: ObjectStore) -> None:
    replies = [
        await call(
            stub.GenerateImage, a_message(request_id=f"r{seed}", seed=seed, output_prefix=f"p{seed}"), timeout_s=60
        )
        for seed in (1, 2)
    ]
    one, other = [decoded(await store.get(reply.image_key)) for reply in replies]
    assert np.abs(one - other).mean() > 3


async def test_a_character_is_painted_square_with_a_figure(stub: ReferenceServiceAsyncStub, store: ObjectStore) -> None:
    square = picture.Size(width_px=192, height_px=192)
    character = picture.Character(id="char_1", description="a guitarist in a long coat", figure="guitarist")
    reply = await call(stub.GenerateImage, a_message(character=character, size=square), timeout_s=60)
    scene = LayeredScene.from_bytes(await store.get(reply.layers_key))
    assert "figure" in {layer.role for layer in scene.layers}
    assert decoded(await store.get(reply.image_key)).shape == (192, 192, 3)


async def test_all_pictures_of_a_video_may_be_asked_for_at_once(stub: ReferenceServiceAsyncStub) -> None:
    messages = [a_message(request_id=f"r{n}", seed=n, output_prefix=f"p{n}") for n in range(10)]
    replies = await asyncio.gather(*(call(stub.GenerateImage, message, timeout_s=120) for message in messages))
    assert len({reply.image_key for reply in replies}) == 10


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("size", {"size": picture.Size(width_px=0, height_px=144)}),
        ("size", {"size": picture.Size(width_px=100_000, height_px=100_000)}),
        ("size", {"character": picture.Character(description="a dancer")}),
        ("request_id", {"request_id": ""}),
        ("output_prefix", {"output_prefix": ""}),
        ("max_cost_micros", {"max_cost_micros": -1}),
    ],
)
async def test_what_cannot_be_painted_is_refused_with_its_field(
    stub: ReferenceServiceAsyncStub, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        await call(stub.GenerateImage, a_message(**changes), timeout_s=10)
    assert field in refusal.value.fields


async def test_a_request_without_a_subject_is_refused(stub: ReferenceServiceAsyncStub) -> None:
    message = a_message()
    message.ClearField("scene")
    with pytest.raises(ValidationFailed) as refusal:
        await call(stub.GenerateImage, message, timeout_s=10)
    assert "subject" in refusal.value.fields


async def test_only_what_is_enabled_is_offered_and_unknown_calls_are_not_cancelled(
    stub: ReferenceServiceAsyncStub,
) -> None:
    offers = (await call(stub.Describe, references_pb2.DescribeRequest(), timeout_s=10)).offers
    assert [(offer.provider, offer.is_default) for offer in offers] == [("local", True)]
    reply = await call(stub.CancelCall, references_pb2.CancelCallRequest(request_id="nobody"), timeout_s=10)
    assert not reply.cancelled


async def test_the_process_serves_and_stops_when_asked(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    environment = {
        **os.environ,
        "CLAVILUX_LISTEN": "127.0.0.1:0",
        "CLAVILUX_READY_FILE": str(ready_file),
        "CLAVILUX_STORE_URL": f"file://{tmp_path}/objects",
        "CLAVILUX_DRAIN_PAUSE_S": "0",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "clavilux_references.main", env=environment)
    try:
        async with asyncio.timeout(120):
            while not ready_file.exists():  # another process writes it
                assert process.returncode is None, "the process ended before it served"
                await asyncio.sleep(0.05)
        address = json.loads(await asyncio.to_thread(ready_file.read_text))["address"]
        async with open_channel(address) as channel:
            reply = await call(ReferenceServiceStub(channel).GenerateImage, a_message(), timeout_s=60)
        assert (tmp_path / "objects" / reply.image_key).is_file()
    finally:
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), timeout=40)
    assert code == 0
