"""The local generator: paints layers with depth."""

from __future__ import annotations

import asyncio

import cv2
from clavilux_kit.errors import GenerationFailed
from clavilux_stage import LayeredScene, SceneSpec, paint

from clavilux_references.domain.money import Degradation, Offer
from clavilux_references.domain.picture import Painting, PictureRequest, check_png
from clavilux_references.settings import Settings

MODEL = "stage-1"


class LocalPainter:
    """Needs no key and no network. `pictures_at_once` pictures are painted at a time; the others wait."""

    def __init__(self, *, pictures_at_once: int) -> None:
        self._places = asyncio.Semaphore(pictures_at_once)

    @property
    def offer(self) -> Offer:
        """Free, a few seconds."""
        return Offer(provider="local", model=MODEL, typical_s=3.0)

    async def generate(self, request: PictureRequest) -> Painting:
        """Paint it off the loop: the kernels let go of the interpreter."""
        async with self._places:
            return await asyncio.to_thread(_paint, request)

    def recall(self, request: PictureRequest, png: bytes, layers: bytes, /) -> Painting:
        """Read the notes again that the painter left in the layers."""
        check_png(png)
        return _painting(request, png, layers, LayeredScene.from_bytes(layers))

    async def cancel(self, _request_id: str, /) -> bool:
        """Nothing runs elsewhere: a painting ends with its call."""
        return False


async def open_painter(settings: Settings) -> LocalPainter:
    """The painter, its kernels compiled before the first request waits for them."""
    cv2.setNumThreads(1)  # as many pictures as cores are painted at once
    spec = SceneSpec(description="rain over a city at night")
    await asyncio.to_thread(lambda: paint(spec, width=64, height=64, seed=0).flat())
    return LocalPainter(pictures_at_once=settings.pictures_at_once)


def _paint(request: PictureRequest) -> Painting:
    scene = paint(request.scene, width=request.width_px, height=request.height_px, seed=request.seed)
    is_encoded, png = cv2.imencode(".png", cv2.cvtColor(scene.flat(), cv2.COLOR_RGB2BGR))
    if not is_encoded:
        raise GenerationFailed("The picture could not be written as PNG.")
    return _painting(request, png.tobytes(), scene.to_bytes(), scene)


def _painting(request: PictureRequest, png: bytes, layers: bytes, scene: LayeredScene) -> Painting:
    notes = tuple(Degradation("painter_note", note, request.item) for note in scene.notes)
    return Painting(png=png, layers=layers, provider="local", model=MODEL, degradations=notes)
