"""Events and bells on NATS."""

from __future__ import annotations

from clavilux_kit.events import Event, EventBus

from clavilux_orchestrator.domain.job import JobEvent
from clavilux_orchestrator.ports import Publish


def publisher(bus: EventBus) -> Publish:
    """How the relay publishes."""

    async def publish(job_id: str, event: JobEvent, message_id: str) -> None:
        await bus.publish(Event(job_id, event.name, dict(event.payload)), message_id=message_id)

    return publish
