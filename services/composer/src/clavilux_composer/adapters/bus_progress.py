"""Progress over the event bus."""

from __future__ import annotations

from typing import Protocol

_STAGE = "composition"


class Bus(Protocol):
    """The part of the kit's event bus that is used here."""

    async def message(self, job_id: str, *, stage: str, text: str, fraction: float | None = None) -> None:
        """Tells; may be lost, never raises."""


class BusProgress:
    """One message for each of ffmpeg's reports, which come once a second."""

    def __init__(self, bus: Bus) -> None:
        """Speaks through `bus`."""
        self._bus = bus

    async def composing(self, job_id: str, fraction: float) -> None:
        """Says how much is done."""
        await self._bus.message(job_id, stage=_STAGE, text=f"Composing {fraction:.0%}", fraction=fraction)

    async def measuring(self, job_id: str) -> None:
        """Says that the cut is made."""
        await self._bus.message(job_id, stage=_STAGE, text="Measuring the finished video")
