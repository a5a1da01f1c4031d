"""A Replicate on loopback, and a store on disk."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import pytest
from clavilux_kit.objects import ObjectStore, open_store
from clavilux_kit.settings import ProcessSettings
from clavilux_stage import AngleSpec, SceneSpec
from clavilux_video.domain.clip import ClipRequest

from libs.replicate.tests.replicate_fake import FakeReplicate, open_replicate_fake


@pytest.fixture
def replicate() -> Iterator[FakeReplicate]:
    with open_replicate_fake() as fake:
        yield fake


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store(ProcessSettings(store_url=f"file://{tmp_path}/objects"))


@pytest.fixture
def scene_png() -> bytes:
    """A picture with something to see: a bright disc before a gradient."""
    image = np.tile(np.linspace(20, 120, 160, dtype=np.uint8)[None, :, None], (90, 1, 3)).copy()
    cv2.circle(image, (80, 45), 20, (40, 200, 255), -1)
    return bytes(cv2.imencode(".png", image)[1])


class RequestBuilder(Protocol):
    def __call__(self, **changes: Any) -> ClipRequest: ...


@pytest.fixture
def a_request() -> RequestBuilder:
    """Builds a small request: 160x90, 20 frames at 30 fps."""

    def build(**changes: Any) -> ClipRequest:
        values: dict[str, Any] = {
            "request_id": "r1",
            "job_id": "j1",
            "clip_index": 2,
            "scene": SceneSpec(description="a city at night"),
            "angles": (AngleSpec(start_frame=0, move="push_in", framing="wide", amount=0.5),),
            "beats": (),
            "energy": ((0.3,) * 20,) * 3,
            "intensity": 0.5,
            "lead_frames": 4,
            "slot_frames": 12,
            "tail_frames": 4,
            "rate": Fraction(30),
            "width_px": 160,
            "height_px": 90,
            "seed": 7,
            "output_key": "video-clips/j1/clip_3.abc.mp4",
        }
        return ClipRequest(**(values | changes))

    return build
