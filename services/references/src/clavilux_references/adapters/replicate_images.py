"""Pictures from an image model at Replicate."""

from __future__ import annotations

import math
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from clavilux_kit.errors import BudgetExceeded, GenerationFailed
from clavilux_replicate import Limits, Predictions, seed_of
from replicate.client import Client

from clavilux_references.domain.money import Cost, Offer, Price
from clavilux_references.domain.picture import Painting, PictureRequest, check_png
from clavilux_references.settings import Settings

RATIOS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")


@dataclass(frozen=True)
class ImageModel:
    """A model and its price."""

    name: str
    price: Price
    typical_s: float


class ReplicateImages:
    """Buys one prediction a call; the picture has the model's own size in the ratio asked for."""

    def __init__(self, *, predictions: Predictions, model: ImageModel) -> None:
        self._predictions = predictions
        self._model = model

    @property
    def offer(self) -> Offer:
        """One price."""
        return Offer(
            provider="replicate",
            model=self._model.name,
            price=self._model.price,
            aspect_ratios=RATIOS,
            typical_s=self._model.typical_s,
            takes_prompt=True,
        )

    async def generate(self, request: PictureRequest) -> Painting:
        """Buy the picture and fetch it. See `ImageGenerator.generate`."""
        price_micros = self._model.price.per_item_micros
        if request.max_cost_micros < price_micros:
            raise BudgetExceeded(
                f"A picture costs {price_micros} micro-dollars, {request.max_cost_micros} may be spent."
            )
        inputs = {
            "prompt": request.prompt or request.scene.description,
            "aspect_ratio": nearest_ratio(request.width_px, request.height_px),
            "output_format": "png",
            "seed": seed_of(request.request_id),
        }
        url = await self._predictions.run(request.request_id, self._model.name, inputs)
        with tempfile.TemporaryDirectory(prefix="clavilux-image-") as folder:
            path = Path(folder) / "image.png"
            await self._predictions.download(url, path)
            png = path.read_bytes()
        try:
            check_png(png)
        except ValueError as error:
            raise GenerationFailed(f"The model's picture is unusable: {error}.", spent_micros=price_micros) from error
        cost = Cost("replicate", self._model.name, price_micros)
        return Painting(png, b"", "replicate", self._model.name, costs=(cost,))

    def recall(self, _request: PictureRequest, png: bytes, _layers: bytes, /) -> Painting:
        """Paid before; nothing is spent now."""
        check_png(png)
        return Painting(png, b"", "replicate", self._model.name, attempts=0)

    async def cancel(self, request_id: str, /) -> bool:
        """Cancel the prediction at the provider."""
        return await self._predictions.cancel(request_id)


@asynccontextmanager
async def open_replicate(settings: Settings) -> AsyncIterator[ReplicateImages | None]:
    """The paid generator while it lasts, or none where it is not allowed."""
    if not settings.is_paid_allowed:
        yield None
        return
    client = Client(api_token=settings.replicate_api_token.get_secret_value(), base_url=settings.replicate_base_url)
    limits = Limits(
        timeout_s=settings.replicate_timeout_s,
        poll_s=settings.replicate_poll_s,
        price_micros=settings.image_price_micros,
        output_hosts=settings.replicate_output_hosts,
        output_bytes=settings.replicate_output_bytes,
    )
    price = Price(settings.image_price_micros, settings.image_price_source, settings.image_price_read_on)
    predictions = Predictions(client, limits)
    try:
        model = ImageModel(settings.image_model, price, settings.image_typical_s)
        yield ReplicateImages(predictions=predictions, model=model)
    finally:
        await predictions.aclose()


def nearest_ratio(width_px: int, height_px: int) -> str:
    """The model's ratio that is nearest to a size."""

    def distance(ratio: str) -> float:
        across, down = (int(part) for part in ratio.split(":"))
        return abs(math.log(width_px / height_px) - math.log(across / down))

    return min(RATIOS, key=distance)
