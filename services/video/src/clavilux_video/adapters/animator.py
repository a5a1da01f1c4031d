"""The local generator: paints or loads the scene, animates it, pipes the frames to ffmpeg."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from clavilux_kit.errors import Cancelled, NotFound, TimedOut
from clavilux_kit.objects import ObjectStore
from clavilux_kit.telemetry import get_logger
from clavilux_stage import Animator, LayeredScene, from_flat, paint, peopled, warm

from clavilux_video.adapters.encoder import ClipEncoder
from clavilux_video.domain.clip import ClipRequest, Take
from clavilux_video.domain.money import Degradation, Offer
from clavilux_video.ports import Gauge
from clavilux_video.settings import Settings

MODEL = "stage-1"
SECONDS_A_FRAME = 0.2  # beyond this a clip of many frames is late


class LocalAnimator:
    """Needs no key and no network. `clips_at_once` clips are rendered at a time; the others wait."""

    def __init__(self, store: ObjectStore, *, clips_at_once: int, timeout_s: float) -> None:
        self._store = store
        self._places = asyncio.Semaphore(clips_at_once)
        self._timeout_s = timeout_s

    @property
    def offer(self) -> Offer:
        """Free, any length, about 15 frames a second on one core."""
        return Offer(provider="local", model=MODEL, typical_s=2.0, typical_s_per_output_s=2.0)

    async def generate(self, request: ClipRequest, path: Path, gauge: Gauge) -> Take:
        """Animate the scene into exactly the frames asked for."""
        async with self._places:
            scene, degradations = await self._scene(request)
            await self._run(Rendering(request, scene, path, gauge))
        return _take(request, degradations)

    async def recall(self, request: ClipRequest) -> Take:
        """Look at the references again: what was wrong with them is part of the answer."""
        async with self._places:
            _, degradations = await self._scene(request)
        return _take(request, degradations)

    async def cancel(self, _request_id: str, /) -> bool:
        """Nothing runs elsewhere: a rendering ends with its call."""
        return False

    async def _run(self, rendering: Rendering) -> None:
        timeout_s = max(self._timeout_s, rendering.request.frame_count * SECONDS_A_FRAME)
        work = asyncio.create_task(asyncio.to_thread(rendering.run))
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(work)
        except TimeoutError:
            raise TimedOut(f"The clip was not ready after {timeout_s:.0f} s.") from None
        finally:
            rendering.stop()
            await asyncio.gather(work, return_exceptions=True)

    async def _scene(self, request: ClipRequest) -> tuple[LayeredScene, tuple[Degradation, ...]]:
        try:
            scene = await self._reference(request)
        except (NotFound, ValueError) as error:
            get_logger().warning("reference_unreadable", job_id=request.job_id, reason=str(error))
            unreadable = Degradation(
                "reference_unreadable", "The scene's picture could not be read; it was painted anew.", request.item
            )
            scene = await asyncio.to_thread(_paint, request)
            return scene, (unreadable, *_notes(request, scene))
        if scene is not None:
            return scene, _notes(request, scene)
        scene = await asyncio.to_thread(_paint, request)
        return scene, _notes(request, scene)

    async def _reference(self, request: ClipRequest) -> LayeredScene | None:
        if request.scene_layers_key:
            layers = await self._store.get(request.scene_layers_key)
            return await asyncio.to_thread(_from_layers, layers, request)
        if request.scene_image_key:
            image = await self._store.get(request.scene_image_key)
            return await asyncio.to_thread(_from_image, image, request)
        return None


class Rendering:
    """One clip in the making: runs in a thread, can be stopped from any other."""

    def __init__(self, request: ClipRequest, scene: LayeredScene, path: Path, gauge: Gauge) -> None:
        self.request = request
        self._scene = scene
        self._path = path
        self._gauge = gauge
        self._stopped = threading.Event()
        self._encoder: ClipEncoder | None = None

    def run(self) -> None:
        """Write all frames. Raises GenerationFailed, or Cancelled once stopped."""
        request = self.request
        animator = _animator(request, self._scene)
        with ClipEncoder(
            self._path, width_px=request.width_px, height_px=request.height_px, rate=request.rate
        ) as self._encoder:
            for index in range(request.frame_count):
                if self._stopped.is_set():
                    raise Cancelled("The clip was cancelled.")
                self._encoder.write(animator.frame(index))
                self._gauge.fraction = (index + 1) / request.frame_count
            self._encoder.finish()

    def stop(self) -> None:
        """End it within a frame, even where ffmpeg hangs. A finished one does not mind."""
        self._stopped.set()
        if self._encoder is not None:
            self._encoder.kill()


async def open_animator(settings: Settings, store: ObjectStore) -> LocalAnimator:
    """The animator, its kernels compiled before the first request waits for them."""
    cv2.setNumThreads(1)  # as many clips as cores run at once
    await asyncio.to_thread(warm)
    return LocalAnimator(store, clips_at_once=settings.clips_at_once, timeout_s=settings.clip_timeout_s)


def _animator(request: ClipRequest, scene: LayeredScene) -> Animator:
    return Animator(
        scene,
        spec=request.scene,
        frame_count=request.frame_count,
        fps=float(request.rate),
        width=request.width_px,
        height=request.height_px,
        angles=list(request.angles),
        beats=list(request.beats),
        energy=np.ascontiguousarray(np.asarray(request.energy, dtype=np.float32).T),
        intensity=request.intensity,
        seed=request.seed,
    )


def _paint(request: ClipRequest) -> LayeredScene:
    return paint(request.scene, width=request.width_px, height=request.height_px, seed=request.seed)


def _from_layers(data: bytes, request: ClipRequest) -> LayeredScene:
    """The scene that references painted, and in it whom the shot shows. Raises ValueError for other bytes."""
    # What its painter noted was told with the reference.
    scene = replace(LayeredScene.from_bytes(data), notes=())
    is_peopled = any(layer.role == "figure" for layer in scene.layers)
    if is_peopled or not request.scene.figure:
        return scene
    return peopled(scene, request.scene.figure, seed=request.seed)


def _from_image(data: bytes, request: ClipRequest) -> LayeredScene:
    """Make a scene of an image file. Raises ValueError where it is none."""
    try:
        image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:
        raise ValueError(f"not an image: {error}") from error
    if image is None:
        raise ValueError("not an image that can be decoded")
    return from_flat(image.astype(np.uint8, copy=False), width=request.width_px, height=request.height_px)


def _take(request: ClipRequest, degradations: tuple[Degradation, ...]) -> Take:
    return Take(
        provider="local",
        model=MODEL,
        is_exact=True,
        angle_cut_frames=request.angle_cut_frames,
        degradations=degradations,
    )


def _notes(request: ClipRequest, scene: LayeredScene) -> tuple[Degradation, ...]:
    return tuple(Degradation("painter_note", note, request.item) for note in scene.notes)
