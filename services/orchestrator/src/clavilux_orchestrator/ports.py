"""What the pipeline and the worker need of the world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from clavilux_orchestrator.domain.job import Answer, Artefact, Command, Ending, History, Job, JobEvent, Lease, Position
from clavilux_orchestrator.domain.stages import Document

Publish = Callable[[str, JobEvent, str], Awaitable[None]]
"""Publish an event of a job (its id) under a message id; returns once the bus has it."""


class JobQueue(Protocol):
    """Who works on which job. All raise `Unavailable` when the database does not answer."""

    async def claim(self, worker: str) -> Job | None:
        """Take up the job that has waited longest, or whose worker fell silent; None when there is none to have."""

    async def beat(self, lease: Lease, ran_s: float) -> bool:
        """Keep the lease and book the running time since the last beat; False when the lease is lost."""

    async def hand_back(self, lease: Lease) -> None:
        """Let somebody else go on with the job; this taking does not count against it."""


class CommandBook(Protocol):
    """What users asked of jobs. Both raise `Unavailable` when the database does not answer."""

    async def unanswered(self) -> Sequence[Command]:
        """Commands that this version acts on and that nobody has acted on, the oldest first."""

    async def settle(self, command: Command) -> Answer:
        """Act on a command for a job that no worker has."""


class Journal(Protocol):
    """What is written down about a job. Every write is refused with `LeaseLost` when the lease is no longer valid."""

    async def history(self, lease: Lease) -> History:
        """What earlier takings left behind."""

    async def keep(self, lease: Lease, artefact: Artefact, position: Position) -> int:
        """Keep an artefact with its costs and tell of it; the answer is what the job has cost so far, in micros."""

    async def mark(self, lease: Lease, status: str, position: Position, duration_s: float | None) -> None:
        """Write down and tell that a stage is `processing` or `completed`."""

    async def end(self, lease: Lease, ending: Ending) -> None:
        """End the job and tell of it."""


class AnalysisCache(Protocol):
    """Analyses of songs that somebody had analysed within a day. Both raise `LeaseLost`."""

    async def find(self, lease: Lease, file_hash: str, analyser_version: str, options_hash: str) -> Document | None:
        """The reply of the audio service, or None."""

    async def keep(
        self, lease: Lease, file_hash: str, analyser_version: str, options_hash: str, reply: Document
    ) -> None:
        """Keep a reply; one that is there already stays."""


class Services(Protocol):
    """The five services, by name, with documents for messages."""

    async def call(self, service: str, method: str, request: Document, *, timeout_s: float) -> Document:
        """Make one call. Raises a `ClaviluxError`: the service's own, `TimedOut` or `Unavailable`."""

    async def cancel(self, service: str, request_id: str) -> None:
        """Cancel a call that may still run. Never raises `ClaviluxError`: an unreachable service is logged."""


class DocumentStore(Protocol):
    """Where the planner looks for the analysis."""

    async def put(self, key: str, data: bytes) -> bool:
        """Write an object unless it is there already."""


class Announcer(Protocol):
    """Fine progress, which may be lost."""

    async def message(self, job_id: str, *, stage: str, text: str, fraction: float | None = None) -> None:
        """Tell whoever watches."""


class Outbox(Protocol):
    """Events that were written with the state they tell of and wait to be published."""

    async def relay(self, publish: Publish) -> int:
        """Publish what waits, in order for each job, and answer how many. Raises `Unavailable`."""
