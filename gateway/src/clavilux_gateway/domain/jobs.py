"""Jobs as the gateway sees them. Their state belongs to the orchestrator; here it is only read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

FINISHED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class NewJob:
    """The row that the gateway inserts."""

    id: UUID
    user_id: UUID
    audio_key: str
    audio_hash: str
    audio_bytes: int
    audio_duration_s: float
    user_prompt: str
    options: Mapping[str, str | int]
    budget_micros: int


@dataclass(frozen=True)
class Stage:
    """One of the five stages of a job, once it has begun."""

    name: str
    status: str
    duration_s: float | None
    items_done: int
    items_total: int


@dataclass(frozen=True)
class Failure:
    """Why a job failed: a stable code, a sentence for people, and whether another try may help."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True)
class Job:
    """A job at one moment: the row and its stages, read in one statement."""

    id: UUID
    status: str
    current_stage: str | None
    progress: int
    estimated_remaining_s: int | None
    total_cost_micros: int
    video_key: str | None
    failure: Failure | None
    result: Mapping[str, object] | None
    options: Mapping[str, object]
    stages: tuple[Stage, ...]
    event_count: int
    created_at: datetime
    completed_at: datetime | None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen unless somebody asks for it."""
        return self.status in FINISHED


@dataclass(frozen=True)
class Page:
    """Where a list of jobs goes on: after the job with this time of creation and id, newest first."""

    created_at: datetime
    id: UUID


def dollars(micros: int) -> float:
    """Return integer micro-dollars as the dollars that the API shows."""
    return round(micros / 1_000_000, 6)
