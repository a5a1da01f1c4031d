"""What goes over the wire, as Pydantic models: the requests' fields, the answers, and the shape of a problem."""

from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from clavilux_gateway.domain.songs import (
    MAX_PROMPT_CHARACTERS,
    MIN_PROMPT_CHARACTERS,
    Wishes,
    clean_prompt,
    clean_text,
)

MAX_BUDGET_MICROS = 20_000_000

JobStatusName = Literal["queued", "processing", "completed", "failed", "cancelled", "awaiting_approval"]
Label = Annotated[str, AfterValidator(clean_text), StringConstraints(max_length=120)]


class UploadFields(BaseModel):
    """The fields of an upload beside the song itself."""

    user_prompt: Annotated[str, AfterValidator(clean_prompt)] = Field(
        description=(
            f"What you imagine, in {MIN_PROMPT_CHARACTERS} to {MAX_PROMPT_CHARACTERS} characters "
            "(composed to NFC, without outer blanks)."
        )
    )
    aspect_ratio: Literal["16:9", "9:16", "1:1"] = "16:9"
    quality: Literal["draft", "standard", "full"] = Field("standard", description="How many clips are made.")
    style: Label | None = Field(None, description="A style preset; without one the prompt decides.")
    seed: int | None = Field(None, ge=0, le=4_294_967_295, description="The same seed gives the same video.")
    title: Label | None = None
    artist: Label | None = None
    budget: Annotated[Decimal, Field(ge=0, le=20, decimal_places=6)] | None = Field(
        None, description="The most that the video may cost, in dollars, as a decimal string. Default and limit: 20."
    )
    budget_micros: int | None = Field(
        None, ge=0, le=MAX_BUDGET_MICROS, description="The same in millionths of a dollar; send one of the two."
    )

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if self.budget is not None and self.budget_micros is not None:
            raise ValueError("send either budget or budget_micros")
        return self

    def to_wishes(self) -> Wishes:
        """Return the fields as the domain has them; options that were not sent are left out."""
        options = self.model_dump(include={"aspect_ratio", "quality", "style", "seed", "title", "artist"})
        budget_micros = MAX_BUDGET_MICROS if self.budget_micros is None else self.budget_micros
        if self.budget is not None:
            budget_micros = int(self.budget * 1_000_000)
        chosen = {name: value for name, value in options.items() if value not in (None, "")}
        return Wishes(self.user_prompt, chosen, budget_micros)


class UploadAccepted(BaseModel):
    """A job that was queued."""

    job_id: UUID
    audio_url: str = Field(description="The song; the URL is valid for 24 hours.")
    status: Literal["queued"] = "queued"
    estimated_time: int = Field(description="Seconds that a video of this length is likely to take.")


class StageStatus(TypedDict):
    """One stage that has begun."""

    status: str
    duration: NotRequired[Annotated[float, Field(description="Seconds; once the stage has ended.")]]
    progress: NotRequired[Annotated[str, Field(description="Items done of all, as in 3/6; while it runs.")]]


class Costs(BaseModel):
    """What was spent."""

    total: float = Field(description="Dollars.")


class JobError(BaseModel):
    """Why a job failed."""

    code: str = Field(description="Stable, for programs.", examples=["GENERATION_ERROR"])
    message: str
    retryable: bool = Field(description="Whether another try may help.")


class JobResult(BaseModel):
    """What was found in the finished file, how it was made, and which fallbacks were taken on the way."""

    measurement: dict[str, Any] | None = Field(None, description="Lengths, frames, cuts and loudness, as measured.")
    adjustments: list[dict[str, Any]] = Field([], description="What was done to clips to make them fit.")
    degradations: list[dict[str, Any]] = Field([], description="Fallbacks, each with a code and a sentence.")
    plan: dict[str, Any] | None = Field(None, description="A summary of what was planned.")
    providers: dict[str, list[str]] = Field({}, description="Who made what, by stage.")
    timings_s: dict[str, float] = Field({}, description="Seconds by stage.")
    size_bytes: int | None = None


class JobSummary(BaseModel):
    """A job in a list."""

    job_id: UUID
    status: JobStatusName
    current_stage: str | None
    progress: int = Field(ge=0, le=100, description="Per cent.")
    estimated_remaining: int | None = Field(description="Seconds.")
    costs: Costs
    title: str | None
    created_at: str
    completed_at: str | None


class JobDocument(BaseModel):
    """All there is to know of a job."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "job_id": "550e8400-e29b-41d4-a716-446655440000",
                "status": "processing",
                "current_stage": "video_generation",
                "progress": 65,
                "stages": {
                    "audio_analysis": {"status": "completed", "duration": 45},
                    "video_generation": {"status": "processing", "progress": "3/6"},
                },
                "estimated_remaining": 180,
                "costs": {"total": 0.85},
                "video_url": None,
                "error": None,
                "result": None,
                "created_at": "2026-01-31T12:00:00+00:00",
                "completed_at": None,
            }
        }
    )

    job_id: UUID
    status: JobStatusName
    current_stage: str | None
    progress: int = Field(ge=0, le=100, description="Per cent.")
    stages: dict[str, StageStatus] = Field(description="The stages that have begun, by name.")
    estimated_remaining: int | None = Field(description="Seconds.")
    costs: Costs
    video_url: str | None = Field(description="Once completed; valid for one hour.")
    error: JobError | None
    result: JobResult | None
    created_at: str
    completed_at: str | None


class JobList(BaseModel):
    """One page of jobs, the newest first."""

    jobs: list[JobSummary]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page; null on the last one.")


class CancelAccepted(BaseModel):
    """The wish was noted; the stream tells when the job has ended."""

    job_id: UUID
    status: JobStatusName = Field(description="As it is now. A finished job stays as it is.")


class FieldProblem(BaseModel):
    """One field that is at fault."""

    field: str
    detail: str


class Problem(BaseModel):
    """An error, after RFC 9457."""

    type: str = Field(examples=["/problems/validation-error"])
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="Stable, for programs.", examples=["VALIDATION_ERROR"])
    errors: list[FieldProblem] | None = None


class Readiness(BaseModel):
    """Which of the parts that the gateway needs do answer."""

    status: Literal["ready", "not ready"]
    checks: dict[str, bool]
