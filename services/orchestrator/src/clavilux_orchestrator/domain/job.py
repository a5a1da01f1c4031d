"""A job as the orchestrator holds it, and what it writes down about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from clavilux_orchestrator.domain.items import digest
from clavilux_orchestrator.domain.stages import Document, Stage

MOST_TAKINGS = 3
"""A job that was taken up so often without one new artefact is given up: it may be what kills its workers."""


class LeaseLost(Exception):
    """Somebody else has the job, or nobody can tell: stop working on it and write nothing more."""


@dataclass(frozen=True)
class Lease:
    """The right to write about a job. A later taking has a higher epoch, and the earlier one is refused."""

    job_id: str
    worker: str
    epoch: int


@dataclass(frozen=True)
class Options:
    """The user's choices; what is missing has the default."""

    aspect_ratio: str = "16:9"
    style: str = ""
    quality: str = "standard"
    seed: int = 0
    title: str = ""
    artist: str = ""
    transcribe: bool = True
    language: str = ""
    lyrics_key: str = ""

    @classmethod
    def read(cls, document: Document, *, job_id: str) -> Options:
        """Take what is known from a JSON document. Without a seed a job gets its own."""
        known = {name: document[name] for name in cls.__dataclass_fields__ if document.get(name) is not None}
        return cls(**{"seed": int(digest(job_id)[:8], 16) & 0x7FFFFFFF, **known})


@dataclass(frozen=True)
class Job:
    """A job that was claimed."""

    lease: Lease
    audio_key: str
    audio_hash: str
    duration_s: float
    user_prompt: str
    options: Options
    budget_micros: int
    total_cost_micros: int
    takings: int
    running_s: float

    @property
    def id(self) -> str:
        """The job's id."""
        return self.lease.job_id


@dataclass(frozen=True)
class JobEvent:
    """Something to tell whoever watches the job."""

    name: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Cost:
    """One line of a job's bill."""

    api: str
    micros: int


@dataclass(frozen=True)
class Position:
    """How far a job is."""

    stage: Stage
    done: int
    total: int
    progress: int
    remaining_s: int


@dataclass(frozen=True)
class Artefact:
    """The reply to an item (or its failure), with what it cost."""

    stage: Stage
    item: str
    fingerprint: str
    request_id: str
    reply: Document
    costs: tuple[Cost, ...] = ()
    events: tuple[JobEvent, ...] = ()


@dataclass(frozen=True)
class History:
    """What earlier takings left behind."""

    replies: Mapping[tuple[str, str, str], Document] = field(default_factory=dict)
    """By stage, item and fingerprint, the oldest first."""
    finished: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each finished stage took."""


@dataclass(frozen=True)
class Ending:
    """How a job ends: `completed`, `failed` or `cancelled`."""

    status: str
    events: tuple[JobEvent, ...]
    video_key: str | None = None
    result: Document | None = None
    error_code: str | None = None
    error_message: str | None = None
    error_retryable: bool | None = None


@dataclass(frozen=True)
class Command:
    """What a user asked of a job, and how the job stands."""

    id: int
    job_id: str
    name: str


class Answer(Enum):
    """What became of a command."""

    LEFT = "left to the worker that has the job"
    CANCELLED = "cancelled"
    QUEUED = "queued again"
    TOO_LATE = "too late"


def answer(command: str, status: str, *, retryable: bool) -> Answer:
    """What a command means for a job that stands so."""
    if command == "cancel":
        return {"queued": Answer.CANCELLED, "processing": Answer.LEFT}.get(status, Answer.TOO_LATE)
    return Answer.QUEUED if status == "failed" and retryable else Answer.TOO_LATE
