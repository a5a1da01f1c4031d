"""The use cases: make a picture, say what is offered, cancel."""

from __future__ import annotations

from clavilux_kit.errors import ClaviluxError, NotFound
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import ObjectStore
from clavilux_kit.telemetry import get_logger

from clavilux_references.domain.money import Offer
from clavilux_references.domain.picture import Painting, Picture, PictureRequest
from clavilux_references.ports import ImageGenerator


class PictureService:
    """Makes each picture once, whoever asks and however often."""

    def __init__(
        self,
        store: ObjectStore,
        calls: InFlight[Picture],
        local: ImageGenerator,
        paid: ImageGenerator | None = None,
    ) -> None:
        self._store = store
        self._calls = calls
        self._local = local
        self._paid = paid

    def offers(self) -> list[Offer]:
        """What is enabled here, the default first."""
        return [generator.offer for generator in (self._paid, self._local) if generator is not None]

    async def generate(self, request: PictureRequest) -> Picture:
        """Make the picture, or join the call that makes it, or find it made already.

        Raises:
            BudgetExceeded, GenerationFailed, TimedOut: see `ImageGenerator.generate`.
            Cancelled: `cancel` ended it.
        """
        return await self._calls.run(request.request_id, lambda: self._generate(request))

    async def cancel(self, request_id: str) -> bool:
        """End a running call. A paid one ends by itself, so that its bill is known."""
        if self._paid is not None and await self._paid.cancel(request_id):
            await self._calls.wait(request_id)
            return True
        return await self._calls.cancel(request_id)

    async def _generate(self, request: PictureRequest) -> Picture:
        # A budget of 0 forbids paid calls; the painter is free.
        generator = self._paid if self._paid is not None and request.max_cost_micros > 0 else self._local
        found = await self._find(request, generator)
        if found is not None:
            return found
        painting = await generator.generate(request)
        try:
            return await self._keep(request, painting)
        except ClaviluxError as error:
            error.spent_micros = max(error.spent_micros, painting.spent_micros)
            raise

    async def _find(self, request: PictureRequest, generator: ImageGenerator) -> Picture | None:
        # The PNG is written last: where it is, all of it is.
        if await self._store.stat(request.image_key) is None:
            return None
        png, layers = await self._store.get(request.image_key), await self._layers(request)
        try:
            return _picture(request, generator.recall(request, png, layers))
        except ValueError as error:
            # The key carries the fingerprint of the request, so this object can only be a damaged one.
            get_logger().warning("damaged_picture_removed", key=request.image_key, reason=str(error))
            await self._store.delete(request.image_key)
            await self._store.delete(request.layers_key)
            return None

    async def _layers(self, request: PictureRequest) -> bytes:
        try:
            return await self._store.get(request.layers_key)
        except NotFound:
            return b""

    async def _keep(self, request: PictureRequest, painting: Painting) -> Picture:
        if painting.layers:
            await self._store.put(request.layers_key, painting.layers)
        await self._store.put(request.image_key, painting.png)
        return _picture(request, painting)


def _picture(request: PictureRequest, painting: Painting) -> Picture:
    return Picture(request.image_key, request.layers_key if painting.layers else "", painting)
