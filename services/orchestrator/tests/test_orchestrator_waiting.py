"""How long a service that does not answer is waited for."""

import asyncio
import time
from typing import Any

import pytest
from clavilux_kit.errors import Unavailable
from clavilux_orchestrator.domain.job import History, Job, Lease, Options
from clavilux_orchestrator.domain.stages import Document
from clavilux_orchestrator.service.taking import Taking, World

JOB = Job(Lease("job", "w", 1), "k", "h", 16.0, "p", Options(), 0, 0, 1, 0.0)
WAIT_S = 0.1


class DyingService:
    """Dies after working for longer than a service that is away is waited for, and comes back, or does not."""

    def __init__(self, away_s: float) -> None:
        self._away_s = away_s
        self.died_at = 0.0

    async def call(self, service: str, method: str, request: Document, *, timeout_s: float) -> Document:
        if not self.died_at:
            await asyncio.sleep(2 * WAIT_S)
            self.died_at = time.monotonic()
        if time.monotonic() - self.died_at < self._away_s:
            raise Unavailable("Gone.")
        return {"offers": []}

    async def cancel(self, service: str, request_id: str) -> None:
        return

    async def message(self, job_id: str, *, stage: str, text: str, fraction: float | None = None) -> None:
        return


def make_taking(service: DyingService) -> Taking:
    nothing: Any = None
    return Taking(JOB, History(), World(nothing, nothing, service, nothing, service, unavailable_wait_s=WAIT_S))


async def test_the_time_that_a_service_worked_before_it_died_is_no_time_of_waiting() -> None:
    assert await make_taking(DyingService(away_s=0.4 * WAIT_S)).ask("video") == {"offers": []}


async def test_a_service_that_does_not_come_back_is_given_up() -> None:
    service = DyingService(away_s=60.0)
    with pytest.raises(Unavailable, match="The video service does not answer"):
        await make_taking(service).ask("video")
    assert time.monotonic() - service.died_at < 3 * WAIT_S
