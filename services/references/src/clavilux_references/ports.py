"""What the use cases need from the world."""

from __future__ import annotations

from typing import Protocol

from clavilux_references.domain.money import Offer
from clavilux_references.domain.picture import Painting, PictureRequest


class ImageGenerator(Protocol):
    """Makes pictures."""

    @property
    def offer(self) -> Offer:
        """What it makes, for how much."""

    async def generate(self, request: PictureRequest) -> Painting:
        """Make the picture.

        Raises:
            BudgetExceeded: it costs more than `request.max_cost_micros`; nothing was bought.
            GenerationFailed: it could not be made; what was spent is in the error.
            TimedOut: it took too long.
        """

    def recall(self, request: PictureRequest, png: bytes, layers: bytes, /) -> Painting:
        """Say of a picture that is there already what `generate` said when it made it. Costs nothing.

        Raises:
            ValueError: it is damaged.
        """

    async def cancel(self, request_id: str, /) -> bool:
        """Stop a running call at the provider, so that it ends by itself. False where there is none to stop."""
