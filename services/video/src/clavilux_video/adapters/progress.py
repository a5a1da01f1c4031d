"""Tells progress over NATS."""

from __future__ import annotations

from clavilux_kit.events import EventBus


class BusProgress:
    """Fine progress inside a clip; may be lost."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    async def clip_progress(self, job_id: str, clip_index: int, fraction: float) -> None:
        """Publish "Clip 3: 45 %"."""
        text = f"Clip {clip_index + 1}: {fraction:.0%}".replace("%", " %")
        await self._bus.message(job_id, stage="video_generation", text=text, fraction=fraction)
