"""The use cases: make a clip, say what is offered, cancel."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from clavilux_kit.errors import ClaviluxError, GenerationFailed
from clavilux_kit.inflight import InFlight
from clavilux_kit.objects import ObjectStore
from clavilux_kit.telemetry import get_logger

from clavilux_video.domain.clip import Clip, ClipRequest, Take, clip_of
from clavilux_video.domain.money import Offer
from clavilux_video.ports import ClipGenerator, ClipProbe, Gauge, ProgressSink

TELL_EVERY_S = 1.0


class ClipService:
    """Makes each clip once, whoever asks and however often."""

    def __init__(
        self,
        store: ObjectStore,
        probe: ClipProbe,
        progress: ProgressSink,
        calls: InFlight[Clip],
        local: ClipGenerator,
        paid: ClipGenerator | None = None,
    ) -> None:
        self._store = store
        self._probe = probe
        self._progress = progress
        self._calls = calls
        self._local = local
        self._paid = paid

    def offers(self) -> list[Offer]:
        """What is enabled here, the default first."""
        return [generator.offer for generator in (self._paid, self._local) if generator is not None]

    async def generate(self, request: ClipRequest) -> Clip:
        """Make the clip, or join the call that makes it, or find it made already.

        Raises:
            BudgetExceeded, GenerationFailed, TimedOut: see `ClipGenerator.generate`.
            Cancelled: `cancel` ended it.
        """
        return await self._calls.run(request.request_id, lambda: self._generate(request))

    async def cancel(self, request_id: str) -> bool:
        """End a running call and leave nothing of it. A paid one ends by itself, so that its bill is known."""
        for generator in (self._paid, self._local):
            if generator is not None and await generator.cancel(request_id):
                await self._calls.wait(request_id)
                return True
        return await self._calls.cancel(request_id)

    async def _generate(self, request: ClipRequest) -> Clip:
        # A budget of 0 forbids paid calls; the animator is free.
        generator = self._paid if self._paid is not None and request.max_cost_micros > 0 else self._local
        with tempfile.TemporaryDirectory(prefix="clavilux-clip-") as folder:
            path = Path(folder) / "clip.mp4"
            return await self._find(request, generator, path) or await self._make(request, generator, path)

    async def _find(self, request: ClipRequest, generator: ClipGenerator, path: Path) -> Clip | None:
        if await self._store.stat(request.output_key) is None:
            return None
        await self._store.get_file(request.output_key, path)
        take = await generator.recall(request)
        try:
            return clip_of(request, take, await self._probe(path))
        except GenerationFailed as error:
            # The key carries the fingerprint of the request, so this object can only be a damaged one.
            get_logger().warning("damaged_clip_removed", key=request.output_key, reason=error.message)
            await self._store.delete(request.output_key)
            return None

    async def _make(self, request: ClipRequest, generator: ClipGenerator, path: Path) -> Clip:
        gauge = Gauge()
        async with self._telling(request, gauge):
            take = await generator.generate(request, path, gauge)
        try:
            return await self._keep(request, take, path)
        except ClaviluxError as error:
            error.spent_micros = max(error.spent_micros, take.spent_micros)
            raise

    async def _keep(self, request: ClipRequest, take: Take, path: Path) -> Clip:
        clip = clip_of(request, take, await self._probe(path))
        await self._store.put_file(request.output_key, path)
        return clip

    @asynccontextmanager
    async def _telling(self, request: ClipRequest, gauge: Gauge) -> AsyncIterator[None]:
        async def tell() -> None:
            while True:
                await asyncio.sleep(TELL_EVERY_S)
                await self._progress.clip_progress(request.job_id, request.clip_index, gauge.fraction)

        telling = asyncio.create_task(tell())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])
