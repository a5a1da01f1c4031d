"""Clips from a video model at Replicate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from clavilux_kit.errors import BudgetExceeded, ClaviluxError, NotFound
from clavilux_kit.objects import ObjectStore
from clavilux_replicate import Limits, Predictions, seed_of
from replicate.client import Client

from clavilux_video.adapters.probe import probe_clip
from clavilux_video.domain.clip import ClipRequest, Take
from clavilux_video.domain.money import Cost, Degradation, Offer, Price
from clavilux_video.ports import Gauge
from clavilux_video.settings import Settings


@dataclass(frozen=True)
class ClipModel:
    """A model and its price: `name` animates a picture, `text_name` is asked where there is none."""

    name: str
    text_name: str
    price: Price
    frame_count: int
    frames_per_second: int
    resolution: str
    typical_s: float

    @property
    def length_s(self) -> float:
        """The one length that it makes."""
        return self.frame_count / self.frames_per_second


class ReplicateClips:
    """Buys one prediction a call; the clip is as long as the model makes it."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        predictions: Predictions,
        model: ClipModel,
    ) -> None:
        self._store = store
        self._predictions = predictions
        self._model = model

    @property
    def offer(self) -> Offer:
        """One length, one price."""
        return Offer(
            provider="replicate",
            model=self._model.name,
            price=self._model.price,
            clip_lengths_s=((self._model.length_s, self._model.length_s),),
            aspect_ratios=("16:9", "9:16"),
            typical_s=self._model.typical_s,
            takes_prompt=True,
        )

    async def generate(self, request: ClipRequest, path: Path, gauge: Gauge) -> Take:
        """Buy the clip and fetch it. See `ClipGenerator.generate`."""
        price_micros = self._model.price.per_item_micros
        if request.max_cost_micros < price_micros:
            raise BudgetExceeded(f"A clip costs {price_micros} micro-dollars, {request.max_cost_micros} are allowed.")
        image_url, degradations = await self._image(request)
        model = self._model.name if image_url else self._model.text_name
        url = await self._predictions.run(request.request_id, model, self._inputs(request, image_url))
        gauge.fraction = 0.9
        await self._predictions.download(url, path)
        try:
            await probe_clip(path)
        except ClaviluxError as error:
            error.spent_micros = price_micros
            raise
        cost = Cost("replicate", model, price_micros)
        return Take("replicate", model, is_exact=False, costs=(cost,), degradations=degradations)

    async def recall(self, _request: ClipRequest, /) -> Take:
        """Paid before; nothing is spent now."""
        return Take("replicate", self._model.name, is_exact=False, attempts=0)

    async def cancel(self, request_id: str) -> bool:
        """Cancel the prediction at the provider."""
        return await self._predictions.cancel(request_id)

    async def _image(self, request: ClipRequest) -> tuple[str, tuple[Degradation, ...]]:
        if not request.scene_image_key:
            return "", (_text_only("The scene has no picture; the clip was made from its words alone.", request),)
        try:
            image = await self._store.get(request.scene_image_key)
        except NotFound:
            message = "The scene's picture could not be read; the clip was made from its words alone."
            return "", (_text_only(message, request),)
        return await self._predictions.upload("scene.png", image, "image/png"), ()

    def _inputs(self, request: ClipRequest, image_url: str) -> dict[str, object]:
        inputs: dict[str, object] = {
            "prompt": request.prompt or request.scene.description,
            "num_frames": self._model.frame_count,
            "frames_per_second": self._model.frames_per_second,
            "resolution": self._model.resolution,
            "seed": seed_of(request.request_id),
        }
        if image_url:
            return {**inputs, "image": image_url}
        is_wide = Fraction(request.width_px, request.height_px) >= 1
        return {**inputs, "aspect_ratio": "16:9" if is_wide else "9:16"}


@asynccontextmanager
async def open_replicate(settings: Settings, store: ObjectStore) -> AsyncIterator[ReplicateClips | None]:
    """The paid generator while it lasts, or none where it is not allowed."""
    if not settings.is_paid_allowed:
        yield None
        return
    client = Client(api_token=settings.replicate_api_token.get_secret_value(), base_url=settings.replicate_base_url)
    limits = Limits(
        timeout_s=settings.replicate_timeout_s,
        poll_s=settings.replicate_poll_s,
        price_micros=settings.clip_price_micros,
        output_hosts=settings.replicate_output_hosts,
        output_bytes=settings.replicate_output_bytes,
    )
    model = ClipModel(
        name=settings.clip_model,
        text_name=settings.clip_text_model,
        price=Price(settings.clip_price_micros, settings.clip_price_source, settings.clip_price_read_on),
        frame_count=settings.clip_frames,
        frames_per_second=settings.clip_frames_per_second,
        resolution=settings.clip_resolution,
        typical_s=settings.clip_typical_s,
    )
    predictions = Predictions(client, limits)
    try:
        yield ReplicateClips(store=store, predictions=predictions, model=model)
    finally:
        await predictions.aclose()


def _text_only(message: str, request: ClipRequest) -> Degradation:
    return Degradation("text_only", message, request.item)
