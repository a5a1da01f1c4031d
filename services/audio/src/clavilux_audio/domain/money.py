"""What transcription costs."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """One model that transcribes, and its price in micro-dollars for a minute of song, billed by the second."""

    provider: str
    model: str
    per_minute_micros: int
    price_source: str
    price_read_on: str

    def cost_micros(self, duration_s: float) -> int:
        """Return what a song of a given length costs, rounded up."""
        return math.ceil(math.ceil(duration_s) * self.per_minute_micros / 60)
