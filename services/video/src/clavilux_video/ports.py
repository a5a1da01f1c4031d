"""What the use cases need from the world."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from clavilux_video.domain.clip import ClipRequest, ProbedClip, Take
from clavilux_video.domain.money import Offer


@dataclass
class Gauge:
    """How far a clip is, from 0 to 1. Written by the generator's thread, read by whoever tells the progress."""

    fraction: float = 0.0


class ClipGenerator(Protocol):
    """Makes clips."""

    @property
    def offer(self) -> Offer:
        """What it makes, for how much."""

    async def generate(self, request: ClipRequest, path: Path, gauge: Gauge) -> Take:
        """Make the clip and write it to `path`.

        Raises:
            BudgetExceeded: it costs more than `request.max_cost_micros`; nothing was bought.
            GenerationFailed: it could not be made; what was spent is in the error.
            TimedOut: it took too long.
        """

    async def recall(self, request: ClipRequest, /) -> Take:
        """Say of a clip that is there already what `generate` said when it made it. Costs nothing."""

    async def cancel(self, request_id: str, /) -> bool:
        """Stop a running call at the provider, so that it ends by itself. False where there is none to stop."""


class ClipProbe(Protocol):
    """Looks into a file."""

    async def __call__(self, path: Path) -> ProbedClip:
        """Say what is in it. Raises GenerationFailed where it is no readable video."""


class ProgressSink(Protocol):
    """Tells how far a clip is."""

    async def clip_progress(self, job_id: str, clip_index: int, fraction: float) -> None:
        """Tell it. May be lost; never raises."""
