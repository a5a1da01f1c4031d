"""What the gateway needs of the world."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from uuid import UUID

from clavilux_gateway.domain.jobs import Job, NewJob, Page
from clavilux_gateway.domain.songs import AudioFacts
from clavilux_gateway.domain.telling import JobEvent


class Jobs(Protocol):
    """The jobs of the database: two inserts and two questions. Another user's job is not found."""

    async def add(self, job: NewJob) -> None:
        """Insert the row, which puts the job into the queue."""

    async def find(self, user_id: UUID, job_id: UUID) -> Job | None:
        """Return the job and its stages as of one moment."""

    async def newest(self, user_id: UUID, *, limit: int, after: Page | None) -> list[Job]:
        """Return up to `limit` jobs, the newest first, without their stages."""

    async def ask_to_cancel(self, user_id: UUID, job_id: UUID) -> bool:
        """Insert the command, unless the job is finished or was asked already; return whether it was inserted."""


class AudioProbe(Protocol):
    """Finds out what a file is by decoding it."""

    async def probe(self, path: Path) -> AudioFacts:
        """Return format and duration. Raises UnsupportedMedia for what is not an MP3, WAV or FLAC that decodes."""


class Bell(Protocol):
    """Rings for the orchestrator. What is lost costs it a poll, no more."""

    async def ring(self, bell: str) -> None:
        """Ring once."""


class Subscription(Protocol):
    """The live events of one job for one client, from `floor` on. It ends when the client is too slow or we stop."""

    floor: int

    def __aiter__(self) -> AsyncIterator[JobEvent]:
        """Iterate over events as they come."""


class EventFeed(Protocol):
    """The events of all jobs: those to come, and those that the stream still holds."""

    async def stream_id(self) -> str:
        """Return what tells this stream from one made anew after a loss."""

    def subscribe(self, job_id: UUID) -> AbstractContextManager[Subscription]:
        """Begin to collect the job's events. What came before is at or below the subscription's floor."""

    async def history(self, job_id: UUID, *, until_sequence: int) -> list[JobEvent]:
        """Return all that the stream holds of a job up to a sequence."""
